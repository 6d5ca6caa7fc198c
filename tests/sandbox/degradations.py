"""What each level may do less well than promised, and why. Any other degradation is a failure."""

from __future__ import annotations

from pathlib import Path

from regoose_ci.domain.report import Level

_CONTROL_GROUPS = "control groups of version 1 cannot be given to ordinary users"

ALLOWED: dict[tuple[Level, str], str] = {
    ("rootless", "memory"): f"{_CONTROL_GROUPS}; a watchdog in the guest adds up its memory",
    ("rootless", "cpus"): f"{_CONTROL_GROUPS}; deadlines bound the time on all cores",
}
"""Level and limit, with the reason and what stands in. Cases 3, 4, 5 and 7 run against the
stand-in there, with the same outcome; ``pids`` is held everywhere by a user of its own for each
guest and ``nproc``."""


def allowed(level: Level) -> set[str]:
    """Return the limits that ``level`` may degrade on this machine."""
    if Path("/sys/fs/cgroup/cgroup.controllers").exists():
        return set()  # version 2: every level must hold everything
    return {limit for at, limit in ALLOWED if at == level}
