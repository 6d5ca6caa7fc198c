"""Runs one generated test on one revision and says what can be believed of it."""

from __future__ import annotations

from regoose_ci.domain.candidates import RunOutcome, RunRecord
from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.revisions import Revision
from regoose_ci.execution.exploration import sources_of, target_of
from regoose_ci.execution.jobs import Ended, run_test
from regoose_ci.guest.protocol import RunTestJob
from regoose_ci.sandbox.base import Guest

_FILE = "test_generated.py"
_OUTCOMES = {"passed": RunOutcome.PASSED, "failed": RunOutcome.FAILED}


async def run_on(
    guest: Guest, revision: Revision, function: ChangedFunction, name: str, source: str
) -> RunRecord:
    """Run test ``name`` of a file with text ``source``.

    A record whose tests are not the expected one, or whose process did not end cleanly, is not
    trusted.
    """
    where = sources_of(function).get(revision)
    watch = () if where is None else (target_of(function, where),)
    ended = await run_test(guest, RunTestJob(_FILE, source, name, watch))
    if ended.timed_out:
        return RunRecord(revision, RunOutcome.TIMEOUT)
    if ended.run is None or not ended.trusted:
        return RunRecord(revision, RunOutcome.ERROR, detail=ended.detail, trusted=False)
    return _record(revision, name, ended)


def _record(revision: Revision, name: str, ended: Ended) -> RunRecord:
    run = ended.run
    assert run is not None
    detail = run.detail
    outcome = _OUTCOMES.get(run.outcome, RunOutcome.ERROR)
    expected = all(found.partition("[")[0].endswith(name) for found in run.collected)
    return RunRecord(
        revision,
        outcome,
        run.duration,
        detail if expected else "it reported other tests than the expected one",
        {path: frozenset(lines) for path, lines in run.reach.lines.items()},
        trusted=expected,
    )
