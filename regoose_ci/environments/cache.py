"""Directories that are made once, published whole, and checked before they are used again."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio

_CONTENT = "content"
_SEAL = "seal.json"
_POLL_SECONDS = 0.1

Maker = Callable[[Path], Awaitable[Sequence[str]]]
"""Fills an empty directory and returns the sentences to remember about it."""


@dataclass(frozen=True)
class CachedDirectory:
    """A published directory, and the sentences its maker left about it."""

    path: Path
    notes: tuple[str, ...]


def cache_key(*parts: str) -> str:
    """Hash what a directory depends on into its name."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


async def cached_directory(cache: Path, key: str, make: Maker) -> CachedDirectory:
    """Return the directory ``key`` of ``cache``, made by ``make`` when there is none yet.

    Two processes that want the same directory make it once. A directory that was left half
    made, or that has lost or gained files since, is made anew. What is published is readable
    by everyone, because guests run as a user of their own.
    """
    entry = cache / key
    found = await anyio.to_thread.run_sync(_open_sealed, entry)
    if found is not None:
        return found
    async with _locked(cache / f"{key}.lock"):
        found = await anyio.to_thread.run_sync(_open_sealed, entry)
        if found is not None:
            return found
        unfinished = cache / f"{key}.unfinished"
        await anyio.to_thread.run_sync(_start_over, entry, unfinished)
        try:
            notes = tuple(await make(unfinished / _CONTENT))
            await anyio.to_thread.run_sync(_seal, unfinished, notes)
            unfinished.rename(entry)
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(_remove, unfinished)
    return CachedDirectory(entry / _CONTENT, notes)


def remove_unfinished(cache: Path) -> None:
    """Remove what killed processes left half made in ``cache``; what is being made stays."""
    for unfinished in cache.glob("*.unfinished"):
        descriptor = _open_lock(cache / f"{unfinished.stem}.lock")
        try:
            if _try_lock(descriptor):
                _remove(unfinished)
        finally:
            os.close(descriptor)


@asynccontextmanager
async def _locked(path: Path) -> AsyncIterator[None]:
    descriptor = await anyio.to_thread.run_sync(_open_lock, path)
    try:
        # Polled, so that waiting can be cancelled; the holder is another process, no event of ours.
        while not _try_lock(descriptor):  # noqa: ASYNC110
            await anyio.sleep(_POLL_SECONDS)
        yield
    finally:
        os.close(descriptor)  # closing gives the lock back, also when this process is killed


def _open_lock(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _open_sealed(entry: Path) -> CachedDirectory | None:
    try:
        seal = json.loads((entry / _SEAL).read_bytes())
        files, size, notes = seal["files"], seal["bytes"], seal["notes"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if (files, size) != _measure(entry / _CONTENT):
        return None
    return CachedDirectory(entry / _CONTENT, tuple(str(note) for note in notes))


def _seal(unfinished: Path, notes: Sequence[str]) -> None:
    make_readable(unfinished)
    files, size = _measure(unfinished / _CONTENT)
    seal = {"files": files, "bytes": size, "notes": list(notes)}
    (unfinished / _SEAL).write_text(json.dumps(seal), encoding="utf-8")


def _measure(directory: Path) -> tuple[int, int]:
    files = size = 0
    for parent, _, names in os.walk(directory):
        for name in names:
            files += 1
            size += Path(parent, name).lstat().st_size
    return files, size


def make_readable(directory: Path) -> None:
    """Let every user read ``directory`` and what is below it, following no links."""
    for parent, directories, names in os.walk(directory):
        for name in (*directories, *names):
            path = Path(parent, name)
            if not path.is_symlink():
                mode = path.stat().st_mode & 0o777
                path.chmod(mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))
    directory.chmod(directory.stat().st_mode & 0o777 | 0o555)


def _start_over(entry: Path, unfinished: Path) -> None:
    _remove(unfinished)
    _remove(entry)
    (unfinished / _CONTENT).mkdir(parents=True)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
