"""What a user reads when a review is done: at most a screen, the verdict first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.table import Table
from rich.text import Text

from regoose_ci.console import CHANGE_STYLE, NOTE_STYLE, Screen
from regoose_ci.domain.report import BehaviourChangeReport, FunctionReport, ReviewReport
from regoose_ci.reports.facts import is_harden, ranked_changes
from regoose_ci.reports.verdict import Tone, verdict
from regoose_ci.reports.wording import count, intent, name_of, skip_reason

SCREEN_LINES = 24
_LINES_PER_CHANGE = 4
_TONES: dict[Tone, str] = {
    "change": "bold yellow",
    "quiet": "bold green",
    "unsure": "bold",
    "failed": "bold red",
}
_CONTEXT = 12
_WIDEST = 1000
_SHORT_ID = 8
"""So much of an id is enough for ``regoose explain``, and is never cut."""
_Change = tuple[FunctionReport, BehaviourChangeReport]


def print_verdict(screen: Screen, report: ReviewReport) -> None:
    """Print the verdict and its reservations, wrapped."""
    screen.console.print(_verdict_text(screen, report))


def print_summary(screen: Screen, report: ReviewReport, directory: Path) -> None:
    """Print the verdict, the behaviour changes, a table of functions and where the report is."""
    said = _verdict_text(screen, report)
    screen.console.print(said)
    # Also not for these: blank line, head of the table, what is left out, the report, the prompt.
    room = _height(screen) - len(screen.console.render_lines(said, pad=False)) - 5
    found = _one_of_each_first(ranked_changes(report.functions))
    rows = min(len(report.functions), max(room // 3, room - _LINES_PER_CHANGE * len(found)))
    shown = (room - rows) // _LINES_PER_CHANGE
    for function, change in found[:shown]:
        for line in _change_lines(screen, function, change):
            screen.show(line)
    if len(found) > shown:
        more = count(len(found) - shown, "more behaviour change")
        screen.line((f"… and {more} in the report", NOTE_STYLE))
    if report.functions:
        screen.line("")
        screen.console.print(_function_table(screen, report, rows))
    screen.line("Report: ", (str(directory / "report.html"), "bold"))


def _one_of_each_first(changes: Sequence[_Change]) -> list[_Change]:
    """The order in which a screen tells most: it has room for three or four of them."""
    first = {id(change[0]): change for change in reversed(changes)}
    return sorted(changes, key=lambda change: first[id(change[0])] is not change)


def _verdict_text(screen: Screen, report: ReviewReport) -> Text:
    said = verdict(report)
    text = Text()
    text.append(screen.clean(said.lead), _TONES[said.tone])
    text.append(screen.clean(said.rest))
    for note in said.notes:
        text.append(f"\n{screen.clean(note)}", NOTE_STYLE)
    return text


def _height(screen: Screen) -> int:
    return max(SCREEN_LINES, screen.console.height) if screen.console.is_terminal else SCREEN_LINES


def _change_lines(
    screen: Screen, function: FunctionReport, change: BehaviourChangeReport
) -> Iterator[Text]:
    base, head = fit_pair(
        screen.clean(change.base), screen.clean(change.head), screen.console.width - 8
    )
    yield Text("")
    yield screen.text(
        (f"{change.id[:_SHORT_ID]}  ", NOTE_STYLE), (change.call, CHANGE_STYLE),
        f"  {intent(change)}", (f" · {function.path}", NOTE_STYLE),
    )  # fmt: skip
    yield screen.text(("  base ", NOTE_STYLE)).append(base)
    yield screen.text(("  head ", NOTE_STYLE)).append(head)


def fit_pair(base: str, head: str, width: int) -> tuple[str, str]:
    """Cut two outcomes to ``width`` so that the first place where they differ stays in sight."""
    if max(len(base), len(head)) > width:
        pairs = enumerate(zip(base, head, strict=False))
        same = next((i for i, (b, h) in pairs if b != h), min(len(base), len(head)))
        start = same - _CONTEXT
        if same > width - _CONTEXT:
            base, head = f"…{base[start:]}", f"…{head[start:]}"
    return _cut(base, width), _cut(head, width)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _function_table(screen: Screen, report: ReviewReport, rows: int) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style=NOTE_STYLE)
    table.add_column("function", ratio=3, no_wrap=True, overflow="ellipsis")
    table.add_column("result", ratio=4, no_wrap=True, overflow="ellipsis")
    table.add_column("tests", justify="right", min_width=5)
    ranked = sorted(report.functions, key=_rank)
    fitting = ranked if len(ranked) <= rows else ranked[: rows - 1]
    for function in fitting:
        path = f"  {function.path}" if function.qualname else ""
        table.add_row(
            screen.text(name_of(function), (path, NOTE_STYLE)),
            screen.text(_result(function, report)),
            str(len(function.tests)),
        )
    if len(fitting) < len(ranked):
        table.add_row(Text(f"… and {len(ranked) - len(fitting)} more", NOTE_STYLE), "", "")
    # Only the columns of a table that fills the screen are cut where there is most to cut.
    unbounded = screen.console.options.update(width=_WIDEST)
    table.expand = screen.console.measure(table, options=unbounded).maximum > screen.console.width
    return table


def _rank(function: FunctionReport) -> tuple[bool, bool, bool]:
    unintended = any(change.intended == "no" for change in function.behaviour_changes)
    return not unintended, not function.behaviour_changes, function.status == "tested"


def _result(function: FunctionReport, report: ReviewReport) -> str:
    edit = [] if is_harden(report) else [function.change]
    if function.behaviour_changes:
        return f"{function.change}: {count(len(function.behaviour_changes), 'behaviour change')}"
    if function.status != "tested":
        return f"{', '.join([*edit, function.status])}: {skip_reason(function)}"
    return ": ".join([*edit, "protected" if function.tests else "no test kept"])
