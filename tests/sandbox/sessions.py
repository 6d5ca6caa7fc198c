"""Sessions that run hostile code, and are killed some of the time: what leaks are looked for in.

As a program it is one session: it reads a ``Session`` from its input and prints a line per run.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import random
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import anyio

from regoose_ci.environments.cache import cached_directory
from regoose_ci.errors import GuestError
from regoose_ci.sandbox.base import Command, GuestLimits, GuestSpec
from regoose_ci.sandbox.container import ContainerSandbox
from regoose_ci.sandbox.flags import Engine
from regoose_ci.temporary import temporary_directory

from .lab import LIMITS, Lab, attack, processes_named, tagged

ROOT = Path(__file__).parents[2]
AT_ONCE = 2
RUNS = 10
"""Runs of one session, unless it is killed before."""
LONGEST = 240.0
SOON = 15.0

HOSTILE = """
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


@dataclass(frozen=True)
class Session:
    """One session: an engine, a guest to start again and again, and the session's fate."""

    engine: Engine
    cwd: Path
    spec: GuestSpec
    seed: int
    limits: GuestLimits = LIMITS


@dataclass(frozen=True)
class Ran:
    """How many runs were finished or interrupted, and how many sessions were killed in them."""

    runs: int
    killed: int


async def run_session(session: Session) -> None:
    """Run containers one after the other, each ending in one of the ways there are."""
    sandbox = ContainerSandbox(session.engine, (), session.limits, session.cwd)
    ways: Sequence[Callable[[ContainerSandbox, GuestSpec], Awaitable[None]]] = (
        *[_jobs] * 5, _given_up, _cancelled, _command, _overdue_command,
    )  # fmt: skip
    choice = random.Random(session.seed)  # noqa: S311 - the same runs each time
    with temporary_directory("session") as scratch:
        (scratch / "tree").mkdir()
        await cached_directory(session.cwd / "environments", f"of-{session.seed}", _half)
        for _ in range(RUNS):
            sys.stdout.write("begun\n")
            sys.stdout.flush()
            await choice.choice(ways)(sandbox, session.spec)


async def _half(target: Path) -> tuple[str, ...]:
    (target / "half").touch()
    await anyio.sleep(0.1)
    return ()


async def _jobs(sandbox: ContainerSandbox, spec: GuestSpec) -> None:
    async with sandbox.start(spec) as guest:
        await attack(guest, 10.0, "crash")
        await attack(guest, 10.0, "leave")
        await attack(guest, 0.2, "hang")


async def _given_up(sandbox: ContainerSandbox, spec: GuestSpec) -> None:
    with contextlib.suppress(GuestError):
        async with sandbox.start(spec) as guest:
            await attack(guest, 10.0, "leave")
            raise GuestError("the review was given up")


async def _cancelled(sandbox: ContainerSandbox, spec: GuestSpec) -> None:
    with anyio.move_on_after(0.4):
        async with sandbox.start(spec) as guest:
            await attack(guest, 60.0, "hang")


async def _command(sandbox: ContainerSandbox, spec: GuestSpec) -> None:
    await sandbox.run(Command(("/usr/bin/true",)), 20.0)


async def _overdue_command(sandbox: ContainerSandbox, spec: GuestSpec) -> None:
    await sandbox.run(Command(("/usr/bin/sleep", "600")), 0.3)


def run_sessions(lab: Lab, runs: int, tag: str) -> Ran:
    """Run sessions until ``runs`` containers were started; kill every third without a warning."""
    tree = lab.tree({"hostile.py": tagged(tag) + HOSTILE})
    spec, choice = lab.spec(tree), random.Random(47)  # noqa: S311 - the same runs each time
    begun = killed = seed = 0
    while begun < runs:
        started = [
            (_start(Session(lab.sandbox.engine, lab.place / "cache", spec, seed + n), lab), n)
            for n in range(AT_ONCE)
        ]
        for process, number in started:
            if (seed + number) % 3 == 0:
                killed += 1
                begun += _kill(process, choice)
            else:
                output, _ = process.communicate(timeout=LONGEST)
                assert process.returncode == 0
                begun += output.count(b"begun")
        seed += AT_ONCE
    return Ran(begun, killed)


