"""How the command line behaves among pipes, logs, narrow terminals and typing errors."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path

import pytest
import typer

from regoose_ci.cli import build_cli, run
from regoose_ci.commands import Doors
from regoose_ci.config import Settings
from regoose_ci.console import open_screen, print_error, progress
from regoose_ci.domain.diagnosis import Check, Diagnosis
from regoose_ci.domain.events import Stage, StageFinished, StageStarted
from regoose_ci.domain.report import (
    BehaviourChangeReport,
    FunctionReport,
    ReviewReport,
    SandboxInfo,
)
from regoose_ci.domain.request import ReviewRequest
from regoose_ci.observability.bus import EventBus

CHANGE = BehaviourChangeReport(
    id="b", call="f(1)", base="returns 1", head="returns ::set-output name=a::2", test="",
    intended="no",
)  # fmt: skip
REPORT = ReviewReport(
    session_id="s",
    started_at=datetime(2026, 3, 9, tzinfo=timezone.utc),
    base_sha="a" * 40,
    sandbox=SandboxInfo(engine="podman", level="rootless"),
    functions=(
        FunctionReport(
            path="a.py", qualname="f", change="modified", line=4, status="tested",
            behaviour_changes=(CHANGE,),
        ),
    ),
)  # fmt: skip
CHECK = Check("podman", "missing", "not found", "apt-get install podman")


class TerminalStream(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def review(request: ReviewRequest, settings: Settings, bus: EventBus) -> ReviewReport:
    """A session that finds one behaviour change."""
    bus.publish(StageStarted(Stage.ANALYSIS))
    bus.publish(StageFinished(Stage.ANALYSIS, 0.5, f"1 changed function, {settings.jobs} jobs"))
    return REPORT.model_copy(update={"repository": request.repository.name})


def start(*arguments: str) -> int:
    doors = Doors(
        run_session=review,
        diagnose=lambda _: Diagnosis((CHECK,), SandboxInfo()),
        list_providers=lambda _: (CHECK,),
        check_providers=lambda _: (CHECK,),
    )
    return run(arguments, doors)


def commands() -> Iterator[tuple[str, ...]]:
    group = typer.main.get_command(build_cli())
    yield ()
    for name, command in vars(group)["commands"].items():
        yield (name,)
        yield from ((name, inner) for inner in vars(command).get("commands", {}))


@pytest.fixture(autouse=True)
def _plain_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "GITHUB_ACTIONS", "COLUMNS", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.mark.parametrize("columns", ["60", "80", "200"])
@pytest.mark.parametrize("command", list(commands()), ids=" ".join)
def test_help_has_examples_fits_and_is_whole(
    command: tuple[str, ...],
    columns: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", columns)

    assert start(*command, "--help") == 0

    usage, *lines = capsys.readouterr().out.splitlines()
    examples = [line for line in lines if line.startswith("    regoose")]
    assert examples
    assert max(map(len, (usage, *lines))) <= 80
    assert [n for n in lines if len(n) > min(int(columns), 80) and n not in examples] == []
    assert columns == "60" or [line for line in lines if line.endswith("...")] == []


@pytest.mark.parametrize("command", ["review", "explain", "doctor"])
def test_examples_of_the_help_are_taken_by_the_program(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    start(command, "--help")
    text = capsys.readouterr().out
    words = [
        line.split() for line in text.splitlines() if line.startswith(f"    regoose {command}")
    ]

    options = {word for line in words for word in line if word.startswith("--")}
    assert len(words) >= 2
    assert [option for option in options if f"  {option}" not in text.partition("Example")[0]] == []


def test_no_color_means_no_escapes_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = TerminalStream()
    bus = EventBus()

    with progress(bus, open_screen(stream)):
        bus.publish(StageStarted(Stage.ANALYSIS))
        bus.publish(StageFinished(Stage.ANALYSIS, 0.5, "1 changed function"))
    print_error(open_screen(stream), "It ended.", "Mend it.")

    assert stream.getvalue() == (
        "analysis: 1 changed function (500 ms)\nerror: It ended.\n  Mend it.\n"
    )


def test_a_log_with_forced_colours_has_nothing_that_moves_the_cursor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    stream = io.StringIO()
    bus = EventBus()

    with progress(bus, open_screen(stream)):
        bus.publish(StageStarted(Stage.ANALYSIS))
        bus.publish(StageFinished(Stage.ANALYSIS, 0.5, "1 changed function"))

    assert stream.getvalue() == "\x1b[1manalysis\x1b[0m: 1 changed function (500 ms)\n"


@pytest.mark.parametrize("width", ["60", "80", "120", "200"])
def test_errors_are_wrapped_between_words_and_never_cut(
    width: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    monkeypatch.setenv("NO_COLOR", "1")
    stream = TerminalStream()
    message = "--provider 'oracle': no such provider; there are embedded, openai, azure-openai"
    remedy = "Write one of them, or leave the option away to have the tests written without one."

    print_error(open_screen(stream), message, remedy)

    lines = stream.getvalue().splitlines()
    assert max(map(len, lines)) <= int(width)
    assert " ".join(line.strip() for line in lines) == f"error: {message} {remedy}"
    first = next(i for i, line in enumerate(lines) if line.startswith("  Write"))
    assert all(line.startswith("  ") for line in lines[first:])


def test_errors_in_a_log_are_one_line_each() -> None:
    stream = io.StringIO()

    print_error(open_screen(stream), "m " * 200, "r " * 200)

    assert [len(line) > 200 for line in stream.getvalue().splitlines()] == [True, True]


@pytest.mark.parametrize(
    ("arguments", "suggestion"),
    [
        (("revue",), "Did you mean 'review'?"),
        (("docter",), "Did you mean 'doctor'?"),
        (("action", "publsih"), "Did you mean 'publish'?"),
        (("review", "--bugdet", "5"), "--bugdet. Did you mean --budget?\n"),
        (("explain", "b", "--repot", "x"), "--repot. Did you mean --report?\n"),
    ],
)
def test_a_typing_error_is_answered_with_what_was_probably_meant(
    arguments: tuple[str, ...], suggestion: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start(*arguments) == 2
    assert suggestion in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (
            ("explain",),
            [
                "error: Missing argument 'ID'.",
                "  Usage: regoose explain [OPTIONS] {ID}",
                "  Try regoose explain --help.",
            ],
        ),
        (
            ("review", "--budget", "soon"),
            [
                "error: Invalid value for '--budget': Input should be a valid number, unable to"
                " parse string as a number",
                "  Usage: regoose review [OPTIONS] [REPO]",
                "  Try regoose review --help.",
            ],
        ),
    ],
)
def test_wrong_use_is_told_like_every_other_error(
    arguments: tuple[str, ...], lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert start(*arguments) == 2
    assert capsys.readouterr().err.splitlines() == lines


@pytest.mark.parametrize("arguments", [("doctor",), ("providers",), ("providers", "--check")])
def test_json_of_what_a_machine_has_is_json_alone(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    start(*arguments, "--json")

    printed = capsys.readouterr()
    parts = json.loads(printed.out)
    checks = parts["checks"] if isinstance(parts, dict) else parts
    assert checks == [
        {
            "name": "podman",
            "status": "missing",
            "detail": "not found",
            "remedy": "apt-get install podman",
        }
    ]
    assert printed.err == ""


def test_the_doctors_json_says_whether_reviews_work(capsys: pytest.CaptureFixture[str]) -> None:
    assert start("doctor", "--json") == 3

    parts = json.loads(capsys.readouterr().out)
    assert (parts["can_review"], parts["sandbox"]["level"]) == (False, "none")


def test_in_actions_progress_is_folded_and_changes_stand_beside_the_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")

    assert start("review", "--json") == 0

    printed = capsys.readouterr()
    assert json.loads(printed.out)["functions"]
    assert printed.err.splitlines() == [
        "::group::Progress of the review",
        "analysis: 1 changed function, 2 jobs (500 ms)",
        "::endgroup::",
        "::warning file=a.py,line=4,title=Behaviour change::"
        "f(1)%0Abefore: returns 1%0Aafter: returns ::set-output name=a::2",
    ]


@pytest.mark.parametrize("variables", [{}, {"GITHUB_ACTIONS": "true"}])
@pytest.mark.parametrize("command", [("review",), ("demo", "--out", "out"), ("harden", "a.py")])
def test_quiet_is_the_verdict_and_nothing_else(
    command: tuple[str, ...],
    variables: Mapping[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    assert start(*command, "--quiet") == 0

    printed = capsys.readouterr()
    assert printed.out == ("1 behaviour change that looks unintended, in 1 changed function.\n")
    assert printed.err == ""


def test_outside_of_actions_there_are_no_workflow_commands(
    capsys: pytest.CaptureFixture[str],
) -> None:
    start("review")

    assert "::group" not in capsys.readouterr().err


def complete(line: str, **variables: str) -> list[str]:
    """What bash is offered for the last word of a line."""
    environment = {
        **os.environ,
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(line.split(" ")) - 1),
        "_REGOOSE_COMPLETE": "complete_bash",
        **variables,
    }
    return answer(environment).split()


def answer(environment: Mapping[str, str], *arguments: str) -> str:
    program = "import sys; from regoose_ci.cli import main; sys.argv[0] = 'regoose'; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def test_the_shell_completes_commands_options_and_choices() -> None:
    assert complete("regoose rev") == ["review"]
    assert complete("regoose review --bu") == ["--budget"]
    assert complete("regoose explain x --revision b") == ["base"]


def test_the_completion_script_can_be_shown() -> None:
    script = answer({**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"},
                    "--show-completion", "bash")  # fmt: skip

    assert "complete -o default -F _regoose_completion regoose" in script
