"""What the proposals of models did when they were tried, kept with a recording and played again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from pydantic import BaseModel

from regoose_ci.agents.board import Board
from regoose_ci.agents.notes import NotedVerdict, Recorder, Recording, other_tests
from regoose_ci.agents.rehearsal import rehearsing
from regoose_ci.domain.candidates import CandidateTest, Verdict
from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.observations import Call, Observation
from regoose_ci.errors import GuestError
from regoose_ci.execution.observation import Observe, observing
from regoose_ci.execution.pairs import PairFactory
from regoose_ci.generation.llm.generator import Rehearse


class _Observed(BaseModel):
    """What came of one request for observations."""

    found: list[Observation] = []
    failure: str | None = None


class _Rehearsed(BaseModel):
    """What came of one rehearsal."""

    verdicts: list[NotedVerdict] = []
    failure: str | None = None


class RecordedObserving:
    """Observes as `observing` does, and notes what was seen."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    @asynccontextmanager
    async def __call__(
        self, pairs: PairFactory, functions: Sequence[ChangedFunction], workers: int
    ) -> AsyncIterator[Observe]:
        """Keep guests ready until the context ends."""
        async with observing(pairs, functions, workers) as observe:

            async def noting(
                function: ChangedFunction, calls: Sequence[Call], killed: frozenset[str]
            ) -> Sequence[Observation]:
                try:
                    found = await observe(function, calls, killed)
                except GuestError as error:
                    self._note(function, _Observed(failure=error.message))
                    raise
                self._note(function, _Observed(found=list(found)))
                return found

            yield noting

    def _note(self, function: ChangedFunction, observed: _Observed) -> None:
        self._recorder.note(function.id, observed.model_dump(mode="json"))


class ReplayedObserving:
    """Sees what was seen when the session was recorded; starts nothing."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    @asynccontextmanager
    async def __call__(
        self,
        pairs: PairFactory,  # noqa: ARG002 - the signature of `observing`
        functions: Sequence[ChangedFunction],  # noqa: ARG002
        workers: int,  # noqa: ARG002
    ) -> AsyncIterator[Observe]:
        """Give what was noted, function by function in the order of its requests."""
        yield self._observe

    async def _observe(
        self,
        function: ChangedFunction,
        calls: Sequence[Call],  # noqa: ARG002 - the signature of `Observe`
        killed: frozenset[str],  # noqa: ARG002
    ) -> Sequence[Observation]:
        observed = _Observed.model_validate(self._recording.next_note(function.id))
        if observed.failure is not None:
            raise GuestError(observed.failure)
        return observed.found


class RecordedRehearsing:
    """Rehearses as `rehearsing` does, and notes what tests did."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    @asynccontextmanager
    async def __call__(self, board: Board, workers: int) -> AsyncIterator[Rehearse]:
        """Keep guests ready until the context ends."""
        async with rehearsing(board, workers) as rehearse:

            async def noting(
                function: ChangedFunction, tests: Sequence[CandidateTest]
            ) -> Sequence[Verdict]:
                try:
                    verdicts = await rehearse(function, tests)
                except GuestError as error:
                    self._note(function, _Rehearsed(failure=error.message))
                    raise
                noted = [NotedVerdict.of(verdict) for verdict in verdicts]
                self._note(function, _Rehearsed(verdicts=noted))
                return verdicts

            yield noting

    def _note(self, function: ChangedFunction, rehearsed: _Rehearsed) -> None:
        self._recorder.note(_rehearsal_of(function), rehearsed.model_dump(mode="json"))


class ReplayedRehearsing:
    """Tells of tests what they did when the session was recorded; starts nothing."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    @asynccontextmanager
    async def __call__(
        self,
        board: Board,  # noqa: ARG002 - the signature of `rehearsing`
        workers: int,  # noqa: ARG002
    ) -> AsyncIterator[Rehearse]:
        """Give what was noted, function by function in the order of its rehearsals."""
        yield self._rehearse

    async def _rehearse(
        self, function: ChangedFunction, tests: Sequence[CandidateTest]
    ) -> Sequence[Verdict]:
        note = self._recording.next_note(_rehearsal_of(function))
        rehearsed = _Rehearsed.model_validate(note)
        if rehearsed.failure is not None:
            raise GuestError(rehearsed.failure)
        if len(rehearsed.verdicts) != len(tests):
            raise other_tests()
        return [was.about(test) for test, was in zip(tests, rehearsed.verdicts, strict=True)]


def _rehearsal_of(function: ChangedFunction) -> str:
    return f"rehearsal of {function.id}"
