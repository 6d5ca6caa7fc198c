"""What is read of an answer: less than the protocol has, because servers leave much of it out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class WireUsage(_Lenient):
    """Tokens, as the server counts them."""

    prompt_tokens: int = Field(0, ge=0)
    completion_tokens: int = Field(0, ge=0)
    total_tokens: int = Field(0, ge=0)

    @property
    def charged_completion(self) -> int:
        """Tokens of the answer; Gemini counts those of its thoughts in the total only."""
        return max(self.completion_tokens, self.total_tokens - self.prompt_tokens)


class WireMessage(_Lenient):
    """The text of a choice, or the part of it that a chunk brings."""

    content: str | None = None
    refusal: str | None = None


class Choice(_Lenient):
    """A choice of a whole answer."""

    message: WireMessage
    finish_reason: str | None = None


class Completion(_Lenient):
    """A whole answer."""

    choices: tuple[Choice, ...] = ()
    usage: WireUsage | None = None


class ChunkChoice(_Lenient):
    """A choice of one event of a stream."""

    delta: WireMessage = WireMessage()
    finish_reason: str | None = None
    index: int = 0


class Chunk(_Lenient):
    """One event of a stream; Azure's first and the last with the usage have no choices."""

    choices: tuple[ChunkChoice, ...] = ()
    usage: WireUsage | None = None


@dataclass(frozen=True, slots=True)
class Collected:
    """An answer however it was fetched; ``text`` is None where there was no choice at all."""

    text: str | None
    refusal: str | None
    finish_reason: str | None
    usage: WireUsage | None


def of_completion(completion: Completion) -> Collected:
    """The first choice of a whole answer."""
    if not completion.choices:
        return Collected(None, None, None, completion.usage)
    choice = completion.choices[0]
    return Collected(
        choice.message.content or "",
        choice.message.refusal,
        choice.finish_reason,
        completion.usage,
    )


def of_chunks(chunks: Iterable[Chunk]) -> Collected:
    """The first choice of a stream, put together."""
    usage, finish, seen = None, None, False
    text: list[str] = []
    refusal: list[str] = []
    for chunk in chunks:
        usage = chunk.usage or usage
        for choice in chunk.choices:
            if choice.index != 0:
                continue
            seen = True
            text.append(choice.delta.content or "")
            refusal.append(choice.delta.refusal or "")
            finish = choice.finish_reason or finish
    return Collected("".join(text) if seen else None, "".join(refusal) or None, finish, usage)
