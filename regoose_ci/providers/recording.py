"""A whole session's questions and answers in a file, and a session played from one.

A recording is JSON lines: a header, then one line per question with its answer or error. It lies
above cache, budget, router and negotiation, so that a replay needs no endpoint, no key and no
network, and costs on paper what the session cost.
"""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue, TypeAdapter, ValidationError
from typing_extensions import Self, Unpack

from regoose_ci.providers import errors
from regoose_ci.providers.base import LLMProvider, LLMResponse, Message, Options
from regoose_ci.providers.errors import BudgetExceededError, ProviderError, RecordingError
from regoose_ci.providers.exchange import (
    Ledger,
    StoredRequest,
    StoredResponse,
    StoredSpent,
    stored_request,
)

_HIDDEN = "[redacted]"
_AS_RECORDED = "Replay it with the version, settings and commits it was recorded with."
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


class RecordedModel(BaseModel):
    """What a replay says of a model it does not ask."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    provider: str
    model: str
    max_tokens: int


class _Header(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    regoose_recording: Literal[1] = 1
    models: dict[str, RecordedModel]


class _Failure(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    message: str
    remedy: str
    limit: str | None = None
    spent: StoredSpent | None = None


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    identity: str
    options: dict[str, JsonValue]
    messages: list[JsonValue]
    response: StoredResponse | None = None
    failure: _Failure | None = None


class _Note(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    note: str
    value: JsonValue


_ENTRY: TypeAdapter[_Line | _Note] = TypeAdapter(_Line | _Note)


class Recorder:
    """Writes a recording, each line as soon as its answer is there.

    Args:
        path: The file; one that is there is replaced.
        models: What is recorded, by the identities of the `RecordedProvider`s.
        secrets: Texts that are blackened wherever they stand.

    Raises:
        RecordingError: The file cannot be written.
    """

    def __init__(
        self, path: Path, models: Mapping[str, RecordedModel], secrets: Iterable[str] = ()
    ) -> None:
        self._secrets = tuple(secret for secret in secrets if secret)
        try:
            self._stream = path.open("w", encoding="utf-8", newline="\n")
            path.chmod(0o600)  # it holds the reviewed code
            self._put(_Header(models=dict(models)))
        except OSError as error:
            raise RecordingError(
                f"{path.name} cannot be written: {error.strerror}", "Name another file."
            ) from None

    def __enter__(self) -> Self:
        """Return the recorder itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file; nothing may be recorded afterwards."""
        self._stream.close()

    def answer(self, request: StoredRequest, response: LLMResponse) -> None:
        """Record an answer."""
        self._put(_line(request, response=StoredResponse.of(response)))

    def note(self, name: str, value: JsonValue) -> None:
        """Record something else that the session depends on."""
        self._put(_Note(note=name, value=value))

    def failure(self, request: StoredRequest, error: ProviderError | BudgetExceededError) -> None:
        """Record that there was none, and why."""
        failure = _Failure(
            kind=error.kind,
            message=error.message,
            remedy=error.remedy,
            limit=error.limit if isinstance(error, BudgetExceededError) else None,
            spent=StoredSpent.of(error.spent) if isinstance(error, ProviderError) else None,
        )
        self._put(_line(request, failure=failure))

    def _put(self, entry: _Header | _Line | _Note) -> None:
        text = entry.model_dump_json(exclude_none=True)
        for secret in self._secrets:
            # As it stands inside a JSON string, without the quotes around it.
            text = text.replace(json.dumps(secret, ensure_ascii=False)[1:-1], _HIDDEN)
        self._stream.write(f"{text}\n")
        self._stream.flush()


class RecordedProvider:
    """A model whose questions and answers are recorded."""

    def __init__(self, provider: LLMProvider, identity: str, recorder: Recorder) -> None:
        self._provider = provider
        self._identity = identity
        self._recorder = recorder

    def get_model_name(self) -> str:
        """The model's name."""
        return self._provider.get_model_name()

    def get_max_tokens(self) -> int:
        """The most tokens that one answer may have."""
        return self._provider.get_max_tokens()

    async def generate(
        self, messages: Sequence[Message], **options: Unpack[Options]
    ) -> LLMResponse:
        """Ask, and record what comes."""
        request = stored_request(self._identity, messages, options)
        try:
            response = await self._provider.generate(messages, **options)
        except (ProviderError, BudgetExceededError) as error:
            self._recorder.failure(request, error)
            raise
        self._recorder.answer(request, response)
        return response


class Recording:
    """A recording that was read. The same question again gets the next of its answers.

    Raises:
        RecordingError: The file cannot be read or is no recording.
    """

    def __init__(self, path: Path) -> None:
        self._lines: defaultdict[str, deque[_Line]] = defaultdict(deque)
        self._notes: defaultdict[str, deque[JsonValue]] = defaultdict(deque)
        try:
            # Not splitlines: JSON strings may hold other ends of lines as they are.
            header, *lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
            self.models = _Header.model_validate_json(header).models
            for line in lines:
                entry = _ENTRY.validate_json(line)
                if isinstance(entry, _Note):
                    self._notes[entry.note].append(entry.value)
                else:
                    self._lines[entry.key].append(entry)
        except (OSError, ValueError, ValidationError):
            raise RecordingError(
                f"{path.name} is not a recording that can be read",
                "Give a file that was written with --record.",
            ) from None

    def next_line(self, request: StoredRequest) -> _Line:
        """The next answer to ``request``.

        Raises:
            RecordingError: There is none (left).
        """
        lines = self._lines.get(request.key)
        if not lines:
            raise RecordingError(
                f"The recording has no answer of {request.identity} to this question", _AS_RECORDED
            )
        return lines.popleft()

    def next_note(self, name: str) -> JsonValue:
        """The next note of that name.

        Raises:
            RecordingError: There is none (left).
        """
        notes = self._notes.get(name)
        if not notes:
            raise RecordingError(f"The recording has nothing about {name}", _AS_RECORDED)
        return notes.popleft()


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

    def _restore(self, failure: _Failure | None) -> Exception:
        if failure is None:
            return RecordingError("The recording has a line without an answer")
        if failure.kind == BudgetExceededError.kind:
            return BudgetExceededError(failure.message, failure.remedy, limit=failure.limit or "")
        error = _RESTORABLE.get(failure.kind, ProviderError)(failure.message, failure.remedy)
        if failure.spent is not None:
            error.spent = failure.spent.restored()
            self._ledger.book(error.spent)
        return error


def _line(
    request: StoredRequest,
    response: StoredResponse | None = None,
    failure: _Failure | None = None,
) -> _Line:
    return _Line(
        key=request.key,
        identity=request.identity,
        options=request.options,
        messages=request.messages,
        response=response,
        failure=failure,
    )
