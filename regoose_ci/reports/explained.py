"""An explanation put together: all that a report has about one id, as a document."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Literal

from regoose_ci.domain.report import (
    BehaviourChangeReport,
    RanLines,
    ReportModel,
    ReviewReport,
    RunOutcomeName,
)
from regoose_ci.reports.explanation import HunkLine, Subject, as_it_is, hunk, node_name, origin


class Intended(ReportModel):
    """Whether a behaviour change was meant, and by what rule or reason that was decided."""

    answer: Literal["yes", "no", "unknown"]
    confidence: float
    rationale: str


class TestText(ReportModel):
    """A test's file; ``node`` is what pytest calls the test in it, empty where it is not there."""

    __test__ = False

    file: str
    node: str
    source: str


class RepeatedRun(ReportModel):
    """What the test did when it was run again on one revision; ``expected`` by the report."""

    revision: Literal["base", "head"]
    outcome: RunOutcomeName
    expected: tuple[RunOutcomeName, ...]
    detail: str = ""
    lines: tuple[int, ...] = ()

    @property
    def is_as_reported(self) -> bool:
        """The report says the same."""
        return self.outcome in self.expected


class Explained(ReportModel):
    """One behaviour change or test in full; ``base`` and ``head`` are its outcomes."""

    id: str
    kind: Literal["behaviour_change", "test"]
    title: str
    path: str
    qualname: str
    line: int
    change: str
    base: str
    head: str
    found: str
    intended: Intended | None
    ran: RanLines
    hunk: tuple[HunkLine, ...]
    test: TestText
    revisions: tuple[Literal["base", "head"], ...]
    """Where it can be repeated: of ``harden`` there is no base."""
    repeat: str
    open_shell: str
    runs: tuple[RepeatedRun, ...] = ()
    problem: str | None = None


def explained(
    report: ReviewReport, tests: Mapping[str, str], subject: Subject, options: tuple[str, ...]
) -> Explained:
    """Put together what a report has about a subject.

    Args:
        report: The session's report.
        tests: Source of the accepted tests by file name relative to the report directory.
        subject: One of the report's subjects.
        options: What the command that repeats it needs besides the id, such as ``--report DIR``.
    """
    function, about = subject.function, subject.about
    command = shlex.join(["regoose", "explain", subject.id, *options])
    is_change = isinstance(about, BehaviourChangeReport)
    return Explained(
        id=subject.id,
        kind="behaviour_change" if is_change else "test",
        title=subject.title,
        path=function.path,
        qualname=function.qualname,
        line=function.line,
        change=function.change,
        base=about.base,
        head=about.head,
        found=origin(subject),
        intended=_intended(subject),
        ran=subject.ran,
        hunk=hunk(subject) if report.base_sha else as_it_is(subject),
        test=_test(subject, tests),
        revisions=("base", "head") if report.base_sha else ("head",),
        repeat=f"{command} --run",
        open_shell=f"{command} --shell",
    )


def expected_outcomes(subject: Subject) -> dict[str, tuple[RunOutcomeName, ...]]:
    """What the report says that the test does, by revision: a catching test may fail anyhow."""
    about = subject.about
    if isinstance(about, BehaviourChangeReport):
        return {"base": ("passed",), "head": ("failed", "error", "timeout")}
    return {"base": (about.base,), "head": (about.head,)}


def _intended(subject: Subject) -> Intended | None:
    about = subject.about
    if not isinstance(about, BehaviourChangeReport):
        return None
    return Intended(
        answer=about.intended, confidence=about.confidence, rationale=about.rationale or ""
    )


def _test(subject: Subject, tests: Mapping[str, str]) -> TestText:
    about = subject.about
    if isinstance(about, BehaviourChangeReport):
        node = node_name(about.test, "") or ""
        return TestText(file="", node=node, source=about.test)
    source = tests.get(about.file, "")
    return TestText(file=about.file, node=node_name(source, about.name) or "", source=source)
