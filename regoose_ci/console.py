"""What a user sees in the terminal: progress while a session runs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Literal, TextIO

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column
from rich.text import Text

from regoose_ci.domain.events import (
    BehaviourChangeFound,
    Event,
    FunctionFinished,
    FunctionStarted,
    Notice,
    Stage,
    StageFinished,
    StageStarted,
)
from regoose_ci.observability.bus import EventBus
from regoose_ci.reports.neutralise import reveal
from regoose_ci.reports.wording import seconds

NARROWEST, WIDEST, LOG_WIDTH = 20, 200, 120
STAGE_STYLE, CHANGE_STYLE, NOTE_STYLE = "bold", "yellow", "dim"


@dataclass(frozen=True)
class Screen:
    """A console, and what makes text of reviewed code harmless on it."""

    console: Console
    clean: Callable[[str], str]

    def text(self, *parts: str | tuple[str, str]) -> Text:
        """One line of harmless text; a part is a string, or a string and its style."""
        line = Text(no_wrap=True, overflow="ellipsis")
        for part in parts:
            words, style = part if isinstance(part, tuple) else (part, "")
            line.append(self.clean(words), style)
        return line

    def line(self, *parts: str | tuple[str, str]) -> None:
        """Print one line, cut at the screen's edge on a terminal and whole in a log."""
        self.show(self.text(*parts))

    def show(self, line: Text) -> None:
        """Print a line that `text` made."""
        # `print` joins texts into a new one and forgets how this one is to be wrapped.
        whole = not self.console.is_terminal
        self.console.print(
            line, no_wrap=True, overflow="ignore" if whole else "ellipsis", soft_wrap=whole
        )


def open_screen(stream: TextIO) -> Screen:
    """A screen on ``stream``: up to 200 columns, no escapes under ``NO_COLOR`` or in a log.

    ``FORCE_COLOR`` brings styles to a log too, but nothing that moves the cursor.
    """
    console = Console(
        file=stream,
        force_terminal=stream.isatty(),
        color_system=_colours(stream),
        highlight=False,
        markup=False,
        emoji=False,
    )
    width = console.width if console.is_terminal or "COLUMNS" in os.environ else LOG_WIDTH
    console.width = min(max(width, NARROWEST), WIDEST)
    return Screen(console, inert_in_actions if os.environ.get("GITHUB_ACTIONS") else one_line)


def _colours(stream: TextIO) -> Literal["auto", "standard"] | None:
    if os.environ.get("NO_COLOR"):
        return None
    if stream.isatty():
        return "auto"
    return "standard" if os.environ.get("FORCE_COLOR") else None


def print_error(screen: Screen, message: str, remedy: str) -> None:
    """Print what went wrong, and what to do about it: never cut, on a terminal wrapped."""
    _print_wrapped(screen, screen.text(("error:", "bold red"), f" {message}"), "")
    for line in remedy.splitlines():
        _print_wrapped(screen, screen.text(line), "  ")


def _print_wrapped(screen: Screen, text: Text, indent: str) -> None:
    if not screen.console.is_terminal:
        screen.show(Text(indent).append_text(text))
        return
    room = screen.console.width - len(indent)
    for line in text.wrap(screen.console, room, overflow="fold", no_wrap=False):
        line.rstrip()
        screen.show(Text(indent).append_text(line))


def one_line(text: str) -> str:
    """The text on one line, with control, zero-width and bidi characters made visible."""
    return reveal(text).replace("\n", " ").replace("\t", " ")


def inert_in_actions(text: str) -> str:
    """One line that is no workflow command, wherever it is broken.

    ``items[::2]`` becomes ``items[: :2]``, which Python reads the same.
    """
    harmless = one_line(text).replace("##[", "# #[")
    while "::" in harmless:
        harmless = harmless.replace("::", ": :")
    return harmless


def inert_json(document: str) -> str:
    """The same JSON document without characters or commands that a terminal or runner obeys."""
    lines = (_escape_hidden(line).replace("##[", "##\\u005b") for line in document.split("\n"))
    return "\n".join(lines)


