from __future__ import annotations

import dataclasses
from collections.abc import Callable
from contextlib import nullcontext

import anyio
import anyio.lowlevel
import pytest

from regoose_ci.agents.board import Board, Skip
from regoose_ci.agents.explorer import Explorer
from regoose_ci.agents.generator import GeneratorAgent
from regoose_ci.analysis.material import FunctionMaterial
from regoose_ci.domain.candidates import CandidateKind
from regoose_ci.domain.events import Event, Notice
from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import GuestError
from regoose_ci.generation.embedded.generator import EmbeddedGenerator
from regoose_ci.sandbox.base import Answer, Guest
from tests.fakes.guests import OVER, Body, FunctionGuest, ScriptedGuest, pairs_from
from tests.unit.agents.boards import PRICE, board, laboratory
from tests.unit.execution.changed import changed


def price(n: int) -> int:
    return n


def dearer(n: int) -> int:
    return n + 1 if n > 3 else n


def guests(base: Body = price, head: Body = dearer) -> Callable[[Revision], Guest]:
    functions = {Revision.BASE: base, Revision.HEAD: head}
    return lambda revision: FunctionGuest({"price": functions[revision]})


def explored(make: Callable[[Revision], Guest]) -> tuple[Board, list[Event]]:
    pairs, sandbox = pairs_from(make)
    made, events = board()
    made.laboratory = laboratory(pairs)
    anyio.run(Explorer().run, made)
    assert sandbox.open == 0
    return made, events


def test_differences_are_found_from_types_alone() -> None:
    made, _ = explored(guests())
    findings = made.findings[PRICE.id]
    assert findings.witnesses
    assert PRICE.id not in made.skipped


def test_tests_are_written_of_what_was_found() -> None:
    made, _ = explored(guests())
    anyio.run(GeneratorAgent(lambda _: nullcontext(EmbeddedGenerator())).run, made)
    kinds = [test.kind for test in made.candidates[PRICE.id]]
    assert CandidateKind.CATCHING in kinds


def test_a_function_that_cannot_be_imported_is_skipped() -> None:
    made, _ = explored(lambda _: FunctionGuest({}))
    assert made.skipped[PRICE.id].reason == "import_failed"
    assert "it has no price" in made.skipped[PRICE.id].detail


def test_a_change_that_no_input_reaches_is_skipped() -> None:
    made, _ = explored(lambda _: FunctionGuest({"price": price}, path="elsewhere.py"))
    skip = made.skipped.get(PRICE.id)
    assert skip is None or skip.reason == "change_not_reached"
    assert made.findings[PRICE.id].explored.reached_change_on_head == 0


def test_a_guest_that_fails_fails_one_function() -> None:
    made_guests = iter([FunctionGuest({})] * 2)

    def make(revision: Revision) -> Guest:
        return next(made_guests, None) or ScriptedGuest(GuestError("the sandbox is gone"))

    made, _ = explored(make)
    assert made.skipped[PRICE.id] == Skip(None, "the sandbox is gone")


def test_existing_tests_that_break_their_guest_are_told_and_done_without() -> None:
    nonsense = Answer(("nonsense",), OVER)
    made_guests = iter([ScriptedGuest(nonsense), ScriptedGuest(nonsense)])
    working = guests()

    def make(revision: Revision) -> Guest:
        return next(made_guests, None) or working(revision)

    pairs, _ = pairs_from(make)
    made, events = board()
    assert made.material is not None
    material = FunctionMaterial(PRICE, dict.fromkeys(Revision, ("tests/test_a.py",)), (), ())
    made.material = dataclasses.replace(made.material, functions=(material,))
    made.laboratory = laboratory(pairs)
    anyio.run(Explorer().run, made)
    assert made.findings[PRICE.id].witnesses
    assert any(isinstance(e, Notice) and "Existing tests" in e.text for e in events)


def test_the_first_guests_to_explore_in_start_while_existing_tests_run() -> None:
    class Busy(FunctionGuest):
        """Runs existing tests for as long as it takes the others to start."""

        async def call(
            self, job: str, payload: object, deadline: float, worker: str = ""
        ) -> Answer:
            while job == "record" and sandbox.open < 6:
                await anyio.lowlevel.checkpoint()
            return await super().call(job, payload, deadline, worker)

    functions = {Revision.BASE: price, Revision.HEAD: dearer}
    pairs, sandbox = pairs_from(lambda revision: Busy({"price": functions[revision]}))
    made, _ = board()
    assert made.material is not None
    material = FunctionMaterial(PRICE, dict.fromkeys(Revision, ("tests/test_a.py",)), (), ())
    made.material = dataclasses.replace(made.material, functions=(material,))
    made.laboratory = laboratory(pairs)

    async def explore() -> None:
        with anyio.fail_after(20):
            await Explorer().run(made)

    anyio.run(explore)
    assert made.findings[PRICE.id].witnesses
    assert (sandbox.started, sandbox.open) == (6, 0)


def test_every_function_is_tried_though_the_budget_is_small(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("regoose_ci.agents.explorer.GRACE", 60.0)  # for machines under load
    names = [f"price_{n}" for n in range(4)]
    pairs, sandbox = pairs_from(lambda _: FunctionGuest(dict.fromkeys(names, dearer)))
    made, _ = board()
    assert made.material is not None
    made.request = dataclasses.replace(made.request, budget=0.05)
    added = [dataclasses.replace(changed(name, "n"), base=None) for name in names]
    materials = tuple(FunctionMaterial(function, {}, (), ()) for function in added)
    made.material = dataclasses.replace(made.material, functions=materials)
    made.laboratory = laboratory(pairs)
    anyio.run(Explorer().run, made)
    assert sandbox.open == 0
    assert not made.skipped
    assert all(made.findings[function.id].inputs for function in added)
