"""Whatever ends a run, nothing of it is left on the host. The benchmark does it 1,000 times."""

from __future__ import annotations

import os
import random
from pathlib import Path

import anyio

from regoose_ci.errors import GuestError

from .lab import Lab, attack, new_tag, processes_named, tagged

GUESTS = 8
RUNS = 12


def traces(lab: Lab) -> dict[str, set[str]]:
    """Return what a leak would add to: mounts, engine directories, temporary files, networks."""
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    return {
        "mounts": {line.split()[4] for line in mounts if str(lab.place) in line},
        "files": {p.name for p in Path("/tmp").iterdir() if f"regoose-{os.getpid()}" in p.name},
        "cache": {p.name for p in (lab.place / "cache").iterdir()} - {"oom"},
        "containers": lab.containers(),
        "networks": {p.name for p in Path("/sys/class/net").iterdir()},
    }


def test_runs_leave_nothing(lab: Lab) -> None:
    tag = new_tag()
    source = (
        tagged(tag)
        + """
import ctypes, os, time

def well():
    return 1

def crash():
    ctypes.string_at(0)

def hang():
    if os.fork() == 0:
        os.setsid()
    time.sleep(600)

def leave():
    for _ in range(5):
        if os.fork() == 0:
            time.sleep(600)
"""
    )
    before = traces(lab)
    choice = random.Random(47)  # noqa: S311 - the same runs each time

    async def one() -> None:
        try:
            async with lab.guest(source) as guest:
                for _ in range(RUNS):
                    name = choice.choice(["well", "crash", "leave"])
                    await attack(guest, 10.0, name)
                await attack(guest, 0.2, "hang")
                if choice.random() < 0.5:
                    _give_up()
        except GuestError:
            pass

    async def all_of_them() -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(GUESTS):
                tasks.start_soon(one)

    anyio.run(all_of_them)

    assert processes_named(tag) == []
    assert traces(lab) == before


def _give_up() -> None:
    raise GuestError("the review was given up")


def test_a_cancelled_run_leaves_nothing(lab: Lab) -> None:
    tag = new_tag()
    source = tagged(tag) + "\nimport time\ndef attack():\n    time.sleep(600)\n"
    before = traces(lab)

    async def cancelled() -> None:
        with anyio.move_on_after(2.0):
            async with lab.guest(source) as guest:
                await attack(guest, 60.0)

    anyio.run(cancelled)

    assert processes_named(tag) == []
    assert traces(lab) == before