def _escape_hidden(line: str) -> str:
    if line.isascii() and line.isprintable():
        return line
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in line)


@contextmanager
def progress(bus: EventBus, screen: Screen) -> Iterator[None]:
    """Show what the bus tells: live on a terminal, line by line elsewhere.

    A terminal that is to get no escapes gets lines too. GitHub's runner folds them.
    """
    if not screen.console.is_terminal or screen.console.color_system is None:
        bus.subscribe(PlainProgress(screen))
        with _folded(screen) if os.environ.get("GITHUB_ACTIONS") else nullcontext():
            yield
        return
    live = LiveProgress(screen)
    with live.display:
        bus.subscribe(live)
        yield


@contextmanager
def _folded(screen: Screen) -> Iterator[None]:
    """Let GitHub's runner show what is printed as a group that one can open."""
    screen.console.file.write("::group::Progress of the review\n")
    try:
        yield
    finally:
        screen.console.file.write("::endgroup::\n")
        screen.console.file.flush()


class PlainProgress:
    """One line per stage and per behaviour change, for logs."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def __call__(self, event: Event) -> None:
        """Print the line of ``event``, if it has one."""
        match event:
            case StageFinished(stage, duration, summary):
                what = f": {summary}" if summary else ""
                self._screen.line((stage.value, STAGE_STYLE), f"{what} ({seconds(duration)})")
            case BehaviourChangeFound(function_id, call, base, head):
                path, _, name = function_id.rpartition("::")
                self._screen.line(
                    ("behaviour change", CHANGE_STYLE), f": {call}",
                    f" · base {base} · head {head} · {name} in {path}",
                )  # fmt: skip
            case Notice(text):
                self._screen.line((f"note: {text}", NOTE_STYLE))
            case _:
                pass


class LiveProgress:
    """The same lines above one line per running stage, with the functions it works on.

    There is no bar: functions take from a moment to the whole budget, so that one would stand
    still near its end. Its ``display`` is entered by whoever subscribes it.
    """

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._lines = PlainProgress(screen)
        self._stages: dict[Stage, _Running] = {}
        self.display = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False, style=STAGE_STYLE),
            TextColumn("{task.fields[done]}", markup=False),
            TextColumn(
                "{task.fields[now]}",
                markup=False,
                style=NOTE_STYLE,
                table_column=Column(no_wrap=True, ratio=1),
            ),
            TimeElapsedColumn(),
            console=screen.console,
            transient=True,
            expand=True,
        )
        self._start: TaskID | None = self._add("starting")

    def __call__(self, event: Event) -> None:
        """Say what is worked on, and print the line of ``event``, if it has one."""
        match event:
            case StageStarted(stage, total):
                self._stage(stage).total = total
                self._show(stage)
            case FunctionStarted(stage, function_id):
                self._stage(stage).working.append(function_id)
                self._show(stage)
            case FunctionFinished(stage, function_id):
                running = self._stage(stage)
                if function_id in running.working:
                    running.working.remove(function_id)
                running.done.add(function_id)
                self._show(stage)
            case StageFinished(stage):
                if stage in self._stages:
                    self.display.remove_task(self._stages.pop(stage).task)
            case _:
                pass
        self._lines(event)

    def _add(self, what: str) -> TaskID:
        return self.display.add_task(what, total=None, done="", now="")

    def _stage(self, stage: Stage) -> _Running:
        if self._start is not None:
            self.display.remove_task(self._start)
            self._start = None
        if stage not in self._stages:
            self._stages[stage] = _Running(self._add(stage.value))
        return self._stages[stage]

    def _show(self, stage: Stage) -> None:
        running = self._stages[stage]
        names = ", ".join(name.rpartition("::")[2] for name in running.working)
        done = f"{len(running.done)} of {running.total}" if running.total > 1 else ""
        self.display.update(running.task, done=done, now=self._screen.clean(names))


@dataclass
class _Running:
    """A stage that is under way; ``done`` and ``working`` are ids of functions."""

    task: TaskID
    total: int = 0
    done: set[str] = field(default_factory=set)
    working: list[str] = field(default_factory=list)
