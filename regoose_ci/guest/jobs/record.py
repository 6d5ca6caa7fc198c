"""Job ``record``: run existing tests and examples and record the calls that reach targets."""

from __future__ import annotations

import ast
import contextlib
import os
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import pytest

from ..doctests import Doctests
from ..protocol import REPOSITORY, Made, Recorded, RecordJob
from ..recorder import Recorder
from ..stubs import missing_packages_stubbed

TEST_SHARE = 0.2
"""Share of the time that one test may take, so that others have their turn."""
SHORTEST_TEST = 0.5
DOCUMENT_SHARE = 0.25
"""Share of the time that the examples of documents may take: they come before the tests."""
GRACE = 0.5
"""Seconds after the end of the time when a test is interrupted."""
_RAISING = ("raises", "assertRaises", "assertRaisesRegex", "warns", "assertRaisesRegexp")


class _Exceptions:
    """Lines of test files that stand where an exception is expected."""

    def __init__(self) -> None:
        self._lines: dict[str, frozenset[int]] = {}

    def expected(self, path: str, line: int) -> bool:
        if path not in self._lines:
            self._lines[path] = _raising_lines(path)
        return line in self._lines[path]


def _raising_lines(path: str) -> frozenset[int]:
    try:
        tree = ast.parse(Path(path).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return frozenset()
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.With, ast.AsyncWith)):
            calls = [item.context_expr for item in node.items]
        elif isinstance(node, ast.Call):
            calls = [node]
        else:
            continue
        if any(_is_raising(call) for call in calls):
            lines.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return frozenset(lines)


def _is_raising(node: ast.expr) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in _RAISING


class _Plugin:
    """Records during each test's call, and stops the run when the time or the wish is over."""

    def __init__(self, recorder: Recorder, job: RecordJob) -> None:
        self._recorder = recorder
        self._end = time.monotonic() + job.seconds
        self._names = set(job.names)
        self._most = max(SHORTEST_TEST, job.seconds * TEST_SHARE)
        self.ran = 0

    @property
    def wants_more(self) -> bool:
        """There is time left, and something left to record."""
        return time.monotonic() < self._end and not self._recorder.satisfied

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Run the tests that use one of the job's names first, of each a few parameters first."""
        _keep_examples_few()
        seen: Counter[object] = Counter()
        rank: dict[pytest.Item, tuple[bool, int]] = {}
        for item in items:
            function = getattr(item, "function", item)
            rank[item] = (not self._names & _names_in(item), seen[function])
            seen[function] += 1
        items.sort(key=rank.__getitem__)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._recorder.test = item.nodeid
        self.ran += 1
        with self._recorder.recording():
            yield
        if not self.wants_more:
            item.session.shouldstop = "enough was recorded"

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self) -> Iterator[None]:
        signal.setitimer(signal.ITIMER_REAL, min(self._most, self.left))
        yield
        signal.setitimer(signal.ITIMER_REAL, self.left, 0.5)

    @property
    def left(self) -> float:
        """Seconds until a running test is interrupted for good."""
        return max(0.01, self._end - time.monotonic() + GRACE)


def _keep_examples_few() -> None:
    """Let property tests try a handful of examples: it is their calls that are wanted."""
    hypothesis = sys.modules.get("hypothesis")
    if hypothesis is not None:
        settings = hypothesis.settings
        quick = settings(max_examples=5, deadline=None, database=None, derandomize=True)
        settings.register_profile("recording", quick)
        settings.load_profile("recording")


def _names_in(item: pytest.Item) -> set[str]:
    code = getattr(getattr(item, "function", None), "__code__", None)
    words = re.split(r"\W+|_", item.nodeid)
    return {*getattr(code, "co_names", ()), *words, *re.split(r"\W+", item.name)}


@dataclass(frozen=True)
class _Attempt:
    """A way to run somebody's tests: as the project does, then with less and less of its own."""

    plugins: bool
    options: tuple[str, ...] = ()


