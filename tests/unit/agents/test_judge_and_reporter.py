from __future__ import annotations

import dataclasses
from datetime import datetime, timezone

import anyio
import pytest

from regoose_ci.agents.board import Board, Skip
from regoose_ci.agents.change_ids import change_id
from regoose_ci.agents.judge import Judge
from regoose_ci.agents.reporter import finish, report_of
from regoose_ci.domain.candidates import (
    CandidateKind,
    CandidateTest,
    RejectionReason,
    RunOutcome,
    RunRecord,
    Verdict,
)
from regoose_ci.domain.changes import ChangeSet, SkippedFile
from regoose_ci.domain.events import Stage, StageFinished, StageStarted
from regoose_ci.domain.observations import Observation, Origin, Reach
from regoose_ci.domain.report import ReviewReport
from regoose_ci.domain.revisions import Revision
from tests.unit.agents.boards import PRICE, board, candidate, findings, shown
from tests.unit.generation.observing import TIMEOUT, raised

OBSERVED = shown()
CATCHING = candidate(CandidateKind.CATCHING, OBSERVED, "test_price_returns_5")
HARDENING = candidate(CandidateKind.HARDENING, OBSERVED, "test_price_returns_6")
COVERED = {PRICE.current.path: frozenset({2})}


def verdict(
    test: CandidateTest = CATCHING,
    base: RunOutcome = RunOutcome.PASSED,
    head: RunOutcome = RunOutcome.FAILED,
    rejection: RejectionReason | None = None,
) -> Verdict:
    runs = (
        RunRecord(Revision.BASE, base, covered_lines=COVERED),
        RunRecord(Revision.HEAD, head, covered_lines=COVERED),
    )
    return Verdict(test, runs, rejection)


def judged(*verdicts: Verdict, **texts: str) -> Board:
    made, _ = board(**texts)
    made.findings[PRICE.id] = findings(OBSERVED)
    made.verdicts[PRICE.id] = list(verdicts)
    anyio.run(Judge().run, made)
    return made


@pytest.mark.parametrize(
    ("title", "intended"),
    [("Refactor price", "no"), ("price rounds up", "yes"), ("Update", "unknown")],
)
def test_intents_follow_the_title(title: str, intended: str) -> None:
    made = judged(verdict(), title=title)
    assert made.intents[change_id(verdict())].intended == intended


def test_what_no_longer_finishes_is_never_meant() -> None:
    test = candidate(CandidateKind.CATCHING, shown(head=TIMEOUT))
    made = judged(verdict(test), title="price rounds up")
    assert [i.intended for i in made.intents.values()] == ["no"]


def test_only_accepted_catching_tests_are_judged() -> None:
    rejected = verdict(rejection=RejectionReason.FLAKY)
    kept = verdict(HARDENING, head=RunOutcome.PASSED)
    assert judged(rejected, kept).intents == {}


def reported(made: Board) -> ReviewReport:
    envelope = ReviewReport(session_id="s", started_at=datetime(2026, 1, 1, tzinfo=timezone.utc))
    return report_of(made, finish(made), envelope)


def test_a_finished_session_is_reported() -> None:
    made = judged(
        verdict(),
        verdict(HARDENING, head=RunOutcome.PASSED),
        verdict(HARDENING, rejection=RejectionReason.FLAKY),
        title="Refactor price",
    )
    report = reported(made)
    (function,) = report.functions
    assert (function.status, function.reason) == ("tested", None)
    assert (report.totals.functions, report.totals.tests) == (1, 2)
    assert (report.totals.behaviour_changes, report.totals.rejected) == (1, {"flaky": 1})
    (change,) = function.behaviour_changes
    assert (change.call, change.base, change.head) == ("price(5)", "returns 5", "returns 6")
    assert "assert price(5) == 5" in change.test
    assert change.intended == "no"
    assert {(t.kind, t.base, t.head) for t in function.tests} == {
        ("catching", "passed", "failed"),
        ("hardening", "passed", "passed"),
    }
    assert function.coverage.changed_lines == function.coverage.covered == (2,)
    assert function.explored.inputs == 7


def test_the_report_says_how_an_input_was_found_and_what_it_ran() -> None:
    path = PRICE.current.path
    beyond = dataclasses.replace(
        OBSERVED,
        origin=Origin.CALL_SITE,
        reached={
            Revision.BASE: Reach({path: (99, 2, 1, 2), "other.py": (1,)}),
            Revision.HEAD: Reach({path: (1,)}),
        },
    )
    test = candidate(CandidateKind.CATCHING, beyond)
    made, _ = board()
    made.findings[PRICE.id] = findings(beyond)
    made.verdicts[PRICE.id] = [verdict(test)]

    (function,) = reported(made).functions

    (change,) = function.behaviour_changes
    assert (change.origin, change.ran.base, change.ran.head) == ("call_site", (1, 2), (1,))
    assert function.tests[0].input_origins == ("call_site",)
    assert PRICE.base is not None
    assert function.before is not None
    assert (function.before.path, function.before.line) == (path, PRICE.base.first_line)
    assert function.before.source == PRICE.base.source


