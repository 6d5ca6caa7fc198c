"""Runs a suite on one module, as it is or with faults. Started by ``scoring.py``, never imported.

    python judge.py JOB.json RESULT.json

It needs pytest and coverage beside it and nothing of ours. Each fault gets a forked child, into
which the faulty module is imported in place of its file.
"""

from __future__ import annotations

import importlib.machinery
import json
import os
import random
import resource
import signal
import sys
import time
from pathlib import Path
from types import CodeType
from typing import Any

import coverage
import pytest

Job = dict[str, Any]
"""As ``scoring.py`` writes it."""


class Order:
    """Leaves tests out, shuffles the others, and keeps their outcomes."""

    def __init__(self, left_out: list[str], seed: int | None) -> None:
        self.left_out = frozenset(left_out)
        self.seed = seed
        self.outcomes: dict[str, str] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out and shuffle."""
        items[:] = [item for item in items if item.nodeid not in self.left_out]
        if self.seed is not None:
            random.Random(self.seed).shuffle(items)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note files that do not import."""
        if report.failed:
            self.outcomes[report.nodeid] = "broken"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the outcome of a test, or of its set-up or tear-down when that fails."""
        expected = hasattr(report, "wasxfail")
        if report.when == "call" or (report.when == "setup" and not report.passed):
            self.outcomes[report.nodeid] = "xfailed" if expected else report.outcome
        elif report.failed:
            self.outcomes[report.nodeid] = "failed"


def run_tests(job: Job, *options: str) -> dict[str, str]:
    """Run the job's tests in this process; return outcomes by test."""
    order = Order(job["left_out"], job.get("seed"))
    fixed = ["-q", "-p", "no:cacheprovider", "-W", "ignore", "-c", os.devnull]
    fixed += [f"--rootdir={job['root']}", "--continue-on-collection-errors"]
    pytest.main([*fixed, *options, *job["tests"]], plugins=[order])
    return order.outcomes


def observe(job: Job) -> Job:
    """Run all tests once; with coverage of the module's branches, if asked."""
    began, began_cpu = time.monotonic(), time.process_time()
    if not job["cover"]:
        outcomes, took = run_tests(job), time.monotonic() - began
        cpu = time.process_time() - began_cpu
        return {"outcomes": outcomes, "seconds": took, "cpu_seconds": cpu}
    measured = coverage.Coverage(branch=True, include=[job["module"]], data_file=None)
    with measured.collect():
        outcomes = run_tests(job)
    told = Path(job["module"]).with_name("cover.json")
    measured.json_report(outfile=str(told))
    totals = json.loads(told.read_text())["totals"]
    return {
        "outcomes": outcomes,
        "branches": [totals["covered_branches"], totals["num_branches"]],
        "lines": [totals["covered_lines"], totals["num_statements"]],
    }


def with_fault(job: Job, source: str) -> None:
    """Run the tests on the faulty module until one fails; end this process."""
    original = importlib.machinery.SourceFileLoader.get_code

    def get_code(loader: importlib.machinery.SourceFileLoader, name: str) -> CodeType | None:
        if loader.path == job["module"]:
            return compile(source, loader.path, "exec", dont_inherit=True)
        return original(loader, name)

    importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[assignment,method-assign]
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    outcomes = run_tests(job, "-x")
    os._exit(0 if all(o in ("passed", "xfailed", "skipped") for o in outcomes.values()) else 1)


def is_noticed(job: Job, source: str) -> bool:
    """Tell whether some test fails, or the suite does not finish, on the faulty module.

    What takes too long is told by its processor time: other load must not decide.
    """
    child = os.fork()
    if child == 0:
        os.setsid()
        seconds = int(job["cpu_seconds"]) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        try:
            with_fault(job, source)
        finally:
            os._exit(1)
    end = time.monotonic() + job["timeout"]
    pause = 0.002
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status != 0
        time.sleep(pause)
        pause = min(0.02, pause * 1.5)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def main() -> None:
    """Do the job that the first argument names; leave its result where the second says."""
    asked, answer = map(Path, sys.argv[1:])
    job = json.loads(asked.read_text())
    if job["task"] == "observe":
        result = observe(job)
    else:
        result = {"noticed": [is_noticed(job, source) for source in job["faults"]]}
    answer.write_text(json.dumps(result))


main()
