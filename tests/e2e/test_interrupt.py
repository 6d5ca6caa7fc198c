"""Ctrl-C at each stage: exit code 130, a report of what is done, and nothing left; and Ctrl-Z."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest

from tests.e2e.program import LONGEST, Program, wait_until
from tests.e2e.project import Project

pytestmark = pytest.mark.sandbox
INTERRUPTED = 130
SOON = 20.0
"""Seconds in which an interrupted program must be gone, on a busy machine."""


def begun(program: Program, stage: str) -> bool:
    return any(
        entry["event"] == "stage_started" and entry.get("stage") == stage for entry in program.log()
    )


def interrupt(program: Program, process: subprocess.Popen[str]) -> str:
    """Press Ctrl-C as a terminal does, for the whole process group; return stderr."""
    os.killpg(process.pid, signal.SIGINT)
    pressed = time.monotonic()
    _, stderr = process.communicate(timeout=LONGEST)
    assert time.monotonic() - pressed < SOON
    assert "Traceback" not in stderr
    assert process.returncode == INTERRUPTED, stderr
    return stderr


@pytest.mark.parametrize("stage", ["environment", "exploration", "execution"])
def test_at_a_stage(program: Program, changed_shop: Project, stage: str) -> None:
    arguments = ("review", "--budget", "30" if stage == "exploration" else "2")
    with program.started(*arguments, cwd=changed_shop.path) as process:
        wait_until(lambda: begun(program, stage), LONGEST)
        if stage != "environment":
            wait_until(lambda: program.containers() or process.poll() is not None)
        interrupt(program, process)
    report = program.report()
    assert (report.partial, report.partial_reason, report.error) == (True, "interrupted", None)
    assert [f.qualname for f in report.functions] == ["total"]
    assert (program.out / "report.html").is_file()
    program.assert_nothing_left()


def test_before_anything_is_known(program: Program, changed_shop: Project) -> None:
    with program.started("review", cwd=changed_shop.path) as process:
        wait_until(lambda: program.log() or process.poll() is not None)
        interrupt(program, process)
    report = program.report()
    assert report.partial_reason == "interrupted"
    program.assert_nothing_left()


def test_a_pause_is_no_fault_of_the_reviewed_code(program: Program, changed_shop: Project) -> None:
    """As when its machine or container is suspended, and goes on."""
    with program.started("review", "--budget", "10", cwd=changed_shop.path) as process:
        wait_until(lambda: begun(program, "exploration"), LONGEST)
        os.kill(process.pid, signal.SIGSTOP)
        time.sleep(3)
        os.kill(process.pid, signal.SIGCONT)
        _, stderr = process.communicate(timeout=LONGEST)
    assert process.returncode == 0, stderr
    (total,) = program.report().functions
    assert (total.status, total.reason) == ("tested", None), total.detail
    assert total.behaviour_changes
    program.assert_nothing_left()


def test_twice(program: Program, changed_shop: Project) -> None:
    """Who presses it again while it cleans up still finds nothing left."""
    with program.started("review", "--budget", "30", cwd=changed_shop.path) as process:
        wait_until(lambda: program.containers() or process.poll() is not None)
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(0.2)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=LONGEST)
    assert process.returncode == INTERRUPTED
    assert program.report().partial
    program.assert_nothing_left()
