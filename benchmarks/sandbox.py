"""What the sandbox costs, against bare pytest and ``podman exec`` in the same run.

    python -m benchmarks.sandbox [--level LEVEL] [--rounds N] [--leaks RUNS] [--json FILE]

All times are medians in milliseconds. The targets are those of the design: cold start to first
result at most 300 ms over bare Python and pytest, a pre-started guest at most half of bare pytest,
CPU-bound code at most 2 % slower, everything dead within 1 s of the deadline, nothing left.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import anyio

from benchmarks.leaks import find_leaks
from benchmarks.slow_down import measure_slow_down
from regoose_ci.execution.jobs import run_test
from regoose_ci.guest.protocol import GUEST, TO_TEST, TOOLS, RunTestJob
from regoose_ci.sandbox.base import Guest
from regoose_ci.sandbox.flags import ContainerSpec, run_arguments
from regoose_ci.sandbox.leftovers import new_name, remove
from tests.sandbox.lab import LIMITS, Lab, attack, new_tag, open_lab, processes_named, tagged
from tests.sandbox.levels import levels

TEST = "def test_it():\n    assert sum(range(10)) == 45\n"
STUBBORN = """
import os, signal

def attack():
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    for _ in range(3):
        if os.fork() == 0:
            os.setsid()
    while True:
        pass
"""


@dataclass(frozen=True)
class Figure:
    """One figure; ``target`` is an upper bound, or ``None`` for a baseline."""

    name: str
    value: float
    unit: str
    target: float | None = None

    @property
    def holds(self) -> str:
        """Say whether the target is met."""
        return "" if self.target is None else "yes" if self.value <= self.target else "NO"


def milliseconds(work: Callable[[], object]) -> float:
    """Time one call."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


class Bench:
    """Measures one lab. What is compared is measured in turns, so that load meets both."""

    def __init__(self, lab: Lab, rounds: int) -> None:
        self._lab = lab
        self._rounds = rounds
        self._file = lab.place / "bench" / "test_it.py"
        self._file.parent.mkdir()
        self._file.write_text(TEST)
        self._job = RunTestJob("test_it.py", TEST, "test_it")
        self._tree = lab.tree({"hostile.py": ""})

    def starts(self) -> list[Figure]:
        """Cold and warm runs of a one-test file, and both baselines."""
        times: dict[str, list[float]] = {"bare": [], "exec": [], "cold": [], "warm": [], "end": []}
        name = self._warm_container()
        try:
            for _ in range(self._rounds):
                times["bare"].append(milliseconds(self._bare_pytest))
                times["exec"].append(milliseconds(lambda: self._exec_pytest(name)))
                cold, warm, end = anyio.run(self._guest_runs)
                times["cold"].append(cold)
                times["warm"].append(warm)
                times["end"].append(end)
        finally:
            remove(self._lab.sandbox.engine, name, self._lab.place / "cache")
        bare, executed, cold, warm, end = (statistics.median(v) for v in times.values())
        return [
            Figure("bare python -m pytest", bare, "ms"),
            Figure("engine exec python -m pytest in a warm container", executed, "ms"),
            Figure("cold start to first result", cold, "ms", bare + 300),
            Figure("pre-started guest to result", warm, "ms", 0.5 * bare),
            Figure("guest closed to container gone", end, "ms"),
        ]

    def slow_down(self) -> list[Figure]:
        """CPU-bound code in a container against the same code outside."""
        found = measure_slow_down(self._lab)
        return [
            Figure("CPU-bound code outside, against itself", found.chance, "%"),
            Figure("CPU-bound slow-down", found.container, "%", 2.0),
        ]

    def deadline(self) -> Figure:
        """Time from the deadline until no process of a stubborn child is left on the host."""
        late = []
        for _ in range(self._rounds):
            tag = new_tag()

            async def work(guest: Guest, tag: str = tag) -> float:
                began = time.perf_counter()
                await attack(guest, 0.5)
                while processes_named(tag):
                    time.sleep(0.005)  # noqa: ASYNC251 - nothing else runs here
                return (time.perf_counter() - began - 0.5) * 1000

            late.append(self._lab.using(tagged(tag) + STUBBORN, work))
        return Figure("deadline to fully dead (worst)", max(late), "ms", 1000)

    def leaks(self, runs: int) -> Figure:
        """Containers run by sessions that are killed now and then; count what is left."""
        leaks = find_leaks(self._lab, runs)
        name = f"left after {leaks.ran.runs} runs, {leaks.ran.killed} sessions killed"
        return Figure(name, leaks.count, "things", 0)

    async def _guest_runs(self) -> tuple[float, float, float]:
        began = time.perf_counter()
        async with self._lab.sandbox.start(self._lab.spec(self._tree, preload=TO_TEST)) as guest:
            await self._passes(guest)
            cold = time.perf_counter()
            await self._passes(guest)
            warm = time.perf_counter()
        end = time.perf_counter()
        return (cold - began) * 1000, (warm - cold) * 1000, (end - warm) * 1000

    async def _passes(self, guest: Guest) -> None:
        ended = await run_test(guest, self._job)
        assert ended.run is not None
        assert ended.run.outcome == "passed"

    def _bare_pytest(self) -> None:
        command = [self._lab.interpreter.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        environment = {**os.environ, "PYTHONPATH": str(self._lab.tools), "PYTHONSAFEPATH": "1"}
        subprocess.run(
            [*command, self._file], check=True, capture_output=True, env=environment, cwd="/"
        )

    def _warm_container(self) -> str:
        spec = self._lab.spec(self._file.parent)
        environment = {"PYTHONPATH": TOOLS, "HOME": "/tmp"}
        if spec.library_path:
            environment["LD_LIBRARY_PATH"] = spec.library_path
        mounts = tuple(mount for mount in spec.mounts if mount.target != GUEST)
        container = ContainerSpec(
            new_name(), ("/usr/bin/sleep", "3600"), mounts, tuple(environment.items()), LIMITS
        )
        command = run_arguments(self._lab.sandbox.engine, container)
        command.insert(2, "--detach")
        subprocess.run(command, check=True, capture_output=True, cwd=self._lab.place / "cache")
        return container.name

    def _exec_pytest(self, name: str) -> None:
        python = self._lab.spec(self._file.parent).python
        command = [self._lab.sandbox.engine.command, "exec", name, python, "-m", "pytest", "-q"]
        command += ["-p", "no:cacheprovider", "/work/repo/test_it.py"]
        subprocess.run(command, check=True, capture_output=True, cwd=self._lab.place / "cache")


def main() -> None:
    """Measure and print; as JSON too, if asked."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.sandbox")
    parser.add_argument("--level", choices=levels(), default=levels()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--leaks", type=int, default=1000, metavar="RUNS")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with open_lab(options.level) as lab:
        bench = Bench(lab, options.rounds)
        figures = [*bench.starts(), *bench.slow_down(), bench.deadline()]
        if options.leaks:
            figures.append(bench.leaks(options.leaks))
    load = os.getloadavg()[0]
    print(f"level {options.level}, {options.rounds} rounds, load {load:.1f}")
    for figure in figures:
        target = "" if figure.target is None else f"≤ {figure.target:.0f}"
        print(f"{figure.name:52}{figure.value:9.1f} {figure.unit:7}{target:>8} {figure.holds}")
    if options.json:
        found = {"level": options.level, "load": load, "figures": [asdict(f) for f in figures]}
        options.json.write_text(json.dumps(found, indent=1) + "\n")
    if any(figure.holds == "NO" for figure in figures):
        sys.exit(1)


if __name__ == "__main__":
    main()
