"""Where a review reads and writes: places that cannot be written, and ones that are shared."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.program import LONGEST, Program
from tests.e2e.project import Project

FAILED = 3
needs_mounts = pytest.mark.skipif(os.geteuid() != 0, reason="mounts file systems")


@contextlib.contextmanager
def mounted(place: Path, *arguments: str) -> Iterator[Path]:
    """Have a file system mounted there."""
    place.mkdir()
    subprocess.run(["mount", *arguments, str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


@needs_mounts
def test_a_repository_that_cannot_be_written_is_reviewed(
    program: Program, changed_shop: Project, tmp_path: Path
) -> None:
    with mounted(tmp_path / "read-only", "--bind", "-o", "ro", str(changed_shop.path)) as place:
        beside = program.run("review", "--budget", "5", cwd=place)
        within = program.start("review", cwd=place)
    assert beside.code == 0, beside.stderr
    (function,) = beside.report.functions
    assert function.behaviour_changes
    assert within.code == FAILED
    assert "the report directory regoose-report cannot be made: Read-only" in within.stderr
    assert "--out" in within.stderr


@needs_mounts
def test_no_space_left_for_the_report(program: Program, shop: Project, tmp_path: Path) -> None:
    shop.git("checkout", "-q", "-b", "topic")
    shop.write({"README.md": "Only words."})
    shop.commit("Say more")
    with mounted(tmp_path / "small", "-t", "tmpfs", "-o", "size=16k", "none") as place:
        ended = program.start("review", "--out", str(place / "out"), cwd=shop.path)
    assert ended.code == FAILED
    said = " ".join(ended.stderr.split())
    assert "could not be written" in said
    assert "No space left on device" in said
    assert "--out" in said


def test_two_reviews_of_one_repository_at_the_same_time(
    changed_shop: Project, tmp_path: Path
) -> None:
    places = [tmp_path / "first", tmp_path / "second"]
    for place in places:
        place.mkdir()
    programs = [Program(place) for place in places]
    arguments = ("review", "--budget", "5")
    with contextlib.ExitStack() as stack:
        running = [
            stack.enter_context(program.started(*arguments, cwd=changed_shop.path))
            for program in programs
        ]
        said = [process.communicate(timeout=LONGEST)[1] for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    found = [program.report().functions[0].behaviour_changes for program in programs]
    assert found[0]
    assert {change.id[:8] for change in found[0]} == {change.id[:8] for change in found[1]}
    for program in programs:
        program.assert_nothing_left()
