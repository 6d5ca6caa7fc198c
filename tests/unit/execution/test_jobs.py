from __future__ import annotations

import anyio
import pytest

from regoose_ci.domain.observations import Outcome, OutcomeKind, Value
from regoose_ci.errors import GuestError
from regoose_ci.execution.jobs import describe, evaluate, run_test
from regoose_ci.guest.protocol import (
    Described,
    Evaluated,
    EvaluateJob,
    Reply,
    RunTestJob,
    Target,
    TestRun,
)
from regoose_ci.sandbox.base import Answer
from tests.fakes.guests import FINE, OVER, ScriptedGuest, sent
from tests.unit.generation.observing import call

CALLS = [call("f", str(n)) for n in range(4)]
KILLED = Reply(1, signal=11)
ENDED = Reply(1, exit_code=7, error="the child ended before its job did")
LATE = Reply(1, signal=9, timed_out=True)


def evaluated(index: int, value: int = 1) -> Evaluated:
    return Evaluated(index, Outcome(OutcomeKind.RETURNED, Value("int", str(value))))


def kinds(guest: ScriptedGuest) -> list[OutcomeKind]:
    found = anyio.run(evaluate, guest, CALLS, (), 2.0)
    assert [e.index for e in found] == list(range(len(found)))
    return [e.outcome.kind for e in found]


R, C, T = OutcomeKind.RETURNED, OutcomeKind.CRASHED, OutcomeKind.TIMEOUT


def test_all_calls_are_answered_at_once() -> None:
    guest = ScriptedGuest(Answer(sent(*map(evaluated, range(4))), FINE))
    assert kinds(guest) == [R] * 4
    assert len(guest.asked) == 1


@pytest.mark.parametrize(("end", "kind"), [(KILLED, C), (ENDED, C), (LATE, T)])
def test_a_call_that_ends_the_child_is_told_and_the_rest_made_in_a_new_one(
    end: Reply, kind: OutcomeKind
) -> None:
    guest = ScriptedGuest(
        Answer(sent(evaluated(0)), end), Answer(sent(evaluated(0), evaluated(1)), FINE)
    )
    assert kinds(guest) == [R, kind, R, R]
    payload = guest.asked[1][1]
    assert isinstance(payload, EvaluateJob)
    assert payload.calls == tuple(CALLS[2:])


def test_every_call_may_end_its_child() -> None:
    assert kinds(ScriptedGuest(*[Answer((), KILLED)] * 4)) == [C] * 4


def test_a_child_that_ends_after_the_last_call_adds_nothing() -> None:
    assert kinds(ScriptedGuest(Answer(sent(*map(evaluated, range(4))), KILLED))) == [R] * 4


def test_calls_that_time_did_not_suffice_for_are_missing() -> None:
    assert kinds(ScriptedGuest(Answer(sent(evaluated(0)), FINE))) == [R]


def deep() -> object:
    value: dict[str, object] = {"type": "x"}
    for _ in range(3000):
        value = {"type": "x", "parts": {"{}": value}}
    return {"index": 0, "outcome": {"kind": "returned", "value": value}}


@pytest.mark.parametrize(
    "items",
    [
        (None,),
        ("text",),
        (5,),
        ({},),
        ({"index": 0},),
        ({"index": "zero", "outcome": {"kind": "returned"}},),
        ({"index": 0, "outcome": {"kind": "surprised"}},),
        ({"index": 0, "outcome": {"kind": "returned", "value": {"type": 5}}},),
        ({"index": 0, "outcome": {"kind": "returned"}, "reach": {"lines": {"a": ["x"]}}},),
        (deep(),),
        sent(evaluated(1)),
        sent(evaluated(0), evaluated(0)),
        sent(evaluated(0), evaluated(2)),
        sent(*map(evaluated, range(5))),
    ],
    ids=lambda items: f"{len(items)}-{type(items[0]).__name__}",
)
def test_hostile_answers_end_the_guest(items: tuple[object, ...]) -> None:
    with pytest.raises(GuestError):
        kinds(ScriptedGuest(Answer(items, FINE)))


def test_a_guest_that_is_gone_is_told() -> None:
    with pytest.raises(GuestError, match="gone"):
        kinds(ScriptedGuest(GuestError("the sandbox is gone")))


def target(name: str) -> Target:
    return Target(name, "m.py", "m", name, 1, 2)


@pytest.mark.parametrize(
    ("end", "told"),
    [
        (LATE, "importing it did not finish"),
        (KILLED, "importing it ended the interpreter (signal 11)"),
        (ENDED, "importing it ended the interpreter (exit code 7)"),
        (Reply(1, error="MemoryError: "), "MemoryError: "),
    ],
)
def test_a_module_that_ends_its_child_is_told_and_the_others_described(
    end: Reply, told: str
) -> None:
    guest = ScriptedGuest(
        Answer(sent(Described("a", name="a")), end), Answer(sent(Described("c", name="c")), FINE)
    )
    found = anyio.run(describe, guest, [target(n) for n in "abc"])
    assert {i: d.error for i, d in found.items()} == {"a": "", "b": told, "c": ""}


def ended(*items: object, end: Reply = OVER) -> tuple[bool, bool, bool]:
    guest = ScriptedGuest(Answer(tuple(items), end))
    found = anyio.run(run_test, guest, RunTestJob("test_a.py", "", "test_a"))
    return found.run is not None, found.timed_out, found.trusted


def test_a_run_is_trusted_when_record_and_wait_status_agree() -> None:
    (run,) = sent(TestRun(("test_a",), "passed"))
    assert ended(run) == (True, False, True)
    assert ended(run, end=Reply(1, exit_code=3)) == (True, False, False)
    assert ended(run, end=KILLED) == (True, False, False)
    assert ended(run, run) == (True, False, False)
    assert ended() == (False, False, False)
    assert ended(run, end=LATE) == (False, True, True)
