"""Removes what a child left in the guest, so that the next one finds nothing of it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from pathlib import Path

from .watchdog import processes

PLACES = ("/tmp", "/dev/shm", "/dev/mqueue")  # noqa: S108 - the guest's own
MAX_SECONDS = 2.0

_IPC_RMID = 0
_SYSTEM_V = {"shm": "shmctl", "msg": "msgctl", "sem": "semctl"}


def kill_all(keep: frozenset[int]) -> None:
    """Kill and reap every process but this one and ``keep``.

    Only process 1 may do so: elsewhere it would reach beyond the guest.
    """
    if os.getpid() == 1:
        if keep:
            _kill_one_by_one(keep)
        else:
            with contextlib.suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)  # in one step, so that nothing can fork away
    _reap(keep)


def _kill_one_by_one(keep: frozenset[int]) -> None:
    for _ in range(50):
        others = [pid for pid in processes() if pid not in keep and not _is_zombie(pid)]
        if not others:
            return
        for pid in others:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _is_zombie(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
    except (OSError, IndexError):
        return True
    return state in (b"Z", b"X")


def _reap(keep: frozenset[int]) -> None:
    end = time.monotonic() + MAX_SECONDS
    while time.monotonic() < end:
        try:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if ended is not None and ended.si_pid in keep:
            return  # a loaded worker died; whoever uses it next will see
        if ended is not None:
            os.waitpid(ended.si_pid, 0)
        elif set(processes()) <= keep:
            return
        else:
            time.sleep(0.001)


def empty_places(places: tuple[str, ...] = PLACES, seconds: float = MAX_SECONDS) -> bool:
    """Remove all files of children and their System V objects; tell whether nothing is left."""
    end = time.monotonic() + seconds
    for name, control in _SYSTEM_V.items():
        _remove_objects(name, control)
    return all(_empty(place, end) for place in places)


def _empty(top: str, end: float) -> bool:
    """Empty a directory of any depth: each one found is first moved to the top."""
    found = 0
    while True:
        try:
            entries = os.listdir(os.fsencode(top))  # noqa: PTH208
        except OSError:
            return not os.path.isdir(top)  # noqa: PTH112 - not every guest has every place
        if not entries:
            return True
        for entry in entries:
            if time.monotonic() > end:
                return False
            path = os.path.join(os.fsencode(top), entry)  # noqa: PTH118 - bytes
            try:
                found = _remove(path, os.fsencode(top), found)
            except OSError:
                return False


def _remove(path: bytes, top: bytes, found: int) -> int:
    if not os.path.isdir(path) or os.path.islink(path):  # noqa: PTH112, PTH114
        os.unlink(path)  # noqa: PTH108
        return found
    os.chmod(path, 0o700)  # noqa: PTH101
    for entry in os.listdir(path):  # noqa: PTH208
        inner = os.path.join(path, entry)  # noqa: PTH118
        if os.path.isdir(inner) and not os.path.islink(inner):  # noqa: PTH112, PTH114
            os.chmod(inner, 0o700)  # noqa: PTH101
            found += 1
            os.rename(inner, os.path.join(top, b".left-%d-%d" % (os.getpid(), found)))  # noqa: PTH104, PTH118
        else:
            os.unlink(inner)  # noqa: PTH108
    os.rmdir(path)  # noqa: PTH106
    return found


def _remove_objects(name: str, control: str) -> None:
    try:
        lines = Path(f"/proc/sysvipc/{name}").read_text().splitlines()[1:]
    except OSError:
        return
    for line in lines:
        remove = getattr(ctypes.CDLL(None), control)
        identifier = int(line.split()[1])
        remove(identifier, 0, _IPC_RMID) if name == "sem" else remove(identifier, _IPC_RMID, 0)
