from __future__ import annotations

from collections.abc import Callable, Sequence

import anyio
import pytest

from regoose_ci.agents.rehearsal import rehearsing
from regoose_ci.domain.candidates import CandidateKind, CandidateTest, RejectionReason, Verdict
from regoose_ci.domain.revisions import Revision
from regoose_ci.guest.protocol import RunTestJob, RunTestsJob, TestRun
from regoose_ci.sandbox.base import Answer, Guest
from tests.fakes.guests import FunctionGuest, pairs_from
from tests.unit.agents.boards import PRICE, board, candidate, findings, laboratory, shown

*TWO, THIRD = (candidate(CandidateKind.HARDENING, shown(), f"test_{n}") for n in "abc")
ONE = [THIRD]
Does = Callable[[bool], str]
"""What tests do in company (True) or alone."""


class Stage:
    """A guest that keeps what it was asked."""

    def __init__(self, does: Does, asked: list[Sequence[str]]) -> None:
        self._does = does
        self._asked = asked

    async def call(self, job: str, payload: object, deadline: float, worker: str = "") -> Answer:
        """See ``Guest.call``."""
        in_company = isinstance(payload, RunTestsJob)
        assert isinstance(payload, RunTestJob | RunTestsJob)
        self._asked.append(payload.tests if isinstance(payload, RunTestsJob) else [payload.test])
        assert payload.seconds == 6.0

        def run(job: RunTestJob) -> TestRun:
            return TestRun((job.test,), self._does(in_company), 0.01, "why")

        return await FunctionGuest({}, tests=run).call(job, payload, deadline, worker)


def rehearsed(
    does: Does, *groups: Sequence[CandidateTest]
) -> tuple[list[RejectionReason | None], list[Sequence[str]]]:
    """What is said of each test, and which tests head's guest was asked for at a time."""
    asked: list[Sequence[str]] = []

    def guest(revision: Revision) -> Guest:
        return Stage(does, asked if revision is Revision.HEAD else [])

    made, _ = board()
    made.laboratory = laboratory(pairs_from(guest)[0])
    made.findings[PRICE.id] = findings(shown())
    found: list[Sequence[Verdict]] = [()] * len(groups)

    async def run() -> None:
        async def one(number: int, tests: Sequence[CandidateTest]) -> None:
            found[number] = await rehearse(PRICE, tests)

        async with rehearsing(made, 1) as rehearse, anyio.create_task_group() as tasks:
            for number, group in enumerate(groups):
                tasks.start_soon(one, number, group)

    anyio.run(run)
    assert [[v.candidate for v in verdicts] for verdicts in found] == [list(g) for g in groups]
    return [v.rejection for verdicts in found for v in verdicts], asked


def test_tests_that_pass_take_one_process() -> None:
    found, asked = rehearsed(lambda _: "passed", TWO)

    assert found == [None, None]
    assert [len(names) for names in asked] == [2]


def test_tests_of_functions_that_wait_take_one_process() -> None:
    found, asked = rehearsed(lambda _: "passed", TWO, ONE)

    assert found == [None, None, None]
    assert [len(names) for names in asked] == [3]


def test_what_fails_in_company_is_looked_at_alone() -> None:
    found, asked = rehearsed(lambda in_company: "failed" if in_company else "passed", TWO)

    assert found == [None, None]
    assert [len(names) for names in asked] == [2, 1, 1]


@pytest.mark.parametrize("tests", [ONE, TWO], ids=["alone", "in company"])
def test_what_fails_alone_too_is_refused(tests: Sequence[CandidateTest]) -> None:
    found, _ = rehearsed(lambda _: "failed", tests)

    assert set(found) == {RejectionReason.FAILS_ON_HEAD}


@pytest.mark.parametrize("tests", [ONE, TWO], ids=["alone", "in company"])
def test_what_never_ends_is_waited_for_once(tests: Sequence[CandidateTest]) -> None:
    found, asked = rehearsed(lambda _: "timeout", tests)

    assert set(found) == {RejectionReason.TIMEOUT}
    assert len(asked) == 1
