"""Runs generated tests on one revision and says what can be believed of them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

from regoose_ci.domain.bounds import MAX_DETAIL, MAX_TEST_BYTES, MAX_TEST_LINES
from regoose_ci.domain.candidates import CandidateTest, RunOutcome, RunRecord
from regoose_ci.domain.changes import ChangedFunction, FunctionSource
from regoose_ci.domain.observations import OutcomeKind
from regoose_ci.domain.revisions import Revision
from regoose_ci.execution.expected import expected_tests
from regoose_ci.execution.findings import sources_of, target_of
from regoose_ci.execution.jobs import TEST_TIMEOUT, Ended, run_test, run_tests
from regoose_ci.execution.patience import HANG_TIMEOUT
from regoose_ci.guest.protocol import Reach, RunTestJob, RunTestsJob, TestRun
from regoose_ci.sandbox.base import Guest

SECONDS_EACH = 1.0
"""More time for each test that shares a process with others."""

_FILE = "test_generated.py"
_OUTCOMES = {
    "passed": RunOutcome.PASSED,
    "failed": RunOutcome.FAILED,
    "timeout": RunOutcome.TIMEOUT,
}


def size_problem(source: str) -> str:
    """Say why the file of a generated test is too large to be run; empty when it is not."""
    size, lines = len(source.encode(errors="surrogatepass")), source.count("\n")
    if size > MAX_TEST_BYTES:
        return f"it holds {size:,} bytes, more than {MAX_TEST_BYTES:,}"
    if lines > MAX_TEST_LINES:
        return f"it has {lines:,} lines, more than {MAX_TEST_LINES:,}"
    return ""


def hangs(test: CandidateTest, revision: Revision) -> bool:
    """Tell whether the call that a test was made from did not finish on a revision."""
    seen = (o.outcomes.get(revision) for o in test.observations)
    return any(outcome is not None and outcome.kind is OutcomeKind.TIMEOUT for outcome in seen)


def timeout_of(test: CandidateTest, revision: Revision) -> float:
    """Seconds for a test: what is known not to finish need not be waited for long."""
    return HANG_TIMEOUT if hangs(test, revision) else TEST_TIMEOUT


@dataclasses.dataclass(frozen=True, slots=True)
class TestInFile:
    """A test by its name, and the text of the file that it stands in."""

    name: str
    source: str
    timeout: float = TEST_TIMEOUT
    """Seconds after which it counts as one that does not finish."""
    seconds: float | None = None
    """Seconds for the test itself, its start not counted; None for all of the time."""

    __test__ = False


async def run_on(
    guest: Guest, revision: Revision, function: ChangedFunction, test: TestInFile
) -> RunRecord:
    """Run a test.

    A record whose tests are not the expected one, or whose process did not end cleanly, is not
    trusted.
    """
    where = sources_of(function).get(revision)
    watch = () if where is None else (target_of(function, where),)
    job = RunTestJob(_FILE, test.source, test.name, watch, test.seconds)
    ended = await run_test(guest, job, test.timeout)
    if ended.run is not None:
        ended = dataclasses.replace(ended, run=_within(ended.run, where))
    return record_of(revision, test.name, test.source, ended)


def record_of(revision: Revision, name: str, source: str, ended: Ended) -> RunRecord:
    """Judge how a test's run ended, by what its text says must be reported."""
    if ended.timed_out:
        return RunRecord(revision, RunOutcome.TIMEOUT)
    if ended.run is None or not ended.trusted:
        return RunRecord(revision, RunOutcome.ERROR, detail=ended.detail, trusted=False)
    run = ended.run
    outcome = _OUTCOMES.get(run.outcome, RunOutcome.ERROR)
    if outcome is not RunOutcome.ERROR or run.collected:
        if not expected_tests(source, name).are(run.collected):
            detail = "it reported other tests than the expected one"
            return RunRecord(revision, RunOutcome.ERROR, detail=detail, trusted=False)
        if not 0 <= run.duration < math.inf:
            detail = "it reported an impossible duration"
            return RunRecord(revision, RunOutcome.ERROR, detail=detail, trusted=False)
    covered = {path: frozenset(lines) for path, lines in run.reach.lines.items()}
    return RunRecord(revision, outcome, run.duration, run.detail[-MAX_DETAIL:], covered)


async def run_together(
    guest: Guest,
    revision: Revision,
    tests: Mapping[str, ChangedFunction],
    source: str,
    seconds: float | None = None,
) -> dict[str, RunRecord]:
    """Run tests of a file with text ``source`` in one process; ``tests`` has their functions.

    With ``seconds`` no test may take longer. Returns records by name of those that are believed:
    none when the process did not end well.
    """
    places = {name: sources_of(function).get(revision) for name, function in tests.items()}
    watch = {
        target_of(tests[name], where): None for name, where in places.items() if where is not None
    }
    job = RunTestsJob(_FILE, source, tuple(tests), tuple(watch), seconds)
    runs = await run_tests(guest, job, TEST_TIMEOUT + (seconds or SECONDS_EACH) * len(tests))
    records = {}
    for (name, where), run in zip(places.items(), runs, strict=False):
        ended = Ended(_within(run, where), timed_out=False, trusted=True, detail="")
        record = record_of(revision, name, source, ended)
        if record.trusted:
            records[name] = record
    return records


def _within(run: TestRun, where: FunctionSource | None) -> TestRun:
    """Leave of what a test claims to have reached what lies in its own function."""
    if where is None:
        return dataclasses.replace(run, reach=Reach())
    inside = range(where.first_line, where.last_line + 1)
    lines = tuple(n for n in run.reach.lines.get(where.path, ()) if n in inside)
    return dataclasses.replace(run, reach=Reach({where.path: lines} if lines else {}))
