"""Temporary directories of which one can tell whether their owner still lives.

Each holds a file that the process which made it keeps locked. The kernel gives the lock back
when that process ends, however it ends; so what a killed session left is told from what a running
one uses, in another container too.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from regoose_ci.errors import InfrastructureError

PREFIX = "regoose-"
_LOCK = ".regoose-lock"


@contextlib.contextmanager
def temporary_directory(purpose: str, place: Path | None = None) -> Iterator[Path]:
    """Make a directory that only this user may enter, and remove it at the end.

    It lies in ``place``, by default where this machine keeps temporary files.

    Raises:
        InfrastructureError: it cannot be made.
    """
    try:
        path, lock = _make(f"{PREFIX}{purpose}-", place)
    except OSError as error:
        raise InfrastructureError(
            f"temporary files cannot be written: {error.strerror}",
            "Free some space, or name other places: TMPDIR, REGOOSE_CACHE_DIR.",
        ) from error
    try:
        yield path
    finally:
        _remove(path)
        os.close(lock)


def remove_abandoned(place: Path | None = None) -> tuple[Path, ...]:
    """Remove such directories in ``place`` whose owners are gone; return those that were there.

    Directories of other users, and such as merely have a name like ours, are left alone.
    """
    found = Path(tempfile.gettempdir() if place is None else place).glob(f"{PREFIX}*-*")
    return tuple(path for path in found if _remove_if_abandoned(path))


def _make(prefix: str, place: Path | None) -> tuple[Path, int]:
    while True:
        path = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
        lock = os.open(path / _LOCK, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.fstat(lock).st_nlink:
            return path, lock
        os.close(lock)  # it was taken for abandoned before it was locked


def _remove_if_abandoned(path: Path) -> bool:
    try:
        if path.lstat().st_uid != os.geteuid():
            return False
        lock = os.open(path / _LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:  # none of ours, or its owner is removing it
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    else:
        _remove(path)
        return True
    finally:
        os.close(lock)


def _remove(path: Path) -> None:
    """Remove the lock last: without it, what is left could not be told from a stranger's."""
    with contextlib.suppress(FileNotFoundError):
        for inside in path.iterdir():
            if inside.is_dir() and not inside.is_symlink():
                shutil.rmtree(inside, ignore_errors=True)
            elif inside.name != _LOCK:
                inside.unlink()
    shutil.rmtree(path, ignore_errors=True)
