from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable

import anyio
import pytest

from regoose_ci.agents.validator import Validator
from regoose_ci.domain.bounds import MAX_TEST_BYTES, MAX_TEST_LINES
from regoose_ci.domain.candidates import CandidateKind, CandidateTest, RejectionReason, Verdict
from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import GuestError
from regoose_ci.execution.jobs import TEST_TIMEOUT
from regoose_ci.execution.patience import HANG_TIMEOUT
from regoose_ci.guest.protocol import Reply, RunTestJob, TestRun
from regoose_ci.sandbox.base import Answer, Guest
from tests.fakes.guests import FunctionGuest, ScriptedGuest, pairs_from
from tests.unit.agents.boards import PRICE, board, candidate, findings, laboratory, shown
from tests.unit.generation.observing import TIMEOUT

CATCHING = candidate(CandidateKind.CATCHING, shown())
HARDENING = candidate(CandidateKind.HARDENING, shown())
Does = Callable[[Revision, RunTestJob], str]


def honest(revision: Revision, job: RunTestJob) -> str:
    """What the test does where base gives 5 and head gives 6."""
    value = "5" if revision is Revision.BASE else "6"
    holds = f"== {value}" in job.source or ("!=" in job.source and f"!= {value}" not in job.source)
    return "passed" if holds else "failed"


def verdicts(
    *tests: CandidateTest, does: Does = honest, make: Callable[[Revision], Guest] | None = None
) -> list[Verdict]:
    def run(revision: Revision, job: RunTestJob) -> TestRun:
        outcome = does(revision, job)
        collected = () if outcome == "none" else (job.test,)
        return TestRun(collected, outcome, 0.01, "why")

    def guest(revision: Revision) -> Guest:
        return FunctionGuest({}, tests=lambda job: run(revision, job))

    pairs, sandbox = pairs_from(make or guest)
    made, _ = board()
    made.laboratory = laboratory(pairs)
    made.findings[PRICE.id] = findings(shown())
    made.candidates[PRICE.id] = tests
    anyio.run(Validator().run, made)
    assert sandbox.open == 0
    return made.verdicts.get(PRICE.id, [])


def rejection(test: CandidateTest, does: Does) -> RejectionReason | None:
    (verdict,) = verdicts(test, does=does)
    return verdict.rejection


def test_tests_that_do_as_they_say_are_accepted() -> None:
    assert [v.rejection for v in verdicts(CATCHING, HARDENING)] == [None, None]


@pytest.mark.parametrize(
    ("test", "base", "head", "reason"),
    [
        (CATCHING, "failed", "failed", RejectionReason.DOES_NOT_COLLECT),
        (CATCHING, "none", "failed", RejectionReason.DOES_NOT_COLLECT),
        (HARDENING, "passed", "failed", RejectionReason.FAILS_ON_HEAD),
        (HARDENING, "passed", "none", RejectionReason.DOES_NOT_COLLECT),
    ],
)
def test_why_a_test_is_rejected(
    test: CandidateTest, base: str, head: str, reason: RejectionReason
) -> None:
    outcomes = {Revision.BASE: base, Revision.HEAD: head}
    assert rejection(test, lambda revision, _: outcomes[revision]) is reason


def test_a_models_test_that_passes_by_luck_is_flaky() -> None:
    lucky = dataclasses.replace(HARDENING, origin="model", imports=("import random",))
    runs = {revision: iter(["passed"] * 5 + ["failed"] * 20) for revision in Revision}
    assert rejection(lucky, lambda revision, _: next(runs[revision])) is RejectionReason.FLAKY


def test_models_tests_are_run_alone() -> None:
    names = ("test_one", "test_two", "test_three")
    tests = [dataclasses.replace(HARDENING.renamed(name), origin="model") for name in names]
    sources: list[str] = []

    def does(revision: Revision, job: RunTestJob) -> str:
        sources.append(job.source)
        return honest(revision, job)

    assert [v.rejection for v in verdicts(*tests, does=does)] == [None, None, None]
    assert {source.count("def test_") for source in sources} == {1}


def test_an_outcome_that_changes_in_fresh_guests_is_flaky() -> None:
    runs = {revision: iter(["passed", "failed"] * 9) for revision in Revision}
    assert rejection(HARDENING, lambda revision, _: next(runs[revision])) is RejectionReason.FLAKY


@pytest.mark.parametrize("test", [CATCHING, HARDENING])
def test_a_test_whose_negation_passes_too_asserts_nothing(test: CandidateTest) -> None:
    def does(revision: Revision, job: RunTestJob) -> str:
        return "passed" if "!=" in job.source else honest(revision, job)

    assert rejection(test, does) is RejectionReason.ASSERTS_NOTHING


def passes_on(*revisions: Revision) -> Does:
    """Tests pass on these revisions whatever they assert, and are honest on the other."""
    return lambda revision, job: "passed" if revision in revisions else honest(revision, job)


def test_a_catching_test_that_head_passes_too_shows_no_change() -> None:
    def unchanged(revision: Revision, job: RunTestJob) -> str:
        return honest(Revision.BASE, job)

    assert rejection(CATCHING, unchanged) is RejectionReason.NO_GAIN


def test_a_head_that_passes_a_test_and_its_negation_alike_is_not_believed() -> None:
    assert rejection(CATCHING, passes_on(Revision.HEAD)) is RejectionReason.INTEGRITY


