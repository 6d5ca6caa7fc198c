"""One behaviour change or one test in full: what the comment and the command line tell of it."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from regoose_ci.domain.bounds import MAX_FUNCTION_LINES
from regoose_ci.domain.report import (
    AcceptedTestReport,
    BehaviourChangeReport,
    FunctionReport,
    InputOrigin,
    RanLines,
    ReportModel,
    ReviewReport,
)
from regoose_ci.reports import facts

ORIGINS: dict[InputOrigin, str] = {
    "carved": "carved from one of the project's own tests",
    "call_site": "taken from a call in the project's own code or documentation",
    "model": "proposed by the language model",
    "literals": "made of constants of the code and its tests",
    "variation": "one step away from an input that the project itself uses",
    "types": "made from the types of the parameters",
    "mutation": "changed step by step from an earlier input, to reach new lines",
}
_EXACT = 1_000_000
"""Of more pairs of lines, those that stand everywhere are not what a diff goes by."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is explained: a behaviour change or a test, and the function it belongs to."""

    function: FunctionReport
    about: BehaviourChangeReport | AcceptedTestReport

    @property
    def id(self) -> str:
        """The id by which it is named."""
        return self.about.id

    @property
    def title(self) -> str:
        """The call, or the test's name."""
        return self.about.call if isinstance(self.about, BehaviourChangeReport) else self.about.name

    @property
    def ran(self) -> RanLines:
        """Which lines of the function the call ran; of a test only those on head are known."""
        if isinstance(self.about, BehaviourChangeReport):
            return self.about.ran
        return RanLines(head=self.about.covers_lines)


class HunkLine(ReportModel):
    """A line of a function's diff, its numbers on each side, and whether the call ran it there."""

    sign: Literal[" ", "-", "+"]
    text: str
    base: int | None = None
    head: int | None = None
    ran_on_base: bool = False
    ran_on_head: bool = False


def subjects(report: ReviewReport) -> list[Subject]:
    """All that can be explained: behaviour changes, the unintended first, then tests."""
    changes = [Subject(f, change) for f, change in facts.ranked_changes(report.functions)]
    tests = [Subject(f, test) for f in report.functions for test in f.tests]
    unique: dict[str, Subject] = {}
    for subject in (*changes, *tests):
        unique.setdefault(subject.id, subject)
    return list(unique.values())


def find(report: ReviewReport, identity: str) -> list[Subject]:
    """What an id, a test's name, or the beginning of either means; several if that is not clear."""
    known = subjects(report)
    exact = [subject for subject in known if subject.id == identity]
    named = [subject for subject in known if identity in _names(subject)]
    begun = [s for s in known if any(name.startswith(identity) for name in _names(s))]
    return exact or named or (begun if identity else [])


def _names(subject: Subject) -> tuple[str, ...]:
    """The id, and for a test also its name and its id without the directory."""
    if isinstance(subject.about, BehaviourChangeReport):
        return (subject.id,)
    return subject.id, subject.about.name, subject.id.rpartition("/")[2]


def origin(subject: Subject) -> str:
    """How the input was found, as half a sentence; empty where the report does not say."""
    if isinstance(subject.about, BehaviourChangeReport):
        origins = [subject.about.origin] if subject.about.origin else []
    else:
        origins = list(subject.about.input_origins)
        if not origins and subject.about.origin != "embedded":
            origins = ["model"]
    return "; ".join(ORIGINS[one] for one in origins)


def hunk(subject: Subject) -> tuple[HunkLine, ...]:
    """The diff of the function, whole, so that what was not changed around it is seen too.

    A function of one revision alone is all added or all removed; one that is itself unchanged has
    lines of neither kind.
    """
    function, before = subject.function, subject.function.before
    here = _lines(function.source)
    if before is not None:
        lines = _diff(_lines(before.source), here, (before.line, function.line))
    elif function.change == "added":
        lines = _diff([], here, (function.line, function.line))
    elif function.change == "removed":
        lines = _diff(here, [], (function.line, function.line))
    else:  # a report of an earlier release does not have the function on base
        return as_it_is(subject)
    return tuple(_with_runs(line, subject.ran) for line in lines)


def as_it_is(subject: Subject) -> tuple[HunkLine, ...]:
    """The function's lines on head, none of them changed."""
    function = subject.function
    lines = enumerate(_lines(function.source), function.line)
    plain = (HunkLine(sign=" ", text=text, head=number) for number, text in lines)
    return tuple(_with_runs(line, subject.ran) for line in plain)


def _lines(source: str) -> list[str]:
    """The lines as Python counts them: `str.splitlines` ends one at a form feed too."""
    return source.rstrip("\n").split("\n") if source.strip("\n") else []


def _diff(old: Sequence[str], new: Sequence[str], first: tuple[int, int]) -> Iterator[HunkLine]:
    base, head = first
    for kind, start, end, other_start, other_end in _opcodes(old, new):
        if kind == "equal":
            shift = other_start - start
            for n in range(start, end):
                yield HunkLine(sign=" ", text=old[n], base=base + n, head=head + n + shift)
            continue
        for n in range(start, end):
            yield HunkLine(sign="-", text=old[n], base=base + n)
        for n in range(other_start, other_end):
            yield HunkLine(sign="+", text=new[n], head=head + n)


def _opcodes(old: Sequence[str], new: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    """Tell how one text becomes the other, as far as that takes seconds: both are anybody's."""
    if max(len(old), len(new)) > MAX_FUNCTION_LINES:
        return [("replace", 0, len(old), 0, len(new))]
    is_long = len(old) * len(new) > _EXACT
    return difflib.SequenceMatcher(None, old, new, autojunk=is_long).get_opcodes()


def _with_runs(line: HunkLine, ran: RanLines) -> HunkLine:
    ran_there = {"ran_on_base": line.base in ran.base, "ran_on_head": line.head in ran.head}
    return line.model_copy(update=ran_there)


def lines_in_words(lines: Sequence[int]) -> str:
    """``line 6``, ``lines 6, 8-9``; ``no line`` for none."""
    runs = groupby(enumerate(sorted(set(lines))), lambda pair: pair[1] - pair[0])
    spans = [[line for _, line in run] for _, run in runs]
    numbers = ", ".join(f"{s[0]}" if len(s) == 1 else f"{s[0]}\u2013{s[-1]}" for s in spans)
    return f"line{'s' * (len(set(lines)) > 1)} {numbers}" if spans else "no line"


def node_name(source: str, name: str) -> str | None:
    """The name by which pytest picks a test of a file, ``TestA::test_b`` in a class.

    An empty ``name`` stands for the file's first test. ``None`` where there is none such.
    """
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for found, path in _tests(body, ""):
        if not name or name in (found, path):
            return path
    return None


def _tests(body: Sequence[ast.stmt], owner: str) -> Iterator[tuple[str, str]]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _tests(node.body, f"{owner}{node.name}::")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _is_test(node):
            yield node.name, f"{owner}{node.name}"


def _is_test(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return node.name.startswith("test")
