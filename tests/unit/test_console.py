from __future__ import annotations

import io
import json
import re

import pytest
from rich.console import Console

from regoose_ci.console import (
    LiveProgress,
    Screen,
    inert_in_actions,
    inert_json,
    one_line,
    open_screen,
    progress,
)
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

EVENTS: tuple[Event, ...] = (
    StageStarted(Stage.ANALYSIS),
    StageFinished(Stage.ANALYSIS, 0.4, "2 changed functions"),
    StageStarted(Stage.EXPLORATION, total=2),
    FunctionStarted(Stage.EXPLORATION, "shop/money.py::split_bill"),
    BehaviourChangeFound(
        "shop/money.py::split_bill", "split_bill(1, 2)", "returns [1, 0]", "returns [0, 0]"
    ),
    FunctionFinished(Stage.EXPLORATION, "shop/money.py::split_bill", "1 change"),
    Notice("memory is limited by rlimit only"),
    StageFinished(Stage.EXPLORATION, 3.25),
)
LINES = [
    "analysis: 2 changed functions (400 ms)",
    "behaviour change: split_bill(1, 2) · base returns [1, 0] · head returns [0, 0]"
    " · split_bill in shop/money.py",
    "note: memory is limited by rlimit only",
    "exploration (3.2 s)",
]


class TerminalStream(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "GITHUB_ACTIONS", "COLUMNS", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def test_a_log_gets_whole_lines_for_stages_changes_and_notices() -> None:
    stream = io.StringIO()
    bus = EventBus()

    with progress(bus, open_screen(stream)):
        for event in EVENTS:
            bus.publish(event)

    assert stream.getvalue().splitlines() == LINES


@pytest.mark.parametrize("width", [60, 80, 200])
def test_a_terminal_keeps_the_lines_and_removes_the_bars(width: int) -> None:
    stream = io.StringIO()
    console = Console(
        file=stream, force_terminal=True, width=width, color_system=None, highlight=False
    )
    live = LiveProgress(Screen(console, one_line))

    with live.display:
        for event in EVENTS:
            live(event)

    kept = re.findall(r"\r\x1b\[2K(\w[^\r\n]*)\n", stream.getvalue())
    assert [line.rstrip("…") for line in kept] == [
        line if len(line) <= width else line[: width - 1] for line in LINES
    ]
    assert live.display.tasks == []


def test_before_anything_is_known_it_is_starting() -> None:
    live = LiveProgress(open_screen(TerminalStream()))

    assert [task.description for task in live.display.tasks] == ["starting"]


def test_a_stage_counts_functions_and_names_those_being_worked_on() -> None:
    live = LiveProgress(open_screen(TerminalStream()))

    live(StageStarted(Stage.EXPLORATION, total=3))
    live(FunctionStarted(Stage.EXPLORATION, "a.py::first"))
    live(FunctionStarted(Stage.EXPLORATION, "a.py::Second.method"))
    live(FunctionFinished(Stage.EXPLORATION, "a.py::first"))
    live(FunctionStarted(Stage.EXPLORATION, "a.py::first"))  # once more
    live(FunctionFinished(Stage.EXPLORATION, "a.py::first"))

    (task,) = live.display.tasks
    assert (task.fields["done"], task.fields["now"]) == ("1 of 3", "Second.method")


def test_a_stage_whose_functions_are_done_goes_on() -> None:
    live = LiveProgress(open_screen(TerminalStream()))

    live(StageStarted(Stage.EXECUTION, total=1))
    live(FunctionStarted(Stage.EXECUTION, "a.py::first"))
    live(FunctionFinished(Stage.EXECUTION, "a.py::first"))

    (task,) = live.display.tasks
    assert not task.finished
    assert (task.fields["done"], task.fields["now"]) == ("", "")


def test_functions_without_a_started_stage_are_shown() -> None:
    live = LiveProgress(open_screen(TerminalStream()))

    live(FunctionFinished(Stage.EXECUTION, "a.py::first"))

    assert [task.description for task in live.display.tasks] == ["execution"]


@pytest.mark.parametrize(("columns", "width"), [("1", 20), ("50", 50), ("80", 80), ("999", 200)])
def test_width_is_that_of_the_terminal_within_reason(
    monkeypatch: pytest.MonkeyPatch, columns: str, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", columns)

    assert open_screen(TerminalStream()).console.width == width


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = TerminalStream()
    open_screen(stream).line(("found", "yellow"))
    monkeypatch.setenv("NO_COLOR", "1")
    plain = TerminalStream()
    open_screen(plain).line(("found", "yellow"))

    assert stream.getvalue() == "\x1b[33mfound\x1b[0m\n"
    assert plain.getvalue() == "found\n"


def test_text_of_reviewed_code_cannot_control_the_terminal() -> None:
    stream = io.StringIO()
    screen = open_screen(stream)

    screen.line("a\x1b[2Jb\r\nc\u202ed [red]markup[/red]")

    assert stream.getvalue() == r"a\x1b[2Jb c\u202ed [red]markup[/red]" + "\n"


def test_text_of_reviewed_code_is_no_workflow_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    stream = io.StringIO()

    open_screen(stream).line("x\n::set-output name=a::b ##[group]c")

    assert stream.getvalue() == "x : :set-output name=a: :b # #[group]c\n"


@pytest.mark.parametrize("text", ["::a", ":::b", "::::c", "##[d", "a ::stop-commands::x"])
def test_no_command_is_left_anywhere(text: str) -> None:
    assert "::" not in inert_in_actions(text)
    assert "##[" not in inert_in_actions(text)


def test_json_keeps_its_meaning_and_loses_its_harm() -> None:
    values = ["\x9b2J", "\u202e", "##[group]", "\U000e0041", "é✓", "\u2028"]
    document = json.dumps(values, ensure_ascii=False, indent=1) + "\n"

    harmless = inert_json(document)

    assert json.loads(harmless) == values
    assert all(line.isprintable() for line in harmless.split("\n"))
    assert "##[" not in harmless
    assert "é✓" in harmless
