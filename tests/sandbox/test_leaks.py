"""Whatever ends a run, nothing of it is left on the host.

``python -m benchmarks leaks`` does the same with 1,000 runs.
"""

from __future__ import annotations

import anyio

from regoose_ci.execution.pairs import PairFactory

from .lab import Lab, attack, new_tag, processes_named, tagged
from .sessions import leaked, run_sessions, start_anew, traces
from .verdicts import HONEST, specs_of

RUNS = 30


def test_runs_and_killed_sessions_leave_nothing(lab: Lab) -> None:
    tag = new_tag()
    before = traces(lab, tag)

    ran = run_sessions(lab, RUNS, tag)
    assert ran.runs >= RUNS
    assert ran.killed > 0

    start_anew(lab)
    assert leaked(lab, tag, before) == {}


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
    assert leaked(lab, tag, before) == {}


MOMENTS = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 3.0]
"""Seconds until an interrupt: before guests are started, amid their start, and after it."""


def test_nothing_is_left_of_pairs_that_are_interrupted_at_any_moment(lab: Lab) -> None:
    tag = new_tag()
    pairs = PairFactory(lab.sandbox, specs_of(lab, {"shop/prices.py": HONEST}))
    before = traces(lab, tag)

    async def interrupted(seconds: float) -> None:
        with anyio.move_on_after(seconds):
            async with pairs.two_testing_pairs():
                await anyio.sleep(600)

    for seconds in MOMENTS:
        anyio.run(interrupted, seconds)

    assert leaked(lab, tag, before) == {}