def test_what_passes_everywhere_asserts_nothing() -> None:
    assert rejection(CATCHING, passes_on(*Revision)) is RejectionReason.ASSERTS_NOTHING


def test_a_test_that_cannot_be_negated_asserts_nothing() -> None:
    test = dataclasses.replace(HARDENING, negated=None)
    assert rejection(test, honest) is RejectionReason.ASSERTS_NOTHING


@pytest.mark.parametrize(
    ("extra", "told"), [("#" * MAX_TEST_BYTES, "bytes"), ("    pass\n" * MAX_TEST_LINES, "lines")]
)
def test_a_test_that_is_too_large_is_not_run(extra: str, told: str) -> None:
    test = dataclasses.replace(HARDENING, code=HARDENING.code + extra)

    def guest(_: Revision) -> Guest:
        return ScriptedGuest(GuestError("it was asked to run it"))

    (verdict,) = verdicts(test, make=guest)
    assert verdict.rejection is RejectionReason.TOO_LARGE
    assert told in verdict.detail


def test_names_in_fresh_guests_tell_nothing() -> None:
    asked: list[RunTestJob] = []

    def does(revision: Revision, job: RunTestJob) -> str:
        asked.append(job)
        return honest(revision, job)

    assert rejection(HARDENING, does) is None
    first, again, twin = (jobs[0].test for jobs in (asked[:2], asked[2:4], asked[4:]))
    assert first == HARDENING.name
    assert len({first, again, twin}) == 3
    assert all(re.fullmatch("test_[0-9a-f]{16}", name) for name in (again, twin))
    assert all(job.source.count(job.test) == 1 for job in asked)


@pytest.mark.parametrize("lie", [r"^(?!test_price$)", r"!="])
def test_one_record_that_is_not_believed_is_enough(lie: str) -> None:
    """Of the repetition in fresh guests, and of the negation."""

    def run(revision: Revision, job: RunTestJob) -> TestRun:
        is_lie = re.search(lie, job.test) or re.search(lie, job.source)
        return TestRun(("test_other" if is_lie else job.test,), honest(revision, job), 0.01)

    def guest(revision: Revision) -> Guest:
        return FunctionGuest({}, tests=lambda job: run(revision, job))

    (verdict,) = verdicts(HARDENING, make=guest)
    assert verdict.rejection is RejectionReason.INTEGRITY


def test_another_test_than_the_expected_one_is_not_believed() -> None:
    (verdict,) = verdicts(
        HARDENING,
        make=lambda _: FunctionGuest({}, tests=lambda _: TestRun(("test_other",), "passed")),
    )
    assert verdict.rejection is RejectionReason.INTEGRITY


def test_a_process_that_does_not_end_well_is_not_believed() -> None:
    (verdict,) = verdicts(
        HARDENING, make=lambda _: ScriptedGuest(*[Answer((), Reply(1, exit_code=3))] * 9)
    )
    assert verdict.rejection is RejectionReason.INTEGRITY


def test_a_test_that_does_not_finish_on_head_is_rejected() -> None:
    (verdict,) = verdicts(
        HARDENING,
        make=lambda _: ScriptedGuest(*[Answer((), Reply(1, signal=9, timed_out=True))] * 9),
    )
    assert verdict.rejection is RejectionReason.TIMEOUT


def test_a_guest_that_dies_is_no_fault_of_the_tests() -> None:
    found = verdicts(CATCHING, HARDENING, make=lambda _: ScriptedGuest(GuestError("gone")))
    assert [v.rejection for v in found] == [RejectionReason.INFRA_ERROR] * 2


def test_what_was_seen_before_a_guest_died_counts() -> None:
    asked = dict.fromkeys(Revision, 0)

    def does(revision: Revision, job: RunTestJob) -> str:
        asked[revision] += 1
        if asked[Revision.HEAD] > 2:  # two looks at the first test
            raise GuestError("gone")
        return honest(revision, job)

    second = candidate(CandidateKind.CATCHING, shown(), "test_price_again")
    found = verdicts(CATCHING, second, does=does)
    assert [v.rejection for v in found] == [None, RejectionReason.INFRA_ERROR]


def test_what_does_not_finish_is_not_waited_for_as_long() -> None:
    deadlines: dict[Revision, set[float]] = {revision: set() for revision in Revision}

    class Watched(FunctionGuest):
        async def call(
            self, job: str, payload: object, deadline: float, worker: str = ""
        ) -> Answer:
            assert isinstance(payload, RunTestJob)
            deadlines[revision_of[id(self)]].add(deadline)
            return await super().call(job, payload, deadline, worker)

    revision_of: dict[int, Revision] = {}

    def make(revision: Revision) -> Guest:
        guest = Watched({}, tests=lambda job: TestRun((job.test,), honest(revision, job)))
        revision_of[id(guest)] = revision
        return guest

    endless = candidate(CandidateKind.CATCHING, shown(head=TIMEOUT))
    assert [v.rejection for v in verdicts(endless, make=make)] == [None]
    assert deadlines == {Revision.BASE: {TEST_TIMEOUT}, Revision.HEAD: {HANG_TIMEOUT}}


def test_without_candidates_no_guest_is_started() -> None:
    assert verdicts() == []
