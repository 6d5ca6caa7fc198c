"""Jobs ``run_test`` and ``run_tests``: run tests of a generated file, tell what pytest noted."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_jsonreport.plugin import JSONReport

from ..deadline import CallTimeoutError, deadline
from ..protocol import REPOSITORY, Reach, RunTestJob, RunTestsJob, TestRun
from ..tracing import Tracer

MAX_DETAIL = 2000


class _Trace:
    """Traces and times the call phases of tests; keeps apart what each test function reaches."""

    def __init__(self, job: RunTestsJob, root: str) -> None:
        self._job = job
        self._root = root
        self._tracers: dict[str, Tracer] = {}
        self.late: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        name = _function_of(item.nodeid)
        seconds = self._job.seconds
        limit = contextlib.nullcontext() if seconds is None else deadline(seconds)
        tracer = self._tracers.setdefault(name, Tracer(self._job.watch, self._root))
        try:
            with limit, tracer.tracing():
                yield
        except CallTimeoutError:
            self.late.add(name)
            raise

    def take(self, name: str) -> Reach:
        tracer = self._tracers.get(name)
        return Reach() if tracer is None else tracer.take()


def run_test(job: RunTestJob, root: str = REPOSITORY) -> Iterator[TestRun]:
    """Run the job's test against the tree at ``root`` and yield its record."""
    tests = RunTestsJob(job.file_name, job.source, (job.test,), job.watch, job.seconds)
    return run_tests(tests, root)


def run_tests(job: RunTestsJob, root: str = REPOSITORY) -> Iterator[TestRun]:
    """Run the job's tests against the tree at ``root`` and yield their records, in order.

    Tests that nobody asked for have a record too, so that they are noticed.
    """
    directory = Path(tempfile.mkdtemp(prefix="generated-"))
    path = directory / os.path.basename(job.file_name)  # noqa: PTH119 - a name, never a path
    path.write_text(job.source, encoding="utf-8")
    trace, report = _Trace(job, root), JSONReport()
    arguments = ["-q", "-p", "no:cacheprovider", "--noconftest", "-c", os.devnull]
    arguments += [f"--rootdir={directory}", f"--confcutdir={directory}"]
    arguments += ["--import-mode=importlib", "-W", "ignore"]
    # They only warn, and to do so one collects all garbage.
    arguments += ["-p", "no:unraisableexception", "-p", "no:threadexception"]
    arguments += ["-p", "pytest_metadata.plugin", "-p", "pytest_jsonreport.plugin"]
    arguments += ["--json-report-file=none", *(f"{path}::{name}" for name in job.tests)]
    pytest.main(arguments, plugins=[report, trace])
    found = [_function_of(test["nodeid"]) for test in report.report.get("tests", [])]
    for name in dict.fromkeys([*job.tests, *found]):
        run = _read(report.report, name, trace.take(name))
        yield dataclasses.replace(run, outcome="timeout") if name in trace.late else run


def _function_of(node_id: str) -> str:
    return node_id.split("::", 1)[-1].partition("[")[0]


def _read(report: dict, name: str, reach: Reach) -> TestRun:  # type: ignore[type-arg]
    tests = [t for t in report.get("tests", []) if _function_of(t["nodeid"]) == name]
    collected = tuple(test["nodeid"].split("::", 1)[-1] for test in tests)
    if not tests:
        failed = [c for c in report.get("collectors", []) if c.get("outcome") == "failed"]
        detail = str(failed[0].get("longrepr", "")) if failed else "nothing was collected"
        return TestRun((), "none", detail=detail[-MAX_DETAIL:])
    outcomes = [test["outcome"] for test in tests]
    worst = next((o for o in ("error", "failed", "skipped") if o in outcomes), outcomes[0])
    phases = ("setup", "call", "teardown")
    details = [str(test[p].get("longrepr", "")) for test in tests for p in phases if test.get(p)]
    detail = next((d for d in details if d), "")
    duration = sum(test[p]["duration"] for test in tests for p in phases if test.get(p))
    return TestRun(collected, worst, duration, detail[-MAX_DETAIL:], reach)
