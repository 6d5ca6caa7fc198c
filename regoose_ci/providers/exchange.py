"""Requests and responses as JSON, for the cache and for recordings: what is kept and by what key.

Endpoints' keys are no part of a request here, so they cannot be kept by accident.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import BaseModel, ConfigDict, JsonValue

from regoose_ci.providers.base import Finish, LLMResponse, Message, Options, Spent, Usage


class StoredUsage(BaseModel):
    """`Usage` as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt_tokens: int
    completion_tokens: int
    estimated: bool


class StoredSpent(BaseModel):
    """`Spent` as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    requests: int
    prompt_tokens: int
    completion_tokens: int
    usd: float | None = None
    cached_requests: int

    @classmethod
    def of(cls, spent: Spent) -> StoredSpent:
        """Make it of what was spent."""
        return cls(
            requests=spent.requests,
            prompt_tokens=spent.prompt_tokens,
            completion_tokens=spent.completion_tokens,
            usd=spent.usd,
            cached_requests=spent.cached_requests,
        )

    def restored(self) -> Spent:
        """What was spent."""
        return Spent(
            self.requests,
            self.prompt_tokens,
            self.completion_tokens,
            self.usd,
            self.cached_requests,
        )


class StoredResponse(BaseModel):
    """`LLMResponse` as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    finish: Finish
    usage: StoredUsage
    provider: str
    model: str
    latency_s: float
    cached: bool
    spent: StoredSpent

    @classmethod
    def of(cls, response: LLMResponse) -> StoredResponse:
        """Make it of a response."""
        usage = response.usage
        return cls(
            text=response.text,
            finish=response.finish,
            usage=StoredUsage(
                prompt_tokens=usage.prompt_tokens,
                completion_tokens=usage.completion_tokens,
                estimated=usage.estimated,
            ),
            provider=response.provider,
            model=response.model,
            latency_s=response.latency_s,
            cached=response.cached,
            spent=StoredSpent.of(response.spent),
        )

    def restored(self) -> LLMResponse:
        """The response."""
        usage = self.usage
        return LLMResponse(
            text=self.text,
            finish=self.finish,
            usage=Usage(usage.prompt_tokens, usage.completion_tokens, usage.estimated),
            provider=self.provider,
            model=self.model,
            latency_s=self.latency_s,
            cached=self.cached,
            spent=self.spent.restored(),
        )


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """What was asked of whom; ``identity`` names provider and model, never a key."""

    identity: str
    options: dict[str, JsonValue]
    messages: list[JsonValue]

    @property
    def key(self) -> str:
        """The same for the same question to the same models, on any machine."""
        parts: JsonValue = [self.identity, self.options, self.messages]
        text = json.dumps(parts, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


class Ledger(Protocol):
    """Where answers that cost nothing now are booked; a `Budget` is one."""

    def book(self, spent: Spent) -> None:
        """Add what was spent elsewhere or before."""


def stored_request(identity: str, messages: Sequence[Message], options: Options) -> StoredRequest:
    """A request as JSON. Time-outs are left out: they do not change what is asked."""
    kept: dict[str, JsonValue] = {}
    if "max_tokens" in options:
        kept["max_tokens"] = options["max_tokens"]
    if "temperature" in options:
        kept["temperature"] = float(options["temperature"])
    if "seed" in options:
        kept["seed"] = options["seed"]
    if "schema" in options:
        kept["schema"] = [options["schema"].name, options["schema"].text]
    said: list[JsonValue] = [[message.role.value, message.text] for message in messages]
    return StoredRequest(identity, kept, said)


def combined_identity(identities: Iterable[str]) -> str:
    """The identity of several endpoints that stand in for each other, in any order."""
    return " ".join(sorted(set(identities)))
