"""What the page shows, worked out before the template lays it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from markupsafe import Markup

from regoose_ci.domain.report import BehaviourChangeReport, FunctionReport, ReviewReport, Timings
from regoose_ci.reports import facts, wording
from regoose_ci.reports.highlight import Highlighter
from regoose_ci.reports.verdict import Verdict, verdict

_CONTEXT = 3
_FEW, _AT_A_GLANCE = 3, 30
_SMALLEST_GAP = 3
_BAR_WIDTH = 1000


@dataclass(frozen=True)
class Line:
    """A source line; ``mark`` is empty where the line did not change."""

    number: int
    html: Markup
    mark: Literal["", "covered", "missed"]
    survivors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gap:
    """Unchanged lines that are not shown."""

    lines: int


@dataclass(frozen=True)
class ChangeView:
    """A behaviour change with its call and its test in colour."""

    number: int
    anchor: str
    function: FunctionReport
    function_anchor: str
    change: BehaviourChangeReport
    why: str
    """Empty where it is that of the change before."""
    call: Markup
    test: Markup


@dataclass(frozen=True)
class FunctionView:
    """A function with its changed lines, and the address of each part on the page."""

    anchor: str
    report: FunctionReport
    state: Literal["changed", "tested", "left-out"]
    source: tuple[Line | Gap, ...]


@dataclass(frozen=True)
class FileView:
    """A file of tests that can be committed."""

    name: str
    functions: str
    tests: int
    source: Markup


@dataclass(frozen=True)
class Slice:
    """A part of the time bar, in its units."""

    name: str
    seconds: float
    x: float
    width: float


@dataclass(frozen=True)
class Page:
    """Everything on the page."""

    report: ReviewReport
    verdict: Verdict
    figures: tuple[tuple[str, str], ...]
    glance: tuple[ChangeView, ...]
    """The first change of each function, where they are too many to be taken in as cards."""
    beyond_glance: int
    changes: tuple[ChangeView, ...]
    further_changes: tuple[ChangeView, ...]
    """Of functions that have enough of them in ``changes``."""
    functions: tuple[FunctionView, ...]
    files: tuple[FileView, ...]
    slices: tuple[Slice, ...]
    rejected: tuple[tuple[str, int], ...]
    has_mutants: bool


def page(report: ReviewReport, tests: Mapping[str, str]) -> Page:
    """Work out the page. Colours go to behaviour changes first, then lines, then tests."""
    highlighter = Highlighter()
    changes = tuple(_changes(report.functions, highlighter))
    leading = facts.leading_changes(report.functions)
    glance = _glance(changes)
    return Page(
        report=report,
        verdict=verdict(report),
        figures=tuple(_figures(report)),
        glance=glance[:_AT_A_GLANCE],
        beyond_glance=len(glance[_AT_A_GLANCE:]),
        changes=changes[:leading],
        further_changes=changes[leading:],
        functions=tuple(
            FunctionView(
                _anchor(number), function, _state(function), _source(function, highlighter)
            )
            for number, function in enumerate(report.functions)
        ),
        files=tuple(_files(report.functions, tests, highlighter)),
        slices=tuple(_slices(report.timings)),
        rejected=_rejected(report.functions),
        has_mutants=any(function.mutation.mutants for function in report.functions),
    )


def _anchor(number: int) -> str:
    return f"function-{number + 1}"


def _state(function: FunctionReport) -> Literal["changed", "tested", "left-out"]:
    if function.behaviour_changes:
        return "changed"
    return "tested" if facts.is_known(function) else "left-out"


def _figures(report: ReviewReport) -> Iterator[tuple[str, str]]:
    functions = report.functions
    yield "Behaviour changes", f"{len(facts.changes_in(functions)):,}"
    yield "Functions", f"{len(functions):,}"
    yield "Tests ready", f"{len(facts.tests_in(functions, 'hardening')):,}"
    lines = sum(len(function.coverage.changed_lines) for function in functions)
    covered = sum(len(function.coverage.covered) for function in functions)
    if lines:
        yield "Changed lines covered", f"{covered:,}/{lines:,}"
    mutants = sum(function.mutation.mutants for function in functions)
    killed = sum(function.mutation.killed for function in functions)
    if mutants:
        yield "Mutants killed", f"{killed:,}/{mutants:,}"
    yield "Time", wording.seconds(report.duration_s)


def _changes(functions: Sequence[FunctionReport], highlighter: Highlighter) -> Iterator[ChangeView]:
    numbers = {id(function): number for number, function in enumerate(functions)}
    said = None
    for place, (function, change) in enumerate(facts.ranked_changes(functions), start=1):
        yield ChangeView(
            number=place,
            anchor=f"change-{place}",
            function=function,
            function_anchor=_anchor(numbers[id(function)]),
            change=change,
            why="" if change.rationale == said else change.rationale or "",
            call=highlighter.block(change.call),
            test=highlighter.block(change.test),
        )
        said = change.rationale


def _glance(changes: Sequence[ChangeView]) -> tuple[ChangeView, ...]:
    first = {change.function_anchor: change for change in reversed(changes)}
    if len(first) <= _FEW:
        return ()
    return tuple(sorted(first.values(), key=lambda change: change.number))


def _source(function: FunctionReport, highlighter: Highlighter) -> tuple[Line | Gap, ...]:
    """The changed lines and a little around them, as in a diff."""
    if not function.source.strip():
        return ()
    changed = set(function.coverage.changed_lines)
    near = {number + step for number in changed for step in range(-_CONTEXT, _CONTEXT + 1)}
    near.add(function.line)
    lines = [
        _line(function, number, html)
        for number, html in enumerate(highlighter.lines(function.source), start=function.line)
    ]
    shown: list[Line | Gap] = []
    for is_near, group in groupby(lines, key=lambda line: not changed or line.number in near):
        part = list(group)
        shown += part if is_near or len(part) < _SMALLEST_GAP else [Gap(len(part))]
    return tuple(shown)


def _line(function: FunctionReport, number: int, html: Markup) -> Line:
    mark: Literal["", "covered", "missed"] = ""
    if number in function.coverage.changed_lines:
        mark = "covered" if number in function.coverage.covered else "missed"
    survivors = (s.description for s in function.mutation.survivors if s.line == number)
    return Line(number, html, mark, tuple(survivors))


def _files(
    functions: Sequence[FunctionReport], tests: Mapping[str, str], highlighter: Highlighter
) -> Iterator[FileView]:
    for name, owners in facts.hardening_files(functions).items():
        if tests.get(name, "").strip():
            number = sum(test.file == name for test in facts.tests_in(owners, "hardening"))
            source = highlighter.block(tests[name])
            yield FileView(name, wording.names(owners, str), number, source)


def _slices(timings: Timings) -> Iterator[Slice]:
    parts = [
        ("Analysis", timings.analysis_s),
        ("Environment", timings.environment_s),
        ("Exploration", timings.exploration_s),
        ("Generation", timings.generation_s),
        ("Execution", timings.execution_s),
        ("Report", timings.report_s),
    ]
    total = sum(value for _, value in parts)
    start = 0.0
    for name, value in parts:
        width = _BAR_WIDTH * value / total if total else 0.0
        yield Slice(name, value, round(start, 1), round(width, 1))
        start += width


def _rejected(functions: Sequence[FunctionReport]) -> tuple[tuple[str, int], ...]:
    reasons = Counter(test.reason for function in functions for test in function.rejected)
    return tuple((wording.rejection(reason), number) for reason, number in reasons.most_common())
