from __future__ import annotations

import anyio
import pytest

from regoose_ci.domain.changes import ChangedFunction, ChangeKind, FunctionKind, FunctionSource
from regoose_ci.domain.observations import Observation
from regoose_ci.domain.revisions import Revision
from regoose_ci.execution.findings import FunctionFindings
from regoose_ci.execution.mutation import left_to_gain, measure_mutants, survivors
from regoose_ci.execution.pairs import GuestPair
from regoose_ci.guest.protocol import Mutated, MutateJob
from regoose_ci.sandbox.base import Answer
from tests.fakes.guests import OVER, ScriptedGuest, sent
from tests.unit.generation.observing import call, observation, returned

TEXT = "def f(n):\n    if n > 3:\n        return 1\n    return 2\n"
SOURCE = FunctionSource("a.py", "a", "f", 1, 4, TEXT)
ADDED = ChangedFunction(ChangeKind.ADDED, FunctionKind.FUNCTION, None, SOURCE)


def shown(*numbers: int, lines: tuple[int, ...] = (2, 4)) -> list[Observation]:
    path = f"{SOURCE.path}::f"
    return [
        observation(call("f", str(n)), None, returned(2), lines=lines, function_id=path)
        for n in numbers
    ]


def measured(
    findings: FunctionFindings, *results: Mutated, known: frozenset[str] = frozenset()
) -> MutateJob:
    """Measure with a guest that answers so, and return what it was asked."""
    guest = ScriptedGuest(Answer(sent(*results), OVER))
    anyio.run(measure_mutants, GuestPair({Revision.HEAD: guest}), findings, 5.0, known)
    ((_, asked),) = guest.asked
    assert isinstance(asked, MutateJob)
    return asked


def test_observations_know_what_they_kill() -> None:
    findings = FunctionFindings(ADDED, kept=shown(1, 4))
    measured(findings, Mutated("m0", (1,)), Mutated("m1", (0, 1)), Mutated("m2", equivalent=True))
    assert [o.kills for o in findings.kept] == [{"m1"}, {"m0", "m1"}]
    assert [m.id for m in findings.mutants] == ["m0", "m1"]
    assert [m.id for m in survivors(findings, frozenset({"m1"}))] == ["m0"]


def test_only_what_is_alive_is_tried_again_and_on_new_calls() -> None:
    findings = FunctionFindings(ADDED, kept=shown(1))
    first = measured(findings, Mutated("m0", (0,)), Mutated("m1", equivalent=True))
    begun = {fault.id for fault in first.faults}
    findings.kept += shown(4)
    second = measured(findings, *(Mutated(i) for i in begun - {"m0", "m1"}))
    assert {fault.id for fault in second.faults} == begun - {"m0", "m1"}
    assert len(second.calls) == 2, "some mutants had not been begun"
    findings.kept += shown(5)
    third = measured(findings, Mutated("m2", (0,)))
    assert [made.args for made in third.calls] == [("5",)]
    assert [o.kills for o in findings.kept] == [{"m0"}, frozenset(), {"m2"}]


def test_what_others_are_known_to_kill_is_not_tried() -> None:
    findings = FunctionFindings(ADDED, kept=shown(1))
    whole = {fault.id for fault in measured(FunctionFindings(ADDED, kept=shown(1))).faults}
    asked = measured(findings, Mutated("m2", (0,)), known=frozenset({"m0", "m1"}))
    assert {fault.id for fault in asked.faults} == whole - {"m0", "m1"}
    assert [o.kills for o in findings.kept] == [{"m2"}]


@pytest.mark.parametrize(("lines", "missing"), [((2, 4), 1), ((2,), 2)])
def test_ways_that_were_not_gone_are_left_to_gain(lines: tuple[int, ...], missing: int) -> None:
    assert left_to_gain(FunctionFindings(ADDED, kept=shown(1, lines=lines))) == missing


def test_mutants_alive_are_left_to_gain() -> None:
    findings = FunctionFindings(ADDED, kept=[*shown(1), *shown(4, lines=(2, 3))])
    assert left_to_gain(findings) == 0
    measured(findings, Mutated("m0", (0,)), Mutated("m1"), Mutated("m2"))
    assert left_to_gain(findings) == 2
