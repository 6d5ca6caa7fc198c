"""Stands in for limits that the engine does not hold, and tells which limit ended a child.

The memory of a guest is what its processes hold (private and shared pages), its files in ``/tmp``
and ``/dev/shm``, System V segments, and files in memory that are open but not mapped.
"""

from __future__ import annotations

import os
from pathlib import Path

MEMORY = "memory"
FILES = "files"
PROCESSES = "processes"

_PAGE = os.sysconf("SC_PAGESIZE")
_OOM_COUNTERS = (
    "/sys/fs/cgroup/memory/memory.oom_control",
    "/sys/fs/cgroup/memory.events",
    "/sys/fs/cgroup/memory/memory.events",
)


class LimitError(Exception):
    """Reviewed code went beyond a limit; the message is the limit's name."""


class Watchdog:
    """Looks at everything in the guest but its first process."""

    def __init__(self, memory_mb: int, tmp_files: int) -> None:
        self._memory = memory_mb << 20
        self._tmp_files = tmp_files
        self._oom_kills = oom_kills()

    def check(self) -> None:
        """Raise ``LimitError`` when a limit is passed."""
        tmp = os.statvfs("/tmp")  # noqa: S108 - the guest's own
        if tmp.f_files - tmp.f_ffree > self._tmp_files:
            raise LimitError(FILES)
        if self._memory and self._memory_in_use() > self._memory:
            raise LimitError(MEMORY)

    def killed_for_memory(self) -> bool:
        """Tell whether the kernel killed a process of this guest for memory since last asked."""
        before, self._oom_kills = self._oom_kills, oom_kills()
        return self._oom_kills > before

    def _memory_in_use(self) -> int:
        """Bytes in use; pages that processes share are told apart only when that matters."""
        pids = processes()
        files = _file_system("/tmp") + _file_system("/dev/shm") + _segments()  # noqa: S108
        files += sum(_open_memory_files(pid) for pid in pids)
        total = files + sum(_resident(pid) for pid in pids)
        if total <= self._memory:
            return total
        return files + sum(_proportional(pid) for pid in pids)


def processes() -> list[int]:
    """Return the ids of all processes of the guest but the first."""
    names = os.listdir("/proc")  # noqa: PTH208 - read every few milliseconds
    return [int(name) for name in names if name.isdigit() and name != "1"]


def _resident(pid: int) -> int:
    """Bytes of private and shared memory; pages of files do not count."""
    return _sum_of(pid, "status", ("RssAnon:", "RssShmem:"))


def _proportional(pid: int) -> int:
    """The same, but a page that n processes share counts 1/n; slower to find out."""
    return _sum_of(pid, "smaps_rollup", ("Pss_Anon:", "Pss_Shmem:"))


def _has_memory(pid: int) -> bool:
    """Whether a process is alive: one that ends has given its memory back, and is a zombie then."""
    try:
        with open(f"/proc/{pid}/status") as status:  # noqa: PTH123
            return "\nVmRSS:" in status.read()
    except OSError:
        return False


def _sum_of(pid: int, file: str, names: tuple[str, ...]) -> int:
    """Add up the lines of a status file that begin with one of ``names``, in bytes.

    A process that hides is treated as one that is over the limit.
    """
    try:
        with open(f"/proc/{pid}/{file}") as status:  # noqa: PTH123
            lines = status.read().splitlines()
    except PermissionError as error:
        if _has_memory(pid):
            raise LimitError(MEMORY) from error
        return 0
    except OSError:
        return 0
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith(names))


def _open_memory_files(pid: int) -> int:
    """Bytes of files in memory (``memfd_create``) that a process holds open.

    A process that hides its descriptors from a look is treated as one that is over the limit.
    """
    directory = f"/proc/{pid}/fd"
    try:
        names = os.listdir(directory)  # noqa: PTH208
    except PermissionError as error:
        if not _has_memory(pid):
            return 0  # a process that ends hides its descriptors without wanting to
        raise LimitError(MEMORY) from error
    except OSError:
        return 0
    total = 0
    for name in names:
        try:
            if os.readlink(f"{directory}/{name}").startswith("/memfd:"):  # noqa: PTH115
                total += os.stat(f"{directory}/{name}").st_blocks * 512  # noqa: PTH116
        except OSError:
            continue
    return total


def _file_system(path: str) -> int:
    used = os.statvfs(path)
    return (used.f_blocks - used.f_bfree) * used.f_frsize


def _segments() -> int:
    try:
        lines = Path("/proc/sysvipc/shm").read_text().splitlines()[1:]
    except OSError:
        return 0
    return sum(int(line.split()[14]) for line in lines)


def oom_kills() -> int:
    """How many processes the kernel killed in this guest's cgroup; 0 where that is not told."""
    for counter in _OOM_COUNTERS:
        try:
            lines = Path(counter).read_text().splitlines()
        except OSError:
            continue
        return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))
    return 0
