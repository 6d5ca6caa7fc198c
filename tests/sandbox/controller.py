"""What hostile code does to the process that controls it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def growth() -> Iterator[list[int]]:
    """Yield a list that holds, afterwards, by how many bytes this process's memory peaked."""
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    before = _peak()
    grown: list[int] = []
    yield grown
    grown.append(_peak() - before)


def _peak() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM:"))
