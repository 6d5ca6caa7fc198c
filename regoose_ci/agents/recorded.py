"""What running code brought, kept with a recorded session and played again with it.

Exploring is bounded by time, so another run of it would bring something else, and models would be
asked other questions; a flaky test fails now here, now there.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from pydantic import BaseModel, JsonValue

from regoose_ci.agents.board import Board, Skip
from regoose_ci.agents.explorer import Explorer
from regoose_ci.agents.validator import Validator, announce
from regoose_ci.analysis.mutants import Mutant
from regoose_ci.comparison.shapes import Kind
from regoose_ci.domain.candidates import RejectionReason, RunRecord, Verdict
from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.events import Stage
from regoose_ci.domain.observations import Call, Observation
from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import GuestError, UsageError
from regoose_ci.execution.findings import FunctionFindings
from regoose_ci.execution.observation import Observe, observing
from regoose_ci.execution.pairs import PairFactory

_EXPLORED = "what exploring found"
_TESTED = "what tests did"


class Recorder(Protocol):
    """Takes notes of a session."""

    def note(self, name: str, value: JsonValue) -> None:
        """Keep a value under a name; names may come again."""
        ...


class Recording(Protocol):
    """Gives notes back in the order they were taken."""

    def next_note(self, name: str) -> JsonValue:
        """The next value under a name.

        Raises:
            UsageError: There is none.
        """
        ...


class _Findings(BaseModel):
    """`FunctionFindings` without the function, which is found anew."""

    kept: list[Observation]
    witnesses: list[tuple[Kind, Observation]]
    inputs: int
    reached: dict[Revision, int]
    unbuildable: int
    mutants: tuple[Mutant, ...]

    @classmethod
    def of(cls, findings: FunctionFindings) -> _Findings:
        return cls(
            kept=findings.kept,
            witnesses=list(findings.witnesses.items()),
            inputs=findings.inputs,
            reached=findings.reached,
            unbuildable=findings.unbuildable,
            mutants=findings.mutants,
        )

    def restored(self, function: ChangedFunction) -> FunctionFindings:
        return FunctionFindings(
            function,
            kept=self.kept,
            witnesses=dict(self.witnesses),
            inputs=self.inputs,
            reached=self.reached,
            unbuildable=self.unbuildable,
            mutants=self.mutants,
        )


class _Explored(BaseModel):
    """What the explorer leaves on the board."""

    findings: dict[str, _Findings]
    skipped: dict[str, Skip]
    out_of_budget: bool


class _Observed(BaseModel):
    """What came of one request for observations."""

    found: list[Observation] = []
    failure: str | None = None


class RecordedExplorer:
    """Explores, and notes what it found."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def run(self, board: Board) -> None:
        """Explore as `Explorer` does."""
        await Explorer().run(board)
        explored = _Explored(
            findings={i: _Findings.of(found) for i, found in board.findings.items()},
            skipped=board.skipped,
            out_of_budget=board.out_of_budget,
        )
        self._recorder.note(_EXPLORED, explored.model_dump(mode="json"))


class ReplayedExplorer:
    """Finds what was found when the session was recorded."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    async def run(self, board: Board) -> None:
        """Write ``board.findings`` and what was skipped.

        Raises:
            UsageError: The recording has none.
        """
        assert board.material is not None
        functions = {m.function.id: m.function for m in board.material.functions}
        with board.stage(Stage.EXPLORATION) as summary:
            explored = _Explored.model_validate(self._recording.next_note(_EXPLORED))
            board.findings = {
                i: found.restored(functions[i])
                for i, found in explored.findings.items()
                if i in functions
            }
            board.skipped |= explored.skipped
            board.out_of_budget = explored.out_of_budget
            summary.append("as recorded")


class _Judged(BaseModel):
    """`Verdict` without the candidate, which is written anew."""

    runs: tuple[RunRecord, ...]
    rejection: RejectionReason | None
    detail: str

    @classmethod
    def of(cls, verdict: Verdict) -> _Judged:
        return cls(runs=verdict.runs, rejection=verdict.rejection, detail=verdict.detail)


class _Validated(BaseModel):
    """What the validator leaves on the board."""

    verdicts: dict[str, list[_Judged]]


class RecordedValidator:
    """Validates, and notes what came of each test."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def run(self, board: Board) -> None:
        """Validate as `Validator` does."""
        await Validator().run(board)
        found = {i: [_Judged.of(v) for v in verdicts] for i, verdicts in board.verdicts.items()}
        self._recorder.note(_TESTED, _Validated(verdicts=found).model_dump(mode="json"))


class ReplayedValidator:
    """Tells of each test what it did when the session was recorded."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    async def run(self, board: Board) -> None:
        """Write ``board.verdicts``.

        Raises:
            UsageError: The recording has none, or is about other tests.
        """
        with board.stage(Stage.EXECUTION) as summary:
            validated = _Validated.model_validate(self._recording.next_note(_TESTED))
            for function_id, judged in validated.verdicts.items():
                tests = board.candidates.get(function_id, ())
                if len(tests) != len(judged):
                    raise UsageError(
                        "The recording is about other tests",
                        "Replay it with the version, settings and commits it was recorded with.",
                    )
                verdicts = [
                    Verdict(test, was.runs, was.rejection, was.detail)
                    for test, was in zip(tests, judged, strict=True)
                ]
                board.verdicts[function_id] = verdicts
                announce(board, board.findings[function_id].function, verdicts)
            summary.append("as recorded")


class RecordedObserving:
    """Observes as `observing` does, and notes what was seen."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    @asynccontextmanager
    async def __call__(self, pairs: PairFactory, workers: int) -> AsyncIterator[Observe]:
        """Keep guests ready until the context ends."""
        async with observing(pairs, workers) as observe:

            async def noting(
                function: ChangedFunction, calls: Sequence[Call]
            ) -> Sequence[Observation]:
                try:
                    found = await observe(function, calls)
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
        workers: int,  # noqa: ARG002
    ) -> AsyncIterator[Observe]:
        """Give what was noted, function by function in the order of its requests."""
        yield self._observe

    async def _observe(
        self,
        function: ChangedFunction,
        calls: Sequence[Call],  # noqa: ARG002 - the signature of `Observe`
    ) -> Sequence[Observation]:
        observed = _Observed.model_validate(self._recording.next_note(function.id))
        if observed.failure is not None:
            raise GuestError(observed.failure)
        return observed.found
