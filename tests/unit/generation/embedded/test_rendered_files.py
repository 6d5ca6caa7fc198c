"""Rendered files are run by pytest on both revisions, and read by the linters."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import anyio
import pytest

from regoose_ci.analysis.style import ProjectTestStyle
from regoose_ci.domain.candidates import CandidateKind, CandidateTest
from regoose_ci.domain.observations import Call, Observation, Outcome, OutcomeKind
from regoose_ci.generation.base import FunctionContext
from regoose_ci.generation.embedded.files import assemble, negated_twin
from regoose_ci.generation.embedded.generator import EmbeddedGenerator
from tests.unit.generation.observing import (
    call,
    function,
    method,
    observation,
    prop,
    raised,
    returned,
    value,
)

BASE = """
class Box:
    def __init__(self, *items):
        self.items = list(items)

    def __eq__(self, other):
        return isinstance(other, Box) and self.items == other.items

    @property
    def first(self):
        if not self.items:
            raise LookupError("the box (of items) is empty")
        return self.items[0]


def join(words, separator="-"):
    if separator is None:
        raise ValueError("separator must be given")
    return separator.join(words)


def drop_last(items):
    items.pop()


def shout(text):
    print(text.upper())


async def pages(count):
    for number in range(count):
        yield number


async def share(total, parts):
    return total / parts
"""
HEAD = BASE.replace("separator.join(words)", "separator.join(sorted(words))")
TEXT = "a line of text\n" * 9


def imported(made: Call) -> Call:
    names = ", ".join(
        n for n in ("Box", "join", "drop_last", "shout", "pages", "share") if n in repr(made)
    )
    return Call(
        made.kind,
        made.name,
        made.receiver,
        made.args,
        made.kwargs,
        (f"from pkg.text import {names}",),
    )


def same(made: Call, outcome: Outcome, *lines: int) -> Observation:
    return observation(imported(made), outcome, outcome, lines=(1, *lines))


def awaited(result: object, *, iterated: bool = False) -> Outcome:
    return Outcome(OutcomeKind.RETURNED, value(result), awaited=True, iterated=iterated)


REFUSED = raised("ValueError", "separator must be given")
EMPTY = raised("LookupError", "the box (of items) is empty")
OBSERVATIONS = {
    function("join", "words", "separator"): [
        observation(
            imported(call("join", "['b', 'a']")), returned("b-a"), returned("a-b"), lines=(1, 3)
        ),
        same(call("join", "['a', 'b']"), returned("a-b"), 3),
        same(call("join", "[]"), returned(""), 3),
        same(
            call("join", f"[{TEXT!r}, {TEXT!r}]", separator="' and '"),
            returned(f"{TEXT} and {TEXT}"),
            3,
        ),
        same(call("join", "[]", "None"), REFUSED, 2),
    ],
    function("Box.__eq__", "other"): [
        same(method("Box(1)", "__eq__", "Box(1)"), returned(True), 2),
        same(method("Box(1)", "__eq__", "Box(2)"), returned(False), 3),
        same(method("Box(1)", "__eq__", "1"), returned(False), 4),
    ],
    function("Box.first"): [
        same(prop("Box()", "first"), EMPTY, 2),
        same(prop("Box('a')", "first"), returned("a"), 3),
    ],
    function("drop_last", "items"): [same(call("drop_last", "[1, 2]"), returned(None, _0=[1]))],
    function("shout", "text"): [same(call("shout", "'hi'"), returned(None, stdout="HI\n"))],
    function("pages", "count"): [same(call("pages", "2"), awaited([0, 1], iterated=True))],
    function("share", "total", "parts"): [same(call("share", "1", "3"), awaited(1 / 3))],
}


@pytest.fixture(scope="module")
def candidates() -> list[CandidateTest]:
    made: list[CandidateTest] = []
    for changed, observations in OBSERVATIONS.items():
        context = FunctionContext(changed)
        made += anyio.run(EmbeddedGenerator().generate, context, observations)
    return made


def run(folder: Path, package: str, files: Mapping[str, str]) -> tuple[int, int]:
    """How many tests passed and failed."""
    (folder / "pkg").mkdir()
    (folder / "pkg" / "__init__.py").touch()
    (folder / "pkg" / "text.py").write_text(package)
    for name, source in files.items():
        (folder / name).write_text(source)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", *files],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    words = done.stdout.splitlines()[-1].replace(",", "").split()
    count = {
        word: int(words[i - 1]) for i, word in enumerate(words) if word in {"passed", "failed"}
    }
    assert "error" not in words, done.stdout
    return count.get("passed", 0), count.get("failed", 0)


def test_catching_tests_pass_on_base_and_fail_on_head(
    candidates: list[CandidateTest], tmp_path: Path
) -> None:
    catching = [c for c in candidates if c.kind is CandidateKind.CATCHING]
    files = assemble(catching, ProjectTestStyle())
    (tmp_path / "base").mkdir()
    (tmp_path / "head").mkdir()
    assert run(tmp_path / "base", BASE, files) == (len(catching), 0)
    assert run(tmp_path / "head", HEAD, files) == (0, len(catching))


def test_hardening_tests_pass_on_head_and_their_twins_fail(
    candidates: list[CandidateTest], tmp_path: Path
) -> None:
    hardening = [c for c in candidates if c.kind is CandidateKind.HARDENING]
    twins = [twin for c in hardening if (twin := negated_twin(c)) is not None]
    assert len(twins) == len(hardening)
    for folder in ("head", "twins"):
        (tmp_path / folder).mkdir()
    passed, failed = run(tmp_path / "head", HEAD, assemble(hardening, ProjectTestStyle()))
    assert (passed >= len(hardening), failed) == (True, 0)
    assert run(tmp_path / "twins", HEAD, assemble(twins, ProjectTestStyle())) == (0, passed)


def test_linters_have_nothing_to_say(candidates: list[CandidateTest], tmp_path: Path) -> None:
    pytest.importorskip("ruff", reason="ruff is in the lint group")
    for name, source in assemble(candidates, ProjectTestStyle(), {"pkg"}).items():
        (tmp_path / name).write_text(source)
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache"]
    ruff += ["--select", "E,F,I,PT,B,UP", "--config", 'lint.isort.known-first-party=["pkg"]']
    black = [sys.executable, "-m", "black", "--check", "--quiet"]
    for command in (ruff, black):
        done = subprocess.run(
            [*command, str(tmp_path)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout
