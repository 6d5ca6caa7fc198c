"""A whole session's questions and answers in a file.

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

from regoose_ci.providers.base import LLMProvider, LLMResponse, Message, Options
from regoose_ci.providers.errors import BudgetExceededError, ProviderError, RecordingError
from regoose_ci.providers.exchange import (
    StoredRequest,
    StoredResponse,
    StoredSpent,
    stored_request,
)

_HIDDEN = "[redacted]"
_AS_RECORDED = "Replay it with the version, settings and commits it was recorded with."


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


class Failure(BaseModel):
    """Why there was no answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    message: str
    remedy: str
    limit: str | None = None
    spent: StoredSpent | None = None


class Line(BaseModel):
    """One question, with its answer or why there was none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    identity: str
    options: dict[str, JsonValue]
    messages: list[JsonValue]
    response: StoredResponse | None = None
    failure: Failure | None = None


class _Note(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    note: str
    value: JsonValue


_ENTRY: TypeAdapter[Line | _Note] = TypeAdapter(Line | _Note)


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
        failure = Failure(
            kind=error.kind,
            message=error.message,
            remedy=error.remedy,
            limit=error.limit if isinstance(error, BudgetExceededError) else None,
            spent=StoredSpent.of(error.spent) if isinstance(error, ProviderError) else None,
        )
        self._put(_line(request, failure=failure))

    def _put(self, entry: _Header | Line | _Note) -> None:
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
        self._lines: defaultdict[str, deque[Line]] = defaultdict(deque)
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

    def next_line(self, request: StoredRequest) -> Line:
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


def _line(
    request: StoredRequest,
    response: StoredResponse | None = None,
    failure: Failure | None = None,
) -> Line:
    return Line(
        key=request.key,
        identity=request.identity,
        options=request.options,
        messages=request.messages,
        response=response,
        failure=failure,
    )