def _start(session: Session, lab: Lab) -> subprocess.Popen[bytes]:
    temporary = lab.place / "tmp"
    temporary.mkdir(exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.sandbox.sessions"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(temporary)},
    )
    assert process.stdin is not None
    process.stdin.write(pickle.dumps(session))
    process.stdin.close()
    process.stdin = None  # communicate() would close it again
    return process


def _kill(process: subprocess.Popen[bytes], choice: random.Random) -> int:
    """Kill a session somewhere in one of its first runs; return how many it had begun."""
    assert process.stdout is not None
    wanted = choice.randint(1, 4)
    for _ in range(wanted):
        assert process.stdout.readline() == b"begun\n"
    try:
        process.wait(choice.random() * 0.6)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate(timeout=LONGEST)
    return wanted + rest.count(b"begun")


def start_anew(lab: Lab) -> None:
    """Do what every session starts with, in a process of its own as sessions are."""
    program = (
        "import sys; from pathlib import Path; "
        "from regoose_ci.assembly.leftovers import clear_leftovers; "
        "clear_leftovers(Path(sys.argv[1]))"
    )
    environment = {**os.environ, "TMPDIR": str(lab.place / "tmp")}
    command = [sys.executable, "-c", program, str(lab.place / "cache")]
    subprocess.run(command, check=True, env=environment, cwd=ROOT)
    lab.probe().find(LIMITS)


def traces(lab: Lab, tag: str) -> dict[str, set[str]]:
    """Return all that a leak would add to: the lab's engine serves nobody else."""
    engines = _processes_about(lab.place)
    mounts = [Path(f"/proc/{process.split()[0]}/mountinfo") for process in ("self", *engines)]
    return {
        "containers": _listed(lab, "ps", "--all", "--format", "{{.Names}}"),
        "volumes": _listed(lab, "volume", "ls", "--quiet"),
        "networks": _listed(lab, "network", "ls", "--quiet")
        | {path.name for path in Path("/sys/class/net").iterdir()},
        "processes": engines | set(map(str, processes_named(tag))),
        "mounts": {
            line.split()[4]
            for path in mounts
            for line in _lines(path)
            if str(lab.place) in line
        },
        "temporary files": {path.name for path in (lab.place / "tmp").glob("*")},
        "cache": {path.name for path in (lab.place / "cache").iterdir()} - {"oom", "environments"},
        "half-made": {str(path) for path in (lab.place / "cache").rglob("*.unfinished")},
        "engine's files": {
            str(path)
            for name in ("containers", "overlay-containers", "volumes")
            for path in lab.place.glob(f"**/{name}/*")
            if path.is_dir()
        },
    }  # fmt: skip


def leaked(lab: Lab, tag: str, before: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return what there is beyond ``before``, after a while in which it may still go.

    What an engine does behind a container's end outlives its client by a moment.
    """
    end = time.monotonic() + SOON
    while True:
        after = traces(lab, tag)
        more = {kind: found for kind in after if (found := after[kind] - before[kind])}
        if not more or time.monotonic() > end:
            return more
        time.sleep(0.2)


def _processes_about(place: Path) -> set[str]:
    """Return ids and command lines of processes that have ``place`` in their arguments."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            command = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if str(place) in command:
                found.add(f"{path.parent.name} {command}")
    return found


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:  # the process has ended
        return []


def _listed(lab: Lab, *command: str) -> set[str]:
    listed = subprocess.run(
        [lab.sandbox.engine.command, *command],
        capture_output=True, text=True, check=True, cwd=lab.place,
    )  # fmt: skip
    return set(listed.stdout.split())


if __name__ == "__main__":
    anyio.run(run_session, pickle.load(sys.stdin.buffer))  # noqa: S301 - from the test
