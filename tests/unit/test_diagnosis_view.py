from __future__ import annotations

import io

import pytest
from rich.console import Console

from regoose_ci import __version__
from regoose_ci.console import Screen, one_line
from regoose_ci.diagnosis_view import print_checks, print_diagnosis
from regoose_ci.domain.diagnosis import Check, Diagnosis
from regoose_ci.domain.report import SandboxInfo

PODMAN = Check("podman", "ok", "4.3.1")
IDS = "sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ada && podman migrate"
BROKEN = Diagnosis(
    (
        PODMAN,
        Check("subordinate ids", "missing", "ada has 0 in /etc/subuid or /etc/subgid", IDS),
        Check("container", "missing", "podman: cannot set up namespace using newuidmap: exit 1"),
    ),
    SandboxInfo(),
)


def screen(width: int) -> tuple[Screen, io.StringIO]:
    stream = io.StringIO()
    console = Console(file=stream, width=width, force_terminal=True, color_system=None)
    return Screen(console, one_line), stream


def shown(diagnosis: Diagnosis, width: int = 80) -> list[str]:
    place, stream = screen(width)
    print_diagnosis(place, diagnosis)
    return stream.getvalue().splitlines()


def test_the_answer_comes_first() -> None:
    works = Diagnosis((PODMAN,), SandboxInfo(engine="podman", level="rootless"))

    assert shown(works, 120) == [
        "Reviews work on this machine.",
        "The sandbox is at level rootless, on podman: containers of an ordinary user, whose root is"
        " nobody outside of them.",
        "",
        "ok        podman  4.3.1",
        "",
        f"regoose {__version__} doctor",
    ]


def test_limits_that_do_not_hold_are_in_the_answer() -> None:
    check = Check("limits", "degraded", "memory: no cgroups in here", "set limits around this one")
    sandbox = SandboxInfo(engine="podman", level="userns", degraded=("memory",))

    lines = shown(Diagnosis((check,), sandbox))

    assert lines[0] == ("Reviews work on this machine, with limits not held by the engine: memory.")
    assert lines[-5:-2] == ["To make it better", "  1. limits", "     set limits around this one"]


def test_what_every_review_needs_is_in_the_answer() -> None:
    check = Check("python", "missing", "--python x: there is no such file", "Give the path.")
    diagnosis = Diagnosis((check,), SandboxInfo(level="rootless"))

    assert not diagnosis.can_review
    assert shown(diagnosis)[0] == "Reviews do not work on this machine yet: python is missing."


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_what_to_do_is_listed_in_order_and_commands_stay_whole(width: int) -> None:
    lines = shown(BROKEN, width)

    assert lines[0].startswith("Reviews do not work on this machine yet: ")
    start = lines.index("What to do, in this order; then start regoose doctor again")
    assert lines[start + 1 : start + 3] == ["  1. subordinate ids", f"     {IDS}"]
    assert [line for line in lines if IDS not in line and len(line) > width] == []


def test_what_is_missing_is_to_be_done_before_what_could_be_better() -> None:
    better = Check("docker", "degraded", "its engine does not answer", "systemctl start docker")

    lines = shown(Diagnosis((better, *BROKEN.checks), SandboxInfo()))

    assert lines.index("  1. subordinate ids") < lines.index("  2. docker")


def test_long_details_go_on_below_themselves() -> None:
    lines = shown(BROKEN, 60)

    first = next(i for i, line in enumerate(lines) if "container" in line and "podman:" in line)
    assert lines[first].index("podman:") == len(lines[first + 1]) - len(lines[first + 1].lstrip())


def test_remedies_that_are_sentences_are_wrapped() -> None:
    place, stream = screen(60)
    remedy = "Set AZURE_OPENAI_API_KEY or REGOOSE_API_KEY and AZURE_OPENAI_ENDPOINT."

    print_checks(place, [Check("azure-openai", "missing", "no model chosen", remedy)])

    assert stream.getvalue().splitlines()[1:] == [
        "          Set AZURE_OPENAI_API_KEY or REGOOSE_API_KEY and",
        "          AZURE_OPENAI_ENDPOINT.",
    ]


def test_what_an_engine_says_cannot_move_the_cursor() -> None:
    lines = shown(Diagnosis((Check("container", "missing", "\x1b[2J"),), SandboxInfo()))

    assert any("\\x1b[2J" in line for line in lines)
