"""The contract of every language model: messages in, one answer out, and what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, Protocol, TypedDict, TypeVar

from pydantic import BaseModel
from typing_extensions import Unpack

T = TypeVar("T", bound=BaseModel)
T_co = TypeVar("T_co", bound=BaseModel, covariant=True)


class Role(str, Enum):
    """Who says a message."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    text: str


class Finish(str, Enum):
    """Why an answer ended: by itself, or at the limit of its tokens."""

    STOP = "stop"
    LENGTH = "length"


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one request; ``estimated`` where the server did not say."""

    prompt_tokens: int
    completion_tokens: int
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Spent:
    """What requests cost so far; ``usd`` is None as soon as one price is not known."""

    requests: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    usd: float | None = 0.0
    cached_requests: int = 0

    @property
    def tokens(self) -> int:
        """Prompt and answers together."""
        return self.prompt_tokens + self.completion_tokens

    def __add__(self, other: Spent) -> Spent:
        known = self.usd is not None and other.usd is not None
        return Spent(
            requests=self.requests + other.requests,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            usd=(self.usd or 0.0) + (other.usd or 0.0) if known else None,
            cached_requests=self.cached_requests + other.cached_requests,
        )


@dataclass(frozen=True, slots=True)
class LLMResponse:
    """One answer. ``latency_s`` is the time of the request that gave it, without waits."""

    text: str
    finish: Finish
    usage: Usage
    provider: str
    model: str
    latency_s: float
    cached: bool = False
    spent: Spent = field(default_factory=Spent)


class Form(str, Enum):
    """How an answer is asked to be JSON, from the firmest way to the one that always works."""

    SCHEMA = "json_schema"
    GUIDED = "json_object with schema"
    """What llama.cpp and its kin take; others ignore the schema, so it is said in words too."""
    JSON = "json_object"
    FENCED = "fenced"


class Quirk(str, Enum):
    """A usual option that a server or model does not take."""

    OTHER_LIMIT_NAME = "other_limit_name"
    """The most tokens of an answer go by the other of the two names in use."""
    NO_TEMPERATURE = "no_temperature"
    NO_SEED = "no_seed"
    NO_STREAM_USAGE = "no_stream_usage"


@dataclass(frozen=True, slots=True)
class AnswerSchema:
    """The JSON Schema that an answer has to match; ``text`` is its JSON."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Manner:
    """How a server is to be spoken to; set by the negotiation, never by callers."""

    form: Form | None = None
    quirks: frozenset[Quirk] = frozenset()


class Options(TypedDict, total=False):
    """Options of a request; what is absent is the provider's default."""

    max_tokens: int
    temperature: float
    seed: int
    timeout_s: float
    schema: AnswerSchema
    manner: Manner


class LLMProvider(Protocol):
    """A language model.

    Contract, kept by every adapter and wrapper (``tests/integration/providers``):

    - `generate` returns an answer with text, or one that ended at its limit; refused, empty and
      broken answers raise.
    - It raises `ProviderError` or `BudgetExceededError` and nothing else; neither these nor what
      they are chained to holds a key.
    - It may be called concurrently, and a cancelled call leaves nothing running.
    """

    async def generate(
        self, messages: Sequence[Message], **options: Unpack[Options]
    ) -> LLMResponse:
        """Ask for one answer to ``messages``.

        Raises:
            ProviderError: There is no answer, and why.
            BudgetExceededError: Asking would cost more than is allowed.
        """

    def get_model_name(self) -> str:
        """The model's name as reports show it."""

    def get_max_tokens(self) -> int:
        """The most tokens that one answer may have."""


class Tier(str, Enum):
    """Which of the two models: one for ordinary functions, one for what is hard or failed."""

    SMALL = "small"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class Answer(Generic[T_co]):
    """A validated answer, with the model that gave it and what all its turns cost."""

    value: T_co
    model: str
    repaired: bool
    spent: Spent


class Asker(Protocol):
    """Asks for answers of a given type; what generation and judging are handed."""

    async def ask(
        self,
        messages: Sequence[Message],
        answer_type: type[T],
        *,
        tier: Tier = Tier.SMALL,
        **options: Unpack[Options],
    ) -> Answer[T]:
        """Ask until the answer is a valid ``answer_type``.

        Raises:
            ProviderError: There is no valid answer; `InvalidAnswerError` after a repair turn,
                `TruncatedError` where it did not fit.
            BudgetExceededError: Asking would cost more than is allowed.
        """

    def get_model_name(self, tier: Tier = Tier.SMALL) -> str:
        """The name of a tier's model as reports show it."""
