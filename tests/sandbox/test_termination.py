"""Attacks on the end of a run: it ends in time, and with it everything it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from regoose_ci.errors import GuestError, InfrastructureError
from regoose_ci.sandbox import leftovers
from regoose_ci.sandbox.base import Command, Guest
from regoose_ci.sandbox.container import ContainerSandbox
from regoose_ci.sandbox.flags import ContainerSpec, run_arguments
from regoose_ci.sandbox.guest import Patience
from regoose_ci.sandbox.leftovers import remove_leftovers

from .lab import LIMITS, Attack, Lab, attack, new_tag, processes_named, tagged


def test_a15_every_signal_ignored(lab: Lab) -> None:
    tag = new_tag()
    source = (
        tagged(tag)
        + """
import signal

def attack():
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    while True:
        pass
"""
    )

    async def work(guest: Guest) -> tuple[Attack, list[int]]:
        return await attack(guest, 1.0), processes_named(tag)

    result, left = lab.using(source, work)

    assert result.end.timed_out
    assert result.seconds < 2.0
    assert left == []


def test_a16_double_fork_into_a_session_of_its_own(lab: Lab) -> None:
    tag = new_tag()
    source = (
        tagged(tag)
        + """
import os, time

def attack():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(600)
        os._exit(0)
    os.wait()
    return "left one behind"
"""
    )

    async def work(guest: Guest) -> tuple[Attack, list[int]]:
        return await attack(guest), processes_named(tag)

    result, left = lab.using(source, work)

    assert result.value == "left one behind"
    assert left == []


def test_a17_ten_thousand_zombies(lab: Lab) -> None:
    tag = new_tag()
    source = (
        tagged(tag)
        + """
import os

def attack():
    made = 0
    for _ in range(10_000):
        try:
            if os.fork() == 0:
                os._exit(0)
            made += 1
        except OSError:
            pass
    return made
"""
    )

    async def work(guest: Guest) -> tuple[Attack, list[int], Attack]:
        return await attack(guest), processes_named(tag), await attack(guest)

    first, left, second = lab.using(source, work)

    assert 0 < int(str(first.value)) < LIMITS.pids
    assert left == []
    assert first.value == second.value


def test_a18_grandchild_keeps_the_pipe_open(lab: Lab) -> None:
    result = lab.attack("""
        import os, time

        def attack():
            if os.fork() == 0:
                time.sleep(600)
            os._exit(3)
    """)

    assert result.seconds < 2.0
    assert (result.kind, result.end.exit_code, result.end.timed_out) == (None, 3, False)


def test_a19_signals_to_the_supervisor_and_to_all(lab: Lab) -> None:
    files = {
        "hostile.py": """
            import os, signal

            def strike():
                for number in range(1, 65):
                    try:
                        os.kill(1, number)
                    except OSError:
                        pass
                try:
                    os.kill(-1, signal.SIGKILL)
                except OSError:
                    pass
        """
    }
    ended = lab.test(
        "from hostile import strike\ndef test_it():\n    strike()\n    assert False\n", files
    )
    assert ended.run is not None
    assert ended.run.outcome == "failed"

    suicide = lab.test("import os\ndef test_it():\n    os.kill(0, 9)\n    assert False\n")
    assert not suicide.trusted


CONTROLLER = """
import os, sys, anyio
sys.path.insert(0, {root!r})
from pathlib import Path
from regoose_ci.guest.protocol import GuestSetup
from regoose_ci.sandbox.base import GuestLimits, GuestSpec, Mount
from regoose_ci.sandbox.container import ContainerSandbox
from regoose_ci.sandbox.flags import Engine

async def main():
    engine = {engine!r}
    sandbox = ContainerSandbox(engine, (), GuestLimits(memory_mb=256), Path({cwd!r}))
    mounts = tuple(Mount(Path(s), t) for s, t in {mounts!r})
    spec = GuestSpec(mounts, {python!r}, GuestSetup(("/work/repo",)), {library!r})
    async with sandbox.start(spec):
        print("started", flush=True)
        await anyio.sleep(600)

