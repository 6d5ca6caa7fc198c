from __future__ import annotations

import dataclasses
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio
import pytest
from pydantic import JsonValue

from regoose_ci.agents.board import Board, Laboratory
from regoose_ci.agents.explorer import Explorer
from regoose_ci.agents.generator import GeneratorAgent
from regoose_ci.agents.modelling import Observing, model_generator
from regoose_ci.agents.orchestrator import Agent
from regoose_ci.agents.preparer import Preparer
from regoose_ci.agents.recorded import (
    RecordedExplorer,
    RecordedValidator,
    ReplayedExplorer,
    ReplayedValidator,
    recorded_laboratory,
    replayed_laboratory,
)
from regoose_ci.agents.recorded_trials import (
    RecordedObserving,
    RecordedRehearsing,
    ReplayedObserving,
    ReplayedRehearsing,
)
from regoose_ci.agents.rehearsal import Rehearsing, rehearsing
from regoose_ci.agents.reporter import finish
from regoose_ci.analysis.material import ChangeMaterial
from regoose_ci.domain.candidates import CandidateKind, RejectionReason, Verdict
from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import GuestError, UsageError
from regoose_ci.execution.observation import observing
from regoose_ci.generation.base import FunctionContext
from regoose_ci.generation.llm.generator import Rehearse
from regoose_ci.guest.protocol import RunTestJob, TestRun
from regoose_ci.providers.base import Tier
from regoose_ci.providers.errors import RefusedError
from regoose_ci.providers.scripted import Line, ScriptedProvider
from regoose_ci.providers.structured import StructuredAsker
from regoose_ci.sandbox.base import Guest
from tests.fakes.guests import FunctionGuest, ScriptedGuest, pairs_from
from tests.unit.agents.boards import PRICE, board, candidate, findings, laboratory, shown
from tests.unit.agents.test_explorer import dearer, guests, price

HOSTILE = "price(__import__('os').getpid())"
GROWS = "def test_price_grows():\n    assert price(9) == 10\n    assert price(2) == 2\n"
ANSWER = json.dumps(
    {
        "scenarios": [
            {"name": "test_price_of_a_million", "call": "price(1_000_000)"},
            {"name": "test_price_of_an_import", "call": HOSTILE},
        ],
        "tests": [{"code": GROWS}],
    }
)
WRONG = json.dumps(
    {
        "tests": [
            {"code": "def test_wrong():\n    for n in (9, 2):\n        assert price(n) == 99\n"}
        ]
    }
)


class Notes:
    """What a recorder was told, given back as a recording does."""

    def __init__(self) -> None:
        self._notes: defaultdict[str, deque[str]] = defaultdict(deque)

    def note(self, name: str, value: JsonValue) -> None:
        """See ``Recorder.note``."""
        self._notes[name].append(json.dumps(value))

    def next_note(self, name: str) -> JsonValue:
        """See ``Recording.next_note``."""
        if not self._notes[name]:
            raise UsageError(f"nothing about {name}")
        value: JsonValue = json.loads(self._notes[name].popleft())
        return value


def grown(job: RunTestJob) -> TestRun:
    """`GROWS` passes, what asserts 99 does not."""
    outcome = "failed" if "99" in job.source else "passed"
    return TestRun((job.test,), outcome, 0.01, "assert 10 == 99")


def making(revision: Revision) -> Guest:
    """A guest for exploring and for tests."""
    body = price if revision is Revision.BASE else dearer
    return FunctionGuest({"price": body}, tests=grown)


def written(
    script: list[Line],
    explorer: Agent[Board] | None = None,
    watch: Observing = observing,
    rehearse: Rehearsing = rehearsing,
    budget: float = 1.0,
) -> Board:
    """A board after exploring and generating with a model that answers by ``script``."""
    pairs, sandbox = pairs_from(making)
    made, _ = board()
    made.request = dataclasses.replace(made.request, budget=budget)
    made.laboratory = laboratory(pairs)
    model = ScriptedProvider(script)
    asker = StructuredAsker({Tier.SMALL: model, Tier.LARGE: model})

    async def run() -> None:
        await (explorer or Explorer()).run(made)
        await GeneratorAgent(lambda b: model_generator(b, asker, watch, rehearse)).run(made)

    anyio.run(run)
    assert sandbox.open == 0
    return made


def test_a_function_that_got_no_time_to_explore_is_asked_about_all_the_same() -> None:
    made = written([ANSWER, "{}", "{}"], budget=-10.0)

    assert made.skipped[PRICE.id].reason == "budget"
    tests = made.candidates[PRICE.id]
    assert {test.kind for test in tests} == {CandidateKind.CATCHING, CandidateKind.HARDENING}
    assert {test.origin for test in tests} == {"model"}


def test_a_models_tests_come_beside_the_embedded_ones() -> None:
    made = written([ANSWER, "{}", "{}"])

    origins = {test.name: test.origin for test in made.candidates[PRICE.id]}
    assert origins["test_price_grows"] == "model"
    assert "embedded" in origins.values()
    assert made.unfinished == ""


def test_a_whole_test_that_fails_goes_back_to_the_model_and_is_reported() -> None:
    made = written([WRONG, ANSWER, "{}"], budget=-10.0)

    (function,) = finish(made).functions
    assert "test_wrong" not in {test.name for test in made.candidates[PRICE.id]}
    assert [(test.name, test.reason) for test in function.rejected] == [
        ("test_wrong", "fails_on_head")
    ]


