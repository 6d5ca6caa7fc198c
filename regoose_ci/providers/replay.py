"""A session's models played from a recording."""

from __future__ import annotations

from collections.abc import Sequence

from typing_extensions import Unpack

from regoose_ci.providers import errors
from regoose_ci.providers.base import LLMResponse, Message, Options
from regoose_ci.providers.errors import BudgetExceededError, ProviderError, RecordingError
from regoose_ci.providers.exchange import Ledger, stored_request
from regoose_ci.providers.recording import Failure, Recording

_RESTORABLE: dict[str, type[ProviderError]] = {
    error.kind: error
    for error in (
        errors.AuthError,
        errors.ModelNotFoundError,
        errors.QuotaError,
        errors.RateLimitedError,
        errors.UnavailableError,
        errors.TimedOutError,
        errors.BadAnswerError,
        errors.RejectedRequestError,
        errors.PromptTooLongError,
        errors.RefusedError,
    )
}


class ReplayedProvider:
    """A model that answers from a recording.

    Args:
        identity: Which of the recorded models it is.
        recording: The answers.
        ledger: Told what each answer cost when it was recorded.

    Raises:
        RecordingError: That model was not recorded.
    """

    def __init__(self, identity: str, recording: Recording, ledger: Ledger) -> None:
        if identity not in recording.models:
            raise RecordingError(f"The recording has no {identity} model")
        self._recorded = recording.models[identity]
        self._identity = identity
        self._recording = recording
        self._ledger = ledger

    def get_model_name(self) -> str:
        """The name of the model that was recorded."""
        return self._recorded.model

    def get_max_tokens(self) -> int:
        """The most tokens that one answer may have."""
        return self._recorded.max_tokens

    async def generate(
        self, messages: Sequence[Message], **options: Unpack[Options]
    ) -> LLMResponse:
        """Answer, or fail, as was recorded.

        Raises:
            RecordingError: This was not asked when it was recorded.
        """
        line = self._recording.next_line(stored_request(self._identity, messages, options))
        if line.response is not None:
            response = line.response.restored()
            self._ledger.book(response.spent)
            return response
        raise self._restore(line.failure)

    def _restore(self, failure: Failure | None) -> Exception:
        if failure is None:
            return RecordingError("The recording has a line without an answer")
        if failure.kind == BudgetExceededError.kind:
            return BudgetExceededError(failure.message, failure.remedy, limit=failure.limit or "")
        error = _RESTORABLE.get(failure.kind, ProviderError)(failure.message, failure.remedy)
        if failure.spent is not None:
            error.spent = failure.spent.restored()
            self._ledger.book(error.spent)
        return error
