"""What a guest really gets: run once in a small container, printed as JSON.

Started as ``python -I -S canary.py MEMORY_MB PIDS CPUS``; provokes one out-of-memory and one
process refusal, and reads back identity, capabilities and network interfaces.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from pathlib import Path

_CLONE_NEWUSER = 0x1000_0000


def memory_is_held(limit_mb: int) -> bool:
    """Tell whether a child that touches 1.5 times the limit is stopped."""
    child = os.fork()
    if child == 0:
        try:
            block = bytearray(limit_mb * 3 // 2 * 1024 * 1024)
            for page in range(0, len(block), 4096):
                block[page] = 1
        except MemoryError:
            os._exit(9)
        os._exit(0)
    return os.waitpid(child, 0)[1] != 0


def pids_are_held(limit: int) -> bool:
    """Tell whether more than ``limit`` processes are refused."""
    children: list[int] = []
    refused = False
    for _ in range(limit + 8):
        try:
            child = os.fork()
        except OSError:
            refused = True
            break
        if child == 0:
            signal.pause()
            os._exit(0)
        children.append(child)
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return refused


def cpus_are_held(limit: float) -> bool:
    """Tell whether the scheduler's quota for this container is ``limit`` cores or less."""
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
    except (OSError, ValueError):
        try:
            quota = Path("/sys/fs/cgroup/cpu/cpu.cfs_quota_us").read_text()
            period = Path("/sys/fs/cgroup/cpu/cpu.cfs_period_us").read_text()
        except OSError:
            return False
    return quota.strip() not in ("max", "-1") and int(quota) <= limit * int(period)


def system_calls_are_held() -> bool:
    """Tell whether a new user namespace is refused, through which more of the kernel is reached."""
    child = os.fork()
    if child == 0:
        os._exit(0 if ctypes.CDLL(None).unshare(_CLONE_NEWUSER) else 1)
    return os.waitpid(child, 0)[1] == 0


def main() -> None:
    """Probe and print."""
    memory_mb, pids, cpus = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    status = dict(
        line.split(":\t", 1)
        for line in Path("/proc/self/status").read_text().splitlines()
        if ":\t" in line
    )
    seen = {
        "uid": os.getuid(),
        "cap_eff": int(status["CapEff"], 16),
        "no_new_privs": int(status["NoNewPrivs"]),
        "seccomp": int(status["Seccomp"]),
        "interfaces": sorted(
            line.split(":")[0].strip()
            for line in Path("/proc/net/dev").read_text().splitlines()[2:]
        ),
        "root_writable": os.access("/", os.W_OK),
        "memory_held": memory_is_held(memory_mb),
        "pids_held": pids_are_held(pids),
        "cpus_held": cpus_are_held(cpus),
        "system_calls_held": system_calls_are_held(),
    }
    print(json.dumps(seen))  # noqa: T201 - the output is what it is for


if __name__ == "__main__":
    main()