@pytest.mark.parametrize("shown_before", [OBSERVED, shown(arguments=("17",))])
def test_an_ignored_behaviour_change_is_left_out_with_its_test_and_counted(
    shown_before: Observation,
) -> None:
    ignored = change_id(verdict(candidate(CandidateKind.CATCHING, shown_before)))
    made = judged(verdict(), verdict(HARDENING, head=RunOutcome.PASSED))
    made.request = dataclasses.replace(made.request, ignored=(ignored,))
    report = reported(made)
    assert report.functions[0].behaviour_changes == ()
    assert [test.kind for test in report.functions[0].tests] == ["hardening"]
    assert (report.totals.behaviour_changes, report.totals.ignored) == (0, 1)
    assert not [name for name in finish(made).files if "behaviour_changes" in name]


def test_another_behaviour_change_of_the_function_is_still_shown() -> None:
    other = candidate(CandidateKind.CATCHING, shown(head=raised("KeyError")), "test_price_raises")
    made = judged(verdict(), verdict(other))
    made.request = dataclasses.replace(made.request, ignored=(change_id(verdict()),))
    (function,) = reported(made).functions
    assert [change.id for change in function.behaviour_changes] == [change_id(verdict(other))]


def test_what_several_tests_show_by_one_call_is_told_once() -> None:
    again = dataclasses.replace(
        CATCHING, name="test_price_again", code="def test_price_again(): ..."
    )
    by_another = shown(arguments=("17",))
    third = candidate(CandidateKind.CATCHING, by_another, "test_price_of_17")
    (function,) = reported(judged(verdict(), verdict(again), verdict(third))).functions
    assert [c.call for c in function.behaviour_changes] == ["price(5)", "price(17)"]
    assert len({c.id for c in function.behaviour_changes}) == 2
    assert len(function.tests) == 3


def test_every_accepted_test_is_in_a_file_under_the_name_the_report_gives() -> None:
    made = judged(verdict(), verdict(HARDENING, head=RunOutcome.PASSED))
    files = finish(made).files
    (function,) = reported(made).functions
    for test in function.tests:
        assert f"def {test.name}(" in files[test.file]
        assert test.id == f"{test.file}::{test.name}"
    assert set(files) == {test.file for test in function.tests}


@pytest.mark.parametrize("skip", [Skip("import_failed", "RuntimeError"), None])
def test_functions_that_nothing_came_of_say_why(skip: Skip | None) -> None:
    made, _ = board()
    if skip is not None:
        made.skipped[PRICE.id] = skip
    (function,) = reported(made).functions
    assert function.status == "skipped"
    assert function.reason == (skip.reason if skip else "budget")
    assert function.detail


def test_a_function_whose_guest_failed_is_failed() -> None:
    made, _ = board()
    made.skipped[PRICE.id] = Skip(None, "the sandbox is gone")
    (function,) = reported(made).functions
    assert (function.status, function.reason) == ("failed", None)
    assert function.detail == "the sandbox is gone"


def test_files_that_were_not_read_are_listed() -> None:
    made, _ = board()
    assert made.material is not None
    skipped = (SkippedFile("shop/bad.py", "syntax_error", "line 1"),)
    made.material = dataclasses.replace(made.material, changes=ChangeSet((), (), skipped))
    listed = reported(made).functions[-1]
    assert (listed.path, listed.status, listed.reason) == ("shop/bad.py", "skipped", "syntax_error")


def test_a_session_that_ended_before_the_analysis_has_an_empty_report() -> None:
    made, _ = board()
    made.material = None
    report = reported(made)
    assert (report.functions, report.totals.functions) == ((), 0)


def test_stages_are_timed_and_told() -> None:
    made, events = board()
    with made.stage(Stage.ANALYSIS, 3) as summary:
        summary.append("3 changed functions")
    with pytest.raises(LookupError), made.stage(Stage.GENERATION):
        raise LookupError
    assert events[0] == StageStarted(Stage.ANALYSIS, 3)
    assert isinstance(events[1], StageFinished)
    assert events[1].summary == "3 changed functions"
    assert isinstance(events[3], StageFinished)
    assert set(made.seconds) == {Stage.ANALYSIS, Stage.GENERATION}


def test_a_difference_that_no_test_shows_is_not_silence() -> None:
    made = judged(verdict(rejection=RejectionReason.FLAKY))
    (function,) = finish(made).functions
    assert function.status == "failed"
    assert "seen to differ" in function.detail
    assert "flaky" in function.detail
    assert finish(judged(verdict())).functions[0].status == "tested"
