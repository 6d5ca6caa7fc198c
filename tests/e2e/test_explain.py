"""``regoose explain`` on a real review: the test runs again, and a terminal gets a shell."""

from __future__ import annotations

import json
import os
import pty
import select
import time
from pathlib import Path

import pytest

from tests.e2e.program import SCRIPT, Program

pytestmark = pytest.mark.sandbox
PROMPT = b"(base) /work/repo$ "
LONGEST = 120.0


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    program = Program(tmp_path_factory.mktemp("explain"))
    assert program.run("demo").code == 0
    return program


@pytest.fixture(scope="module")
def change(program: Program) -> str:
    report = json.loads((program.out / "report.json").read_text())
    found = [c for f in report["functions"] for c in f["behaviour_changes"]]
    return str(next(c["id"] for c in found if "split_bill" in c["call"]))


def test_a_behaviour_change_is_shown_with_its_code_and_shown_again(
    program: Program, change: str
) -> None:
    ended = program.start("explain", change[:6], "--report", str(program.out), "--run", "--json")

    assert ended.code == 0, ended.stderr
    parts = json.loads(ended.stdout)
    assert {line["sign"] for line in parts["hunk"]} == {" ", "-", "+"}
    assert any(line["ran_on_base"] for line in parts["hunk"])
    assert any(line["ran_on_head"] for line in parts["hunk"])
    assert parts["found"] != ""
    assert parts["intended"]["rationale"] != ""
    runs = {run["revision"]: run for run in parts["runs"]}
    assert (runs["base"]["outcome"], runs["head"]["outcome"]) == ("passed", "failed")
    assert "assert" in runs["head"]["detail"]


def test_a_shell_has_the_tree_of_its_revision_and_the_test(program: Program, change: str) -> None:
    said = talk_to_shell(
        program,
        ["explain", change, "--report", str(program.out), "--shell", "--revision", "base"],
        ["python -m pytest -q --noconftest -c /dev/null /tmp/test_generated.py",
         "touch /work/repo/new; echo $? $(id -u)"],
    )  # fmt: skip

    assert "1 passed" in said
    assert "Read-only file system" in said
    assert "1 1000" in said


def talk_to_shell(program: Program, arguments: list[str], lines: list[str]) -> str:
    """Start the program on a terminal, answer each prompt with a line, and leave."""
    child, terminal = pty.fork()
    if child == 0:
        environment = {**program.environment(), "TERM": "dumb"}
        os.chdir(program.place)
        os.execve(SCRIPT, [str(SCRIPT), *arguments], environment)  # noqa: S606
    said, waiting = b"", [*lines, "exit"]
    seen = 0
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        if not select.select([terminal], [], [], 0.2)[0]:
            continue
        try:
            said += os.read(terminal, 65_536)
        except OSError:  # the other end is closed
            break
        if waiting and said.count(PROMPT) > seen:
            seen += 1
            os.write(terminal, waiting.pop(0).encode() + b"\n")
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, said.decode(errors="replace")
    return said.decode(errors="replace")


def test_the_place_of_the_report_is_part_of_the_command_that_repeats_it(
    program: Program, change: str, tmp_path: Path
) -> None:
    ended = program.start("explain", change, "--report", str(program.out), cwd=tmp_path)

    assert f"regoose explain {change} --report {program.out} --run" in ended.stdout