anyio.run(main)
"""


def test_a20_killed_controller(lab: Lab) -> None:
    spec = lab.spec(lab.tree({"a.py": ""}))
    engine = lab.sandbox.engine
    source = CONTROLLER.format(
        root=str(Path(__file__).parents[2]),
        engine=engine,
        cwd=str(lab.place / "cache"),
        mounts=[(str(m.source), m.target) for m in spec.mounts],
        python=spec.python,
        library=spec.library_path,
    ).replace("PosixPath(", "Path(")
    command = [sys.executable, "-c", source]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as controller:
        assert controller.stdout is not None
        assert controller.stdout.readline() == b"started\n"
        names = _names(lab, controller.pid)
        assert len(names) == 1
        clients = _children(controller.pid)
        controller.kill()
        controller.wait()
        for client in clients:  # nobody is left to clean up
            with contextlib.suppress(ProcessLookupError):
                os.kill(client, signal.SIGKILL)

        async def work(guest: Guest) -> tuple[Attack, tuple[str, ...]]:
            removed = await anyio.to_thread.run_sync(remove_leftovers, engine, lab.place / "cache")
            return await attack(guest), removed

        alive, removed = lab.using("def attack():\n    return 'alive'\n", work)

    assert set(removed) <= names  # a guest whose input was closed may already have ended
    assert _names(lab, controller.pid) == set()
    assert alive.value == "alive"  # a session that is running keeps its guests


def test_a20_container_of_a_dead_controller(lab: Lab) -> None:
    """One that nothing ends: its controller is gone, its client and its input are not."""
    engine = lab.sandbox.engine
    with subprocess.Popen(["/bin/true"]) as dead:
        parts = leftovers.new_name().split("-")
        parts[3] = str(dead.pid)
    name = "-".join(parts)
    command = run_arguments(engine, ContainerSpec(name, ("/usr/bin/sleep", "600")))
    command.insert(2, "--detach")
    subprocess.run(command, check=True, capture_output=True, cwd=lab.place / "cache")

    lab.probe().find(LIMITS)  # what every session starts with

    assert _names(lab, dead.pid) == set()


def _names(lab: Lab, pid: int) -> set[str]:
    command = [lab.sandbox.engine.command, "ps", "--all", "--format", "{{.Names}}"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=lab.place)
    return {name for name in listed.stdout.split() if f"-{pid}-" in name}


def _children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
    return found


def test_a21_engine_hangs(lab: Lab) -> None:
    hanging = _sandbox_on(lab, "sleep 600 &\nwait")
    spec = lab.spec(lab.tree({"a.py": ""}))

    async def start() -> None:
        async with hanging.start(spec):
            pass

    began = time.monotonic()
    with pytest.raises(GuestError, match="did not start in time"):
        anyio.run(start)
    assert time.monotonic() - began < 4.0


@pytest.mark.parametrize("ending", ["guest", "command"])
def test_a21_engine_hangs_at_the_end(lab: Lab, ending: str) -> None:
    engine = lab.sandbox.engine
    hanging = _sandbox_on(
        lab, f'if [ "$1" = rm ]; then sleep 600; fi\nexec {engine.command} "$@"', start=20.0
    )
    spec = lab.spec(
        lab.tree({"hostile.py": "import os\ndef attack():\n    os.kill(os.getpid(), 19)"})
    )
    ends: list[float] = []

    async def guest() -> None:
        async with hanging.start(spec) as started:
            os.killpg(started._process.pid, signal.SIGKILL)  # type: ignore[attr-defined]
            ends.append(time.monotonic())

    async def command() -> None:
        ends.append(time.monotonic() + 1)
        await hanging.run(Command(("/usr/bin/sleep", "600")), 1)

    with pytest.raises(InfrastructureError, match="did not end a sandbox"):
        anyio.run(guest if ending == "guest" else command)
    assert time.monotonic() - ends[0] < 4.0

    for name in lab.containers():  # what the next start would do
        leftovers.remove(engine, name, lab.place / "cache")
    assert lab.containers() == set()


@pytest.mark.parametrize(("failures", "works"), [(1, True), (2, False)])
def test_a_guest_that_its_engine_fails_to_start_is_started_once_more(
    lab: Lab, failures: int, works: bool
) -> None:
    count = lab.place / f"starts-{time.monotonic_ns()}"
    script = f"""
if [ "$1" != run ]; then exec {lab.sandbox.engine.command} "$@"; fi
echo start >> {count}
if [ "$(wc -l < {count})" -le {failures} ]; then exit 125; fi
exec {lab.sandbox.engine.command} "$@"
"""
    sandbox = _sandbox_on(lab, script, start=20.0)

    async def started() -> bool:
        async with sandbox.start(lab.spec(lab.tree({"hostile.py": ""}))):
            return True

    if works:
        assert anyio.run(started)
    else:
        with pytest.raises(GuestError, match="the sandbox is gone"):
            anyio.run(started)
    assert len(count.read_text().split()) == 2


def _sandbox_on(lab: Lab, script: str, start: float = 0.5) -> ContainerSandbox:
    """A sandbox whose engine is a script; its patience is short."""
    path = lab.place / f"engine-{time.monotonic_ns()}"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    patience = Patience(start=start, grace=0.5, end=0.5, engine=0.5)
    engine = replace(lab.sandbox.engine, command=str(path))
    return ContainerSandbox(engine, (), LIMITS, lab.place / "cache", patience)
