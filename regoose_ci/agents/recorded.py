"""What running code brought, kept with a recorded session and played again with it.

Exploring is bounded by time, so another run of it would bring something else, and models would be
asked other questions; a flaky test fails now here, now there.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path

from pydantic import BaseModel

from regoose_ci.agents.board import Board, Laboratory, Skip
from regoose_ci.agents.explorer import Explorer
from regoose_ci.agents.notes import NotedVerdict, Recorder, Recording, other_tests
from regoose_ci.agents.preparer import Prepare
from regoose_ci.agents.validator import Validator, announce
from regoose_ci.analysis.material import ChangeMaterial
from regoose_ci.analysis.mutants import Mutant
from regoose_ci.comparison.shapes import Kind
from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.events import Stage
from regoose_ci.domain.observations import Observation
from regoose_ci.domain.report import EnvironmentInfo, SandboxInfo
from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import GuestError
from regoose_ci.execution.findings import FunctionFindings
from regoose_ci.execution.pairs import PairFactory
from regoose_ci.sandbox.base import Command, Guest, GuestSpec, Ran

_PREPARED = "where it ran"
_EXPLORED = "what exploring found"
_TESTED = "what tests did"


class _Prepared(BaseModel):
    """`Laboratory` without its guests."""

    sandbox: SandboxInfo
    environment: EnvironmentInfo


def recorded_laboratory(prepare: Prepare, recorder: Recorder) -> Prepare:
    """Prepare, and note where the session runs."""

    async def noting(material: ChangeMaterial) -> Laboratory:
        made = await prepare(material)
        prepared = _Prepared(sandbox=made.sandbox, environment=made.environment)
        recorder.note(_PREPARED, prepared.model_dump(mode="json"))
        return made

    return noting


def replayed_laboratory(recording: Recording) -> Prepare:
    """Tell where the session ran: a replay needs neither its environment nor a container engine."""

    async def recalled(_: ChangeMaterial) -> Laboratory:
        prepared = _Prepared.model_validate(recording.next_note(_PREPARED))
        pairs = PairFactory(_Nowhere(prepared.sandbox), {})
        return Laboratory(pairs, prepared.sandbox, prepared.environment)

    return recalled


class _Nowhere:
    """The sandbox of a replay, in which nothing runs."""

    def __init__(self, info: SandboxInfo) -> None:
        self.info = info

    def start(self, spec: GuestSpec) -> AbstractAsyncContextManager[Guest]:  # noqa: ARG002
        """See ``Sandbox.start``."""
        raise GuestError("nothing runs in a replay")

    async def run(
        self,
        command: Command,  # noqa: ARG002
        seconds: float,  # noqa: ARG002
        result: Path | None = None,  # noqa: ARG002
    ) -> Ran:
        """See ``Sandbox.run``."""
        raise GuestError("nothing runs in a replay")


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


class _Validated(BaseModel):
    """What the validator leaves on the board."""

    verdicts: dict[str, list[NotedVerdict]]


class RecordedValidator:
    """Validates, and notes what came of each test."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    async def run(self, board: Board) -> None:
        """Validate as `Validator` does."""
        await Validator().run(board)
        found = {
            i: [NotedVerdict.of(v) for v in verdicts] for i, verdicts in board.verdicts.items()
        }
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
                    raise other_tests()
                verdicts = [was.about(test) for test, was in zip(tests, judged, strict=True)]
                board.verdicts[function_id] = verdicts
                announce(board, board.findings[function_id].function, verdicts)
            summary.append("as recorded")
