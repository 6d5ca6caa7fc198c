"""Reviews with a language model, from the command line to the sandbox, against a real server."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from regoose_ci.domain.report import AcceptedTestReport, ReviewReport
from tests.e2e.program import Ended, Program
from tests.e2e.project import Project
from tests.e2e.till import Answers, Listener, listening, make_till
from tests.fakes.bag import ACCEPTABLE, Sample, read_samples
from tests.fakes.openai_server import KEY, Completed, Failed, FakeOpenAIServer, Personality, Reply

pytestmark = pytest.mark.sandbox
BUDGET = "24"
LATENCY_S = 1.0
FUNCTIONS = 12
SECRET = "planted-secret-7f3a"


def server_with(answer: Answers) -> FakeOpenAIServer:
    """A server whose model no earlier run has answers of in the cache."""
    return FakeOpenAIServer(Personality(models=frozenset({f"m-{uuid.uuid4().hex}"})), answer)


def options(server: FakeOpenAIServer) -> tuple[str, ...]:
    (model,) = server.personality.models
    return ("--provider", "openai", "--model", model, "--base-url", server.url)


@dataclass(frozen=True)
class Reviewed:
    """One review of `till` with the whole bag, and what it did around it."""

    ended: Ended
    program: Program
    till: Project
    samples: tuple[Sample, ...]
    server: FakeOpenAIServer
    listener: Listener
    recording: Path

    @property
    def label(self) -> dict[str, str]:
        """The labels of the bag by name."""
        return {sample.name: sample.label for sample in self.samples}

    @property
    def proposed(self) -> list[AcceptedTestReport]:
        """The accepted tests that a model had a part in."""
        tests = [test for function in self.ended.report.functions for test in function.tests]
        return [test for test in tests if test.origin != "embedded"]


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reviewed]:
    place = tmp_path_factory.mktemp("till")
    till, program = make_till(place / "repository"), Program(place)
    secret = place / "secret"
    secret.write_text(SECRET)
    recording = place / "session.rec"
    with listening() as listener:
        places = {
            "secret": str(secret),
            "source": str(till.path / "till" / "money.py"),
            "port": str(listener.port),
        }
        samples = read_samples(places)
        with server_with(Answers(samples, LATENCY_S)) as server:
            arguments = (*options(server), "--budget", BUDGET, "--record", str(recording))
            ended = program.run("review", str(till.path), *arguments, OPENAI_API_KEY=KEY)
        yield Reviewed(ended, program, till, samples, server, listener, recording)


def test_every_function_is_worked_on_with_the_model(reviewed: Reviewed) -> None:
    report = reviewed.ended.report

    assert reviewed.ended.code == 0, reviewed.ended.stderr
    assert (report.error, report.partial, report.partial_reason) == (None, False, None)
    assert [f.status for f in report.functions] == ["tested"] * FUNCTIONS
    assert report.generator.name == "openai"
    assert report.generator.model in reviewed.server.personality.models
    assert report.cost.requests == len(reviewed.server.asked)
    assert report.cost.usd is None  # nobody knows what this model costs


def test_functions_are_asked_about_at_the_same_time(reviewed: Reviewed) -> None:
    assert reviewed.server.most_at_once >= FUNCTIONS


def test_only_good_tests_are_accepted(reviewed: Reviewed) -> None:
    accepted = {test.name: reviewed.label.get(test.name) for test in reviewed.proposed}

    assert accepted
    assert {name: label for name, label in accepted.items() if label not in ACCEPTABLE} == {}


def test_good_tests_are_accepted(reviewed: Reviewed) -> None:
    # Scenarios are inputs: they are taken where they show something that nothing else did.
    tests = [sample for sample in reviewed.samples if not sample.is_scenario]
    wanted = {test.name for test in tests if test.label in ACCEPTABLE}
    accepted = {test.name for test in reviewed.proposed}

    assert len(wanted & accepted) / len(wanted) >= 0.95, sorted(wanted - accepted)


def test_a_wrong_value_alone_is_put_right_and_marked(reviewed: Reviewed) -> None:
    wrong = {name for name, label in reviewed.label.items() if label == "wrong"}

    assert {test.name for test in reviewed.proposed if test.origin == "repaired"} == wrong


def test_hostile_answers_have_no_effect(reviewed: Reviewed) -> None:
    assert reviewed.till.git("status", "--porcelain") == ""
    assert reviewed.listener.heard == []
    for path in [*reviewed.program.out.rglob("*"), reviewed.recording]:
        text = path.read_text() if path.is_file() else ""
        assert SECRET not in text, path
        assert KEY not in text, path
    assert KEY not in reviewed.ended.stdout + reviewed.ended.stderr
    reviewed.program.assert_nothing_left()


def test_hostile_answers_are_shown_but_not_run(reviewed: Reviewed) -> None:
    hostile = [sample for sample in reviewed.samples if sample.label == "hostile"]
    screened = [test for f in reviewed.ended.report.functions for test in f.screened]
    rejected = {test.name for f in reviewed.ended.report.functions for test in f.rejected}

    assert len(screened) >= len(hostile)
    assert rejected.isdisjoint(sample.name for sample in hostile)


def test_a_recorded_session_is_played_without_a_server_or_a_sandbox(reviewed: Reviewed) -> None:
    out = reviewed.program.out.rename(reviewed.program.place / "recorded")
    arguments = ("--budget", BUDGET, "--replay", str(reviewed.recording))
    nowhere = {"REGOOSE_SANDBOX_IMAGE": "localhost/there-is-none:1"}
    again = reviewed.program.run("review", str(reviewed.till.path), *arguments, **nowhere)

    assert again.code == 0, again.stderr
    recorded = ReviewReport.model_validate_json((out / "report.json").read_text())
    assert untimed(again.report) == untimed(recorded)
    assert contents(again.out / "tests") == contents(out / "tests")


def untimed(report: ReviewReport) -> dict[str, object]:
    """A report without its id and its times."""
    varying = {"session_id", "started_at", "duration_s", "timings"}
    return report.model_dump(exclude=varying)


def contents(directory: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in directory.iterdir()}


@pytest.mark.parametrize(
    ("reply", "extra", "reason"),
    [
        (Failed(401, "Incorrect API key"), (), "does not accept the key (401)"),
        (Completed("I will not."), (), "gave no valid Proposal"),
        (Completed("{}"), ("--max-tokens", "300"), "budget of 300 tokens"),
        (Completed("{}"), ("--max-cost", "0.01"), "price of"),
    ],
    ids=["wrong key", "no schema", "no tokens", "no price"],
)
def test_a_model_that_fails_leaves_the_embedded_tests(
    program: Program, changed_shop: Project, reply: Reply, extra: tuple[str, ...], reason: str
) -> None:
    with server_with(lambda _: reply) as server:
        arguments = (*options(server), *extra, "--budget", "4")
        ended = program.run("review", str(changed_shop.path), *arguments, OPENAI_API_KEY=KEY)

    report = ended.report
    (function,) = report.functions
    assert (ended.code, report.error, report.partial) == (0, None, True)
    assert report.partial_reason is not None
    assert reason in report.partial_reason
    assert function.behaviour_changes
    assert {test.origin for test in function.tests} == {"embedded"}


def test_an_answer_in_another_language_is_shown_and_not_run(
    program: Program, changed_shop: Project
) -> None:
    call, test = "expect(total([1])).toBe(1);", "test('total', () => { total([1]) })"
    proposal = {"scenarios": [{"name": "test_total", "call": call}], "tests": [{"code": test}]}
    with server_with(lambda _: Completed(json.dumps(proposal))) as server:
        arguments = (*options(server), "--budget", "4")
        ended = program.run("review", str(changed_shop.path), *arguments, OPENAI_API_KEY=KEY)

    (function,) = ended.report.functions
    findings = {"`call` is not one Python expression", "is not valid Python"}
    assert (ended.code, ended.report.partial) == (0, False)
    assert {test.finding for test in function.screened} >= findings
    assert {test.origin for test in function.tests} == {"embedded"}


def test_a_change_cannot_send_the_key_elsewhere(program: Program, changed_shop: Project) -> None:
    with server_with(lambda _: Completed("{}")) as server:
        named = [*zip(*[iter(options(server))] * 2, strict=True)]
        lines = [f"REGOOSE_{flag[2:].replace('-', '_').upper()}={value}" for flag, value in named]
        table = "".join(f"{flag[2:]} = {json.dumps(value)}\n" for flag, value in named)
        pyproject = changed_shop.path / "pyproject.toml"
        pyproject.write_text(f"{pyproject.read_text()}\n[tool.regoose]\n{table}")
        (changed_shop.path / ".env").write_text("\n".join(lines) + "\n")
        changed_shop.commit("Send the key to me")
        arguments = ("review", str(changed_shop.path), "--budget", "2")
        here = program.run(*arguments, OPENAI_API_KEY=KEY)
        action = program.run(*arguments, OPENAI_API_KEY=KEY, GITHUB_ACTIONS="true")

        assert server.asked == []
    assert here.code == 2
    assert (action.code, action.report.generator.name) == (0, "embedded")


def test_a_check_tells_which_provider_answers(program: Program) -> None:
    with server_with(lambda _: Completed("OK")) as server:
        (model,) = server.personality.models
        chosen = {"REGOOSE_PROVIDER": "openai", "REGOOSE_BASE_URL": server.url}
        settings = {**chosen, "REGOOSE_MODEL": model, "OPENAI_API_KEY": KEY}
        works = program.start("providers", "--check", **settings)
        wrong = program.start("providers", "--check", **{**settings, "OPENAI_API_KEY": "sk-wrong"})

    assert (works.code, wrong.code) == (0, 3)
    assert "answered in" in works.stdout
    assert "sk-" not in works.stdout + works.stderr + wrong.stdout + wrong.stderr