def test_what_is_not_run_is_reported() -> None:
    made = written([ANSWER, "{}", "{}"])

    (function,) = finish(made).functions
    assert [test.name for test in function.screened] == [HOSTILE]
    assert "__import__" in function.screened[0].finding


def test_a_model_that_refuses_leaves_the_embedded_tests_and_a_reason() -> None:
    made = written([RefusedError("The model declined to answer.")])

    assert {test.origin for test in made.candidates[PRICE.id]} == {"embedded"}
    assert made.unfinished == (
        "the model did not finish 1 of 1 functions: The model declined to answer."
    )


def test_guests_end_while_tests_are_written() -> None:
    closed = anyio.Event()

    @asynccontextmanager
    async def stage(made: Board, workers: int) -> AsyncIterator[Rehearse]:
        async with rehearsing(made, workers) as rehearse:
            yield rehearse
        closed.set()

    pairs, _ = pairs_from(making)
    made, _ = board()
    made.laboratory = laboratory(pairs)
    made.findings[PRICE.id] = findings(shown())
    asker = StructuredAsker(dict.fromkeys(Tier, ScriptedProvider(["{}"])))

    async def run() -> None:
        async with model_generator(made, asker, observing, stage) as generator:
            await generator.generate(FunctionContext(PRICE), [shown()])
            with anyio.fail_after(10):
                await closed.wait()

    anyio.run(run)


def test_a_session_is_played_as_it_was_recorded() -> None:
    notes = Notes()
    script: list[Line] = [ANSWER, "{}", "{}"]
    recorded = written(script, RecordedExplorer(notes), RecordedObserving(notes))
    played = written(script, ReplayedExplorer(notes), ReplayedObserving(notes))

    assert played.findings[PRICE.id].kept == recorded.findings[PRICE.id].kept
    assert played.candidates == recorded.candidates
    assert played.screened == recorded.screened


def test_rehearsals_are_played_as_they_were_recorded() -> None:
    notes = Notes()
    script: list[Line] = [WRONG, ANSWER, "{}"]
    recorded = written(script, rehearse=RecordedRehearsing(notes), budget=-10.0)
    played = written(script, rehearse=ReplayedRehearsing(notes), budget=-10.0)

    assert [v.candidate.name for v in recorded.refused[PRICE.id]] == ["test_wrong"]
    assert played.refused == recorded.refused
    assert played.candidates == recorded.candidates


def test_tests_do_in_a_replay_what_they_did() -> None:
    notes = Notes()
    made, _ = board()
    made.laboratory = laboratory(pairs_from(answering("passed"))[0])
    made.findings[PRICE.id] = findings(shown())
    made.candidates[PRICE.id] = (candidate(CandidateKind.CATCHING, shown()),)
    anyio.run(RecordedValidator(notes).run, made)
    recorded, made.verdicts = made.verdicts, {}

    anyio.run(ReplayedValidator(notes).run, made)

    assert made.verdicts == recorded
    assert [v.rejection for v in recorded[PRICE.id]] == [RejectionReason.ASSERTS_NOTHING]


def test_a_replay_of_other_tests_is_wrong_use() -> None:
    notes = Notes()
    notes.note("what tests did", {"verdicts": {PRICE.id: []}})
    made, _ = board()
    made.candidates[PRICE.id] = (candidate(CandidateKind.CATCHING, shown()),)

    with pytest.raises(UsageError, match="about other tests"):
        anyio.run(ReplayedValidator(notes).run, made)


def test_a_replay_tells_where_the_session_ran_and_prepares_nothing() -> None:
    notes = Notes()
    made, _ = board()
    assert made.material is not None
    here = laboratory(pairs_from(guests())[0])

    async def prepare(_: ChangeMaterial) -> Laboratory:
        return here

    anyio.run(recorded_laboratory(prepare, notes), made.material)
    anyio.run(Preparer(replayed_laboratory(notes)).run, made)

    assert made.laboratory is not None
    assert made.laboratory.sandbox == here.sandbox
    assert made.laboratory.environment == here.environment
    assert made.laboratory.pairs.revisions == ()


def test_a_guest_that_fails_in_a_rehearsal_is_not_used_again() -> None:
    broken = iter([True, False, False, False])

    def make(revision: Revision) -> Guest:
        return ScriptedGuest(GuestError("it is gone")) if next(broken) else making(revision)

    pairs, sandbox = pairs_from(make)
    made, _ = board()
    made.laboratory = laboratory(pairs)
    test = candidate(CandidateKind.HARDENING, shown())

    async def run() -> list[Verdict]:
        async with rehearsing(made, 1) as rehearse:
            with pytest.raises(GuestError):
                await rehearse(PRICE, [test])
            first = await rehearse(PRICE, [test])
            return [*first, *await rehearse(PRICE, [test])]

    assert [v.accepted for v in anyio.run(run)] == [True, True]
    assert (sandbox.started, sandbox.open) == (4, 0)


def answering(outcome: str) -> Callable[[Revision], Guest]:
    """Guests in which every test has this outcome."""

    def run(job: RunTestJob) -> TestRun:
        return TestRun((job.test,), outcome, 0.01, "")

    return lambda _: FunctionGuest({}, tests=run)


def test_a_recording_without_an_answer_is_wrong_use() -> None:
    with pytest.raises(UsageError, match="nothing about"):
        written([ANSWER], ReplayedExplorer(Notes()))
