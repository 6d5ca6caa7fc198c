"""Where a model is reached, and what sets one vendor's server apart from another's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import SecretStr

from regoose_ci.providers.base import Form, Tier

if TYPE_CHECKING:
    from openai import AsyncOpenAI


class Delivery(Enum):
    """How an answer is fetched."""

    STREAM = "stream"
    """In pieces: a dead connection is noticed at once, and proxies see a living one."""
    WHOLE = "whole"
    """In one piece, for servers of which nothing is known: all report usage this way."""


class LimitName(str, Enum):
    """The two names of the most tokens of an answer."""

    MAX_TOKENS = "max_tokens"
    MAX_COMPLETION_TOKENS = "max_completion_tokens"

    @property
    def other(self) -> LimitName:
        """The name that this one is not."""
        names = LimitName
        return names.MAX_TOKENS if self is not names.MAX_TOKENS else names.MAX_COMPLETION_TOKENS


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One model at one address, with the key to it. Its ``repr`` shows neither URL nor key."""

    provider: str
    model: str
    base_url: str = field(repr=False)
    api_key: SecretStr = field(repr=False)
    max_tokens: int
    timeout_s: float
    api_version: str | None = None

    @property
    def host(self) -> str:
        """Host and port, which may be shown; the rest of a URL may hold credentials."""
        parts = urlsplit(self.base_url)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.hostname or 'unknown host'}{port}"

    @property
    def identity(self) -> str:
        """What tells this model's answers from another's in stores: no key, no credentials."""
        return f"{self.provider}/{self.model}@{self.host}{urlsplit(self.base_url).path}"


@dataclass(frozen=True, slots=True)
class Adapter:
    """One vendor: where its server is, what its variables are called, how it likes to be asked.

    Attributes:
        name: What users write after ``--provider``.
        key_variables: Environment variables that hold a key, the first that is set wins.
        url_variables: Environment variables that hold the address.
        base_url: The vendor's address; None where only the user can know it.
        models: The default of each tier; empty where only the user can know it.
        connect: Makes the SDK's client for an endpoint.
        form: The firmest way of asking for JSON that the vendor documents.
        needs_key: False for servers on the user's own machine.
        concurrency: How many requests it is sent at once unless the user says otherwise.
        complete_url: Turns what users put into the URL variables into a base URL.
    """

    name: str
    title: str
    key_variables: tuple[str, ...]
    url_variables: tuple[str, ...]
    base_url: str | None
    models: Mapping[Tier, str]
    connect: Callable[[Endpoint], AsyncOpenAI]
    form: Form = Form.SCHEMA
    limit_name: LimitName = LimitName.MAX_TOKENS
    delivery: Delivery = Delivery.STREAM
    needs_key: bool = True
    max_tokens: int = 8192
    timeout_s: float = 180.0
    concurrency: int = 16
    model_variables: tuple[str, ...] = ()
    version_variables: tuple[str, ...] = ()
    api_version: str | None = None
    complete_url: Callable[[str], str] = str

    def limit_name_at(self, endpoint: Endpoint) -> LimitName:
        """The name to try first: the vendor's own only at the vendor's own address.

        Other servers may ignore the newer name without a word, and then write without end; the
        older one is at worst refused, and the negotiation learns that.
        """
        usual = urlsplit(self.base_url or "").hostname
        elsewhere = usual is not None and not (urlsplit(endpoint.base_url).hostname or "").endswith(
            usual
        )
        return LimitName.MAX_TOKENS if elsewhere else self.limit_name
