"""Workflow commands that show behaviour changes beside the code."""

from __future__ import annotations

from collections.abc import Iterator

from regoose_ci.domain.report import BehaviourChangeReport, FunctionReport, ReviewReport
from regoose_ci.reports.facts import ranked_changes
from regoose_ci.reports.neutralise import clip, reveal

MOST = 10
"""Annotations of one step that GitHub shows."""
_LONGEST = 300


def annotate(report: ReviewReport) -> list[str]:
    """Return the commands, unintended changes first, each on one line."""
    return list(_annotations(report))[:MOST]


def notice(text: str) -> str:
    """Return a command that shows a sentence of ours with the run."""
    return f"::notice title=Regoose CI::{_data(text)}"


def warning(text: str) -> str:
    """Return a command that shows a sentence of ours as a warning with the run."""
    return f"::warning title=Regoose CI::{_data(text)}"


def _annotations(report: ReviewReport) -> Iterator[str]:
    for function, change in ranked_changes(report.functions):
        level = "warning" if change.intended == "no" else "notice"
        place = f"file={_property(function.path)},line={_line(function)}"
        yield f"::{level} {place},title=Behaviour change::{_data(_message(change))}"


def _line(function: FunctionReport) -> int:
    return next(iter(function.coverage.changed_lines), function.line)


def _message(change: BehaviourChangeReport) -> str:
    parts = (change.call, f"before: {change.base}", f"after: {change.head}")
    return "\n".join(clip(reveal(part), _LONGEST) for part in parts)


def _data(text: str) -> str:
    """Escape as `@actions/core` does; what is left is one line and no command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(reveal(text)).replace(":", "%3A").replace(",", "%2C")
