"""How much slower CPU-bound code is in a container, on a machine that does other things too.

Two processes of the same interpreter live through the whole measurement, one outside and one in a
container, and take turns. What is compared is processor time, not time on the clock, which on a
busy machine tells how long each waited; and of each turn the best of some repetitions, because
whoever has waited begins with cold caches. A second process outside tells what chance makes of it.
"""

from __future__ import annotations

import contextlib
import statistics
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from regoose_ci.sandbox.flags import ContainerSpec, run_arguments
from regoose_ci.sandbox.leftovers import new_name
from tests.sandbox.lab import LIMITS, Lab

TURNS = 40
SPINNER = """
import sys, time

def spin():
    began = time.process_time()
    total = 0
    for number in range(100_000):
        total += number * number % 7
    return time.process_time() - began

for line in sys.stdin:
    print(min(spin() for _ in range(5)), flush=True)
"""


@dataclass(frozen=True)
class SlowDown:
    """Ratios of processor time, less one, in per cent: medians of pairs."""

    container: float
    chance: float


def measure_slow_down(lab: Lab) -> SlowDown:
    """Let the three take turns and compare."""
    spec = lab.spec(lab.tree({"a.py": ""}))
    library = (("LD_LIBRARY_PATH", spec.library_path),) if spec.library_path else ()
    inside = ContainerSpec(
        new_name(),
        (spec.python, "-I", "-S", "-c", SPINNER),
        spec.mounts,
        (("PYTHONHASHSEED", "0"), *library),
        LIMITS,
    )
    outside = [str(lab.interpreter.executable), "-I", "-S", "-c", SPINNER]
    commands = {
        "outside": outside,
        "again": outside,
        "container": run_arguments(lab.sandbox.engine, inside),
    }
    times = _in_turns(commands, lab.place / "cache")
    return SlowDown(
        _median_ratio(times["container"], times["outside"]),
        _median_ratio(times["again"], times["outside"]),
    )


def _in_turns(commands: Mapping[str, Sequence[str]], cwd: Path) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in commands}
    with contextlib.ExitStack() as stack:
        spinners = {n: stack.enter_context(_started(c, cwd)) for n, c in commands.items()}
        for spinner in spinners.values():
            _spin(spinner)  # what the first turn does besides is not of interest
        for turn in range(TURNS):
            names = list(spinners)
            first = turn % len(names)
            for name in names[first:] + names[:first]:
                times[name].append(_spin(spinners[name]))
    return times


@contextlib.contextmanager
def _started(command: Sequence[str], cwd: Path) -> Iterator[subprocess.Popen[str]]:
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=cwd) as process:
        yield process


def _spin(process: subprocess.Popen[str]) -> float:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("turn\n")
    process.stdin.flush()
    return float(process.stdout.readline())


def _median_ratio(times: Sequence[float], base: Sequence[float]) -> float:
    return (statistics.median(t / b for t, b in zip(times, base, strict=True)) - 1) * 100
