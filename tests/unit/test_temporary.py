from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from regoose_ci.errors import InfrastructureError
from regoose_ci.temporary import remove_abandoned, temporary_directory

SESSION = """
import sys
from pathlib import Path
from regoose_ci.errors import InfrastructureError
from regoose_ci.temporary import temporary_directory

with temporary_directory("session", Path(sys.argv[1])) as directory:
    (directory / "tree").mkdir()
    (directory / "tree" / "module.py").touch()
    print(directory, flush=True)
    sys.stdin.read()
"""


def left_by_a_killed_session(place: Path) -> Path:
    command = [sys.executable, "-c", SESSION, str(place)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as session:
        assert session.stdout is not None
        path = Path(session.stdout.readline().strip())
        assert remove_abandoned(place) == ()
        assert (path / "tree" / "module.py").exists()
        session.kill()
    return path


def test_a_directory_is_private_and_goes_with_its_context(tmp_path: Path) -> None:
    with temporary_directory("test", tmp_path) as directory:
        (directory / "more").mkdir()
        (directory / "file").touch()
        assert directory.stat().st_mode & 0o777 == 0o700

    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_session_left_is_removed_and_what_lives_is_not(tmp_path: Path) -> None:
    left = left_by_a_killed_session(tmp_path)

    with temporary_directory("test", tmp_path) as living:
        assert remove_abandoned(tmp_path) == (left,)
        assert list(tmp_path.iterdir()) == [living]


def test_a_removal_that_was_interrupted_is_taken_up_again(tmp_path: Path) -> None:
    left = left_by_a_killed_session(tmp_path)
    (left / "tree" / "module.py").unlink()
    (left / "tree").rmdir()

    assert remove_abandoned(tmp_path) == (left,)
    assert list(tmp_path.iterdir()) == []


def test_directories_that_are_not_ours_are_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "regoose-my-own-notes"
    mine.mkdir()
    linked = tmp_path / "regoose-with-link"
    linked.mkdir()
    (linked / ".regoose-lock").symlink_to(tmp_path / "elsewhere")
    pipe = tmp_path / "regoose-with-pipe"
    pipe.mkdir()
    os.mkfifo(pipe / "other")

    assert remove_abandoned(tmp_path) == ()
    assert sorted(p.name for p in tmp_path.iterdir()) == [mine.name, linked.name, pipe.name]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_directories_of_another_user_are_left_alone(tmp_path: Path) -> None:
    left = left_by_a_killed_session(tmp_path)
    os.chown(left, 12345, 12345)

    assert remove_abandoned(tmp_path) == ()
    assert left.is_dir()


def test_a_link_is_not_followed_in_removing(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").touch()
    with temporary_directory("test", tmp_path) as directory:
        (directory / "link").symlink_to(kept)

    assert (kept / "file").exists()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(InfrastructureError, match="temporary files cannot be written") as caught,
        temporary_directory("test", tmp_path / "gone"),
    ):
        pass
    assert "TMPDIR" in caught.value.remedy
