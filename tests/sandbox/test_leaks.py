"""Whatever ends a run, nothing of it is left on the host.

``python -m benchmarks leaks`` does the same with 1,000 runs.
"""

from __future__ import annotations

import anyio

from .lab import Lab, attack, new_tag, processes_named, tagged
from .sessions import run_sessions, settled, start_anew, traces

RUNS = 30


def test_runs_and_killed_sessions_leave_nothing(lab: Lab) -> None:
    tag = new_tag()
    before = traces(lab, tag)

    ran = run_sessions(lab, RUNS, tag)
    assert ran.runs >= RUNS
    assert ran.killed > 0

    start_anew(lab)
    assert settled(lab, tag, before) == before


def test_a_cancelled_run_leaves_nothing(lab: Lab) -> None:
    tag = new_tag()
    source = tagged(tag) + "\nimport time\ndef attack():\n    time.sleep(600)\n"
    before = traces(lab, tag)

    async def cancelled() -> None:
        with anyio.move_on_after(2.0):
            async with lab.guest(source) as guest:
                await attack(guest, 60.0)

    anyio.run(cancelled)

    assert processes_named(tag) == []
    assert settled(lab, tag, before) == before
