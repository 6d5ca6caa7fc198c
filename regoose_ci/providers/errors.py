"""What can go wrong between us and a model, in the user's words.

Messages are made of our own sentences, the provider's name, host and model. Nothing of a request
or of a client library's exception is kept: those hold headers, and headers hold keys.
"""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from regoose_ci.errors import InfrastructureError, RegooseError, UsageError
from regoose_ci.providers.base import Spent, Usage


class Recovery(Enum):
    """What may help after an error."""

    NEVER = "never"
    """The request itself is the matter: no endpoint would do better."""
    ELSEWHERE = "elsewhere"
    """This endpoint is of no use in this session; another may be."""
    LATER = "later"
    """The same request may work after a while, or at another endpoint."""


class ProviderError(InfrastructureError):
    """A model gave no usable answer.

    Attributes:
        usage: Tokens that the server said it charges for.
        maybe_charged: The server began to answer, so it may charge for tokens it never reported.
        spent: What this and earlier attempts cost; filled in by budget and router.
    """

    kind = "provider"
    recovery: ClassVar[Recovery] = Recovery.NEVER

    def __init__(
        self,
        message: str,
        remedy: str = "",
        *,
        usage: Usage | None = None,
        maybe_charged: bool = False,
    ) -> None:
        super().__init__(message, remedy)
        self.usage = usage
        self.maybe_charged = maybe_charged
        self.spent = Spent()


class AuthError(ProviderError):
    """The key is missing, wrong or not allowed to do this (401, 403)."""

    kind = "provider_auth"
    recovery = Recovery.ELSEWHERE


class ModelNotFoundError(ProviderError):
    """The server has no such model, or no such address (404)."""

    kind = "provider_model"
    recovery = Recovery.ELSEWHERE


class QuotaError(ProviderError):
    """The account has no credit left; waiting does not help."""

    kind = "provider_quota"
    recovery = Recovery.ELSEWHERE


class RateLimitedError(ProviderError):
    """Too many requests (429); ``retry_after_s`` is what the server asked for, if it did."""

    kind = "provider_rate_limit"
    recovery = Recovery.LATER

    def __init__(
        self, message: str, remedy: str = "", *, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message, remedy)
        self.retry_after_s = retry_after_s


class UnavailableError(ProviderError):
    """The server cannot be reached, broke off, or has a fault of its own (5xx)."""

    kind = "provider_unavailable"
    recovery = Recovery.LATER

    def __init__(
        self,
        message: str,
        remedy: str = "",
        *,
        maybe_charged: bool = False,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message, remedy, maybe_charged=maybe_charged)
        self.retry_after_s = retry_after_s


class TimedOutError(UnavailableError):
    """No whole answer came in the time allowed."""

    kind = "provider_timeout"


class BadAnswerError(ProviderError):
    """What came is not an answer in the protocol: broken JSON, no choices, far too long."""

    kind = "provider_bad_answer"
    recovery = Recovery.LATER


class RejectedRequestError(ProviderError):
    """The server does not take the request (400, 422).

    Attributes:
        complaint: What the server said, in lower case, to find out which option it meant. It is
            not part of the message.
    """

    kind = "provider_rejected"

    def __init__(self, message: str, remedy: str = "", *, complaint: str = "") -> None:
        super().__init__(message, remedy)
        self.complaint = complaint


class PromptTooLongError(ProviderError):
    """Prompt and answer do not fit the model's context.

    Attributes:
        room: Tokens that are left for an answer, where the server said enough to tell.
    """

    kind = "provider_prompt_too_long"

    def __init__(self, message: str, remedy: str = "", *, room: int | None = None) -> None:
        super().__init__(message, remedy)
        self.room = room


class RefusedError(ProviderError):
    """The model or a content filter declined to answer."""

    kind = "provider_refused"


class TruncatedError(ProviderError):
    """The answer did not fit its limit, nor could it be continued or shortened."""

    kind = "provider_truncated"


class InvalidAnswerError(ProviderError):
    """The answer is not of the form asked for, even after it was asked to be repaired."""

    kind = "provider_invalid_answer"


class BudgetExceededError(RegooseError):
    """A request was not sent because it could cost more than is left of ``limit``."""

    kind = "model_budget"

    def __init__(self, message: str, remedy: str = "", *, limit: str = "") -> None:
        super().__init__(message, remedy)
        self.limit = limit


class RecordingError(UsageError):
    """A recording cannot be read, or has no answer for a request."""

    kind = "recording"
