"""What follows from a report, before it is put into words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from regoose_ci.domain.report import (
    AcceptedTestReport,
    BehaviourChangeReport,
    FunctionReport,
    ReviewReport,
)

COMPARABLE = frozenset({"modified", "renamed", "impacted"})
"""Kinds of change of functions that exist on both revisions."""
OF_ONE_FUNCTION = 3
"""Behaviour changes of a function that are told before those of all others had their turn."""
_UNINTENDED_FIRST = ("no", "unknown", "yes")


def ranked_changes(
    functions: Iterable[FunctionReport],
) -> list[tuple[FunctionReport, BehaviourChangeReport]]:
    """All behaviour changes with their functions, those that look unintended first.

    What is beyond `OF_ONE_FUNCTION` comes last: it mostly shows one thing from several sides.
    """
    leading: list[tuple[FunctionReport, BehaviourChangeReport]] = []
    further: list[tuple[FunctionReport, BehaviourChangeReport]] = []
    for function in functions:
        found = [(function, change) for change in sorted(function.behaviour_changes, key=_rank)]
        leading += found[:OF_ONE_FUNCTION]
        further += found[OF_ONE_FUNCTION:]
    return [
        *sorted(leading, key=lambda pair: _rank(pair[1])),
        *sorted(further, key=lambda pair: _rank(pair[1])),
    ]


def leading_changes(functions: Iterable[FunctionReport]) -> int:
    """How many of `ranked_changes` are not beyond `OF_ONE_FUNCTION`."""
    return sum(min(len(f.behaviour_changes), OF_ONE_FUNCTION) for f in functions)


def _rank(change: BehaviourChangeReport) -> int:
    return _UNINTENDED_FIRST.index(change.intended)


def changes_in(functions: Iterable[FunctionReport]) -> tuple[BehaviourChangeReport, ...]:
    """All behaviour changes, in the report's order."""
    return tuple(change for function in functions for change in function.behaviour_changes)


def tests_in(
    functions: Iterable[FunctionReport], kind: Literal["hardening", "catching"]
) -> tuple[AcceptedTestReport, ...]:
    """All accepted tests of one kind, in the report's order."""
    return tuple(test for function in functions for test in function.tests if test.kind == kind)


def hardening_files(functions: Iterable[FunctionReport]) -> dict[str, list[FunctionReport]]:
    """The files of hardening tests and the functions that each of them tests."""
    files: dict[str, list[FunctionReport]] = {}
    for function in functions:
        for name in dict.fromkeys(test.file for test in tests_in([function], "hardening")):
            files.setdefault(name, []).append(function)
    return files


def reached_on_both(function: FunctionReport) -> int:
    """How many inputs at least reached the changed lines on each revision."""
    return min(function.explored.reached_change_on_base, function.explored.reached_change_on_head)


def is_known(function: FunctionReport) -> bool:
    """Whether the review can say if this function's behaviour changed.

    Finding nothing is only a result when inputs reached the changed lines on both revisions; a
    function that exists on one of them has nothing to compare.
    """
    if function.behaviour_changes:
        return True
    comparable = function.change in COMPARABLE
    return function.status == "tested" and (not comparable or reached_on_both(function) > 0)


def is_harden(report: ReviewReport) -> bool:
    """Whether the review had no base, as that of ``regoose harden``."""
    return report.base_sha is None and report.packages is None


def lacks_sandbox(report: ReviewReport) -> bool:
    """Whether nothing was run for want of a sandbox, and not for want of anything to run."""
    if report.sandbox.level != "none" or anything_ran(report):
        return False
    reasons = {function.reason for function in report.functions}
    return "no_sandbox" in reasons or (
        report.error is not None and report.error.kind == "no_sandbox"
    )


def anything_ran(report: ReviewReport) -> bool:
    """Whether an input was tried or a test run."""
    return any(function.explored.inputs or function.tests for function in report.functions)
