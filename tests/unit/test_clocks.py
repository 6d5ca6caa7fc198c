"""A clock that jumps moves no deadline, nor does a machine that slept: they are monotonic."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import regoose_ci

ROOT = Path(regoose_ci.__file__).parent
STAMPS = {"app.py", "github/retry.py", "guest/clock.py"}
"""These say when something was, meet a time that GitHub names, or set a guest's clock ahead."""
WALL_CLOCK = {"time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "datetime.today"}


def uses(source: str) -> set[str]:
    """The wall clock's functions that a module calls."""
    calls = (node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return {ast.unparse(function) for function in calls} & WALL_CLOCK


@pytest.mark.parametrize("source", ["import time\ntime.time()", "datetime.now(tz)"])
def test_the_wall_clock_is_noticed(source: str) -> None:
    assert uses(source)


def test_only_stamps_come_from_the_wall_clock() -> None:
    modules = {path.relative_to(ROOT).as_posix(): path for path in ROOT.rglob("*.py")}
    found = {name for name, path in modules.items() if uses(path.read_text(encoding="utf-8"))}
    assert found <= STAMPS
