"""Job ``run_test``: run one test of a generated file and hand over pytest's own record of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_jsonreport.plugin import JSONReport

from ..protocol import REPOSITORY, RunTestJob, TestRun
from ..tracing import Tracer

MAX_DETAIL = 2000


class _Trace:
    """Traces the call phase of a test."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self) -> Iterator[None]:
        with self._tracer.tracing():
            yield


def run_test(job: RunTestJob, root: str = REPOSITORY) -> Iterator[TestRun]:
    """Run the job's test against the tree at ``root`` and yield its record."""
    directory = Path(tempfile.mkdtemp(prefix="generated-"))
    path = directory / os.path.basename(job.file_name)  # noqa: PTH119 - a name, never a path
    path.write_text(job.source, encoding="utf-8")
    tracer = Tracer(job.watch, root)
    report = JSONReport()
    arguments = ["-q", "-p", "no:cacheprovider", "--noconftest", "-c", os.devnull]
    arguments += [f"--rootdir={directory}", "--import-mode=importlib", "-W", "ignore"]
    arguments += ["-p", "pytest_metadata.plugin", "-p", "pytest_jsonreport.plugin"]
    arguments += ["--json-report-file=none", f"{path}::{job.test}"]
    pytest.main(arguments, plugins=[report, _Trace(tracer)])
    yield _read(report.report, tracer)


def _read(report: dict, tracer: Tracer) -> TestRun:  # type: ignore[type-arg]
    tests = report.get("tests", [])
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
    return TestRun(collected, worst, duration, detail[-MAX_DETAIL:], tracer.take())
