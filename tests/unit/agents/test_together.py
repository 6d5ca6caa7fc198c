from __future__ import annotations

import re
from collections.abc import Callable

import anyio
import pytest

from regoose_ci.agents.validator import Validator
from regoose_ci.domain.candidates import CandidateKind, RejectionReason, RunOutcome, Verdict
from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import GuestError
from regoose_ci.guest.protocol import RunTestJob, RunTestsJob, TestRun
from regoose_ci.sandbox.base import Answer, Guest
from tests.fakes.guests import FunctionGuest, pairs_from
from tests.unit.agents.boards import PRICE, board, candidate, findings, laboratory, shown

TESTS = tuple(candidate(CandidateKind.HARDENING, shown(), f"test_{n}") for n in "abc")
Does = Callable[[Revision, RunTestJob], str]


def body(job: RunTestJob) -> str:
    """The lines of the job's test alone."""
    return job.source.split(f"def {job.test}(")[1].split("def ")[0]


def honest(revision: Revision, job: RunTestJob) -> str:
    """What the test does where base gives 5 and head gives 6."""
    value = "5" if revision is Revision.BASE else "6"
    denies = "!=" in body(job)
    return "passed" if (f"= {value}" in body(job)) is not denies else "failed"


class Counting:
    """Hands jobs on to a guest and keeps them; fails where many tests are to share a process."""

    def __init__(self, guest: Guest, asked: list[object], *, breaks: bool = False) -> None:
        self._guest = guest
        self._asked = asked
        self._breaks = breaks

    async def call(self, job: str, payload: object, deadline: float, worker: str = "") -> Answer:
        """See ``Guest.call``."""
        self._asked.append(payload)
        if self._breaks and isinstance(payload, RunTestsJob):
            raise GuestError("gone")
        return await self._guest.call(job, payload, deadline, worker)


def validated(does: Does = honest, *, breaks: bool = False) -> tuple[list[Verdict], list[object]]:
    asked: list[object] = []

    def guest(revision: Revision) -> Guest:
        def run(job: RunTestJob) -> TestRun:
            return TestRun((job.test,), does(revision, job), 0.01, "why")

        return Counting(FunctionGuest({}, tests=run), asked, breaks=breaks)

    pairs, _ = pairs_from(guest)
    made, _ = board()
    made.laboratory = laboratory(pairs)
    made.findings[PRICE.id] = findings(shown())
    made.candidates[PRICE.id] = TESTS
    anyio.run(Validator().run, made)
    return made.verdicts[PRICE.id], asked


def test_good_tests_take_two_runs_together_on_each_revision() -> None:
    found, asked = validated()
    assert [(v.candidate, v.rejection) for v in found] == [(test, None) for test in TESTS]
    sizes = [len(job.tests) for job in asked if isinstance(job, RunTestsJob)]
    assert sizes == [3, 3, 6, 6]
    assert len(asked) == 4


def test_nothing_tells_a_test_from_a_negation() -> None:
    _, asked = validated()
    names = [name for job in asked if isinstance(job, RunTestsJob) for name in job.tests]
    assert all(re.fullmatch("test_[0-9a-f]{16}", name) for name in names)
    last = asked[-1]
    assert isinstance(last, RunTestsJob)
    assert list(last.tests) == sorted(last.tests)


def test_outcomes_on_both_revisions_are_kept() -> None:
    found, _ = validated()
    assert [v.outcome(Revision.BASE) for v in found] == [RunOutcome.FAILED] * 3
    assert [v.outcome(Revision.HEAD) for v in found] == [RunOutcome.PASSED] * 3


@pytest.mark.parametrize(
    ("lie", "reason"),
    [("!= 6", RejectionReason.ASSERTS_NOTHING), ("== 6", RejectionReason.FAILS_ON_HEAD)],
)
def test_what_is_not_accepted_together_is_looked_at_alone(
    lie: str, reason: RejectionReason
) -> None:
    other = {"== 6": "failed", "!= 6": "passed"}[lie]

    def does(revision: Revision, job: RunTestJob) -> str:
        return other if lie in body(job) else honest(revision, job)

    found, asked = validated(does)
    assert [v.rejection for v in found] == [reason] * 3
    assert any(isinstance(job, RunTestJob) for job in asked)


def test_a_guest_that_fails_costs_no_test() -> None:
    found, asked = validated(breaks=True)
    assert [v.rejection for v in found] == [None] * 3
    assert sum(isinstance(job, RunTestJob) for job in asked) > 6
