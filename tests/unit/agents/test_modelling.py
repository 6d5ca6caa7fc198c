from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Callable

import anyio
import pytest
from pydantic import JsonValue

from regoose_ci.agents.board import Board
from regoose_ci.agents.explorer import Explorer
from regoose_ci.agents.generator import GeneratorAgent
from regoose_ci.agents.modelling import Observing, model_generator
from regoose_ci.agents.orchestrator import Agent
from regoose_ci.agents.recorded import (
    RecordedExplorer,
    RecordedObserving,
    RecordedValidator,
    ReplayedExplorer,
    ReplayedObserving,
    ReplayedValidator,
)
from regoose_ci.agents.reporter import finish
from regoose_ci.domain.candidates import CandidateKind, RejectionReason
from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import UsageError
from regoose_ci.execution.observation import observing
from regoose_ci.guest.protocol import RunTestJob, TestRun
from regoose_ci.providers.base import Tier
from regoose_ci.providers.errors import RefusedError
from regoose_ci.providers.scripted import Line, ScriptedProvider
from regoose_ci.providers.structured import StructuredAsker
from regoose_ci.sandbox.base import Guest
from tests.fakes.guests import FunctionGuest, pairs_from
from tests.unit.agents.boards import PRICE, board, candidate, findings, laboratory, shown
from tests.unit.agents.test_explorer import guests

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


def written(
    script: list[Line],
    explorer: Agent[Board] | None = None,
    watch: Observing = observing,
) -> Board:
    """A board after exploring and generating with a model that answers by ``script``."""
    pairs, sandbox = pairs_from(guests())
    made, _ = board()
    made.laboratory = laboratory(pairs)
    model = ScriptedProvider(script)
    asker = StructuredAsker({Tier.SMALL: model, Tier.LARGE: model})

    async def run() -> None:
        await (explorer or Explorer()).run(made)
        await GeneratorAgent(lambda b: model_generator(b, asker, watch)).run(made)

    anyio.run(run)
    assert sandbox.open == 0
    return made


def test_a_models_tests_come_beside_the_embedded_ones() -> None:
    made = written([ANSWER, "{}", "{}"])

    origins = {test.name: test.origin for test in made.candidates[PRICE.id]}
    assert origins["test_price_grows"] == "model"
    assert "embedded" in origins.values()
    assert made.unfinished == ""


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


def test_a_session_is_played_as_it_was_recorded() -> None:
    notes = Notes()
    script: list[Line] = [ANSWER, "{}", "{}"]
    recorded = written(script, RecordedExplorer(notes), RecordedObserving(notes))
    played = written(script, ReplayedExplorer(notes), ReplayedObserving(notes))

    assert played.findings[PRICE.id].kept == recorded.findings[PRICE.id].kept
    assert played.candidates == recorded.candidates
    assert played.screened == recorded.screened


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


def answering(outcome: str) -> Callable[[Revision], Guest]:
    """Guests in which every test has this outcome."""

    def run(job: RunTestJob) -> TestRun:
        return TestRun((job.test,), outcome, 0.01, "")

    return lambda _: FunctionGuest({}, tests=run)


def test_a_recording_without_an_answer_is_wrong_use() -> None:
    with pytest.raises(UsageError, match="nothing about"):
        written([ANSWER], ReplayedExplorer(Notes()))