_ATTEMPTS = (
    _Attempt(plugins=True),
    _Attempt(plugins=False),
    _Attempt(plugins=False, options=("--import-mode=importlib",)),
    _Attempt(plugins=False, options=("--import-mode=importlib", "--noconftest")),
)


def _run_tests(files: Sequence[str], root: str, attempt: _Attempt, plugin: _Plugin) -> None:
    if attempt.plugins:
        os.environ.pop("PYTEST_DISABLE_PLUGIN_AUTOLOAD", None)
    else:
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    arguments = [
        "-q",
        "--tb=native",
        "-p",
        "no:cacheprovider",
        f"--rootdir={root}",
        *attempt.options,
    ]
    arguments += ["-o", "addopts=", "-o", "filterwarnings=", "--continue-on-collection-errors"]
    pytest.main([*arguments, *(f"{root}/{path}" for path in files)], plugins=[plugin])


class _EnoughError(BaseException):
    """Raised into a running test at the end of its time."""


def _run_in_parts(job: RecordJob, root: str, plugin: _Plugin) -> None:
    """Run the most telling file alone, then the others, for as long as more is wanted.

    Of the ways to run tests, the first counts in which some test ran.
    """
    parts = [part for part in (job.files[:1], job.files[1:4], job.files[4:]) if part]
    for attempt in _ATTEMPTS:
        for part in parts:
            if plugin.wants_more:
                _run_tests(part, root, attempt, plugin)
        if plugin.ran:
            return


def _run_documents(
    job: RecordJob, doctests: Doctests, recorder: Recorder, wants_more: Callable[[], bool]
) -> None:
    """Run the examples of documents, for a share of the time: their authors chose them to tell."""
    share = job.seconds * DOCUMENT_SHARE
    end = time.monotonic() + share
    with contextlib.suppress(_EnoughError):
        signal.setitimer(signal.ITIMER_REAL, share, 0.5)
        for test in doctests.find(job.documents):
            left = end - time.monotonic()
            if left <= 0 or not wants_more():
                break
            recorder.test = test.name
            with contextlib.suppress(_EnoughError):
                signal.setitimer(signal.ITIMER_REAL, min(left, share / 2), 0.5)
                doctests.run(test, recorder.recording)
            signal.setitimer(signal.ITIMER_REAL, max(0.01, end - time.monotonic()), 0.5)


def record(job: RecordJob, root: str = REPOSITORY) -> Iterator[Recorded | Made]:
    """Run the job's documents and test files below ``root`` and yield what was recorded.

    It is yielded however the run ends.
    """
    exceptions = _Exceptions()
    doctests = Doctests(job.targets, root)
    tests = frozenset(f"{root}/{path}" for path in job.files)

    def is_test(path: str) -> bool:
        is_below = path.startswith(root)
        return path in tests or doctests.holds(path) or (is_below and _is_test(path[len(root) :]))

    def expects_exception(path: str, line: int) -> bool:
        return doctests.expects_exception(path) or exceptions.expected(path, line)

    recorder = Recorder(job.targets, job.max_calls, is_test, expects_exception, root)

    def enough(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        raise _EnoughError

    signal.signal(signal.SIGALRM, enough)
    plugin = _Plugin(recorder, job)
    try:
        with missing_packages_stubbed(is_test):
            _run_documents(job, doctests, recorder, lambda: plugin.wants_more)
            signal.setitimer(signal.ITIMER_REAL, plugin.left, 0.5)
            _run_in_parts(job, root, plugin)
    except (_EnoughError, Exception, SystemExit):  # noqa: BLE001 - recorded calls are what counts
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    yield from recorder.take()
    yield from recorder.objects()


def _is_test(path: str) -> bool:
    name = os.path.basename(path)  # noqa: PTH119 - called for every new code object
    return name.startswith("test_") or name == "conftest.py" or "/tests/" in path
