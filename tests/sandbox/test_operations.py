"""Faults and daily work: nothing leaks from run to run, and what is broken is said."""

from __future__ import annotations

import contextlib
import dataclasses
import subprocess

import anyio
import pytest

from regoose_ci.errors import GuestError
from regoose_ci.sandbox.base import Guest
from regoose_ci.sandbox.container import ContainerSandbox
from regoose_ci.sandbox.flags import Engine

from .degradations import allowed
from .lab import LIMITS, Attack, Lab, attack

RUNS = 100
SURVIVOR = """
import ctypes, os, sys

libc = ctypes.CDLL(None)

def attack():
    found = [p for t in ("/tmp", "/dev/shm", "/dev/mqueue") if os.path.isdir(t)
             for p in os.listdir(t)]
    found += open("/proc/sysvipc/shm").readlines()[1:]
    found += open("/proc/sysvipc/msg").readlines()[1:]
    found += open("/proc/sysvipc/sem").readlines()[1:]
    found += [name for name in os.environ if name == "LEFT"]
    found += open("/proc/net/unix").readlines()[1:]
    for place in ("/tmp", "/dev/shm"):
        os.makedirs(f"{place}/.hidden/deep/er")
        open(f"{place}/.hidden/deep/file", "w").close()
        os.symlink("/work/repo", f"{place}/link")
        os.chmod(f"{place}/.hidden/deep", 0)
    libc.shmget(1234, 4096, 0o1666)
    libc.msgget(1234, 0o1666)
    libc.semget(1234, 1, 0o1666)
    os.environ["LEFT"] = "1"
    import socket
    socket.socket(socket.AF_UNIX).bind("\\0left")
    return found
"""


def test_a43_nothing_survives_into_the_next_run(lab: Lab) -> None:
    async def work(guest: Guest) -> list[object]:
        return [(await attack(guest)).value for _ in range(3)]

    assert lab.using(SURVIVOR, work) == [[], [], []]


def test_a44_child_poisons_builtins(lab: Lab) -> None:
    source = """
        import builtins, os, resource, sys

        def poison():
            builtins.len = builtins.open = lambda *a: 0
            os.fork = os.read = None
            sys.modules.clear()

        def reach_for_the_parent():
            limits = (resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC, resource.RLIMIT_AS)
            for limit in limits:
                try:
                    resource.prlimit(1, limit, (1, 1))
                except OSError:
                    pass

        def attack():
            return len("four")
    """

    async def poisoned(guest: Guest) -> Attack:
        with_poison = await attack(guest, name="poison")
        assert with_poison.kind is None or with_poison.value is None
        return await attack(guest)

    async def reached(guest: Guest) -> Attack:
        await attack(guest, name="reach_for_the_parent")
        return await attack(guest)

    assert lab.using(source, poisoned).value == 4
    with pytest.raises(GuestError):  # the guest gives itself up instead of working on
        lab.using(source, reached)


def test_a45_degradations_are_those_that_are_known(lab: Lab) -> None:
    assert set(lab.sandbox.info.degraded) == allowed(lab.level)


def _start_on(lab: Lab, engine: Engine) -> None:
    broken = ContainerSandbox(engine, (), LIMITS, lab.place / "cache")

    async def start() -> None:
        async with broken.start(lab.spec(lab.tree({"a.py": ""}))):
            pass

    anyio.run(start)


def test_a46_corrupt_image(lab: Lab) -> None:
    engine = lab.sandbox.engine
    if lab.level == "docker":
        empty = lab.place / "empty.tar"
        empty.write_bytes(bytes(10240))
        command = [engine.command, "import", str(empty), "corrupt:image"]
        subprocess.run(command, check=True, capture_output=True)
        engine = dataclasses.replace(engine, image="corrupt:image")
    else:
        empty = lab.place / "empty-root"
        empty.mkdir(mode=0o755)
        engine = dataclasses.replace(engine, rootfs=empty)

    with pytest.raises(GuestError, match="the sandbox is gone: "):
        _start_on(lab, engine)
    assert lab.containers() == set()


def test_a46_full_disk(lab: Lab) -> None:
    """The engine's client cannot write a byte; a full disk of its own would need root."""
    engine = lab.place / "full-disk"
    engine.write_text(f'#!/bin/sh\nulimit -f 0\nexec {lab.sandbox.engine.command} "$@"\n')
    engine.chmod(0o755)
    if lab.level == "docker":
        engine.write_text("#!/bin/sh\necho 'no space left on device' >&2\nexit 125\n")

    with pytest.raises(GuestError):
        _start_on(lab, dataclasses.replace(lab.sandbox.engine, command=str(engine)))
    assert lab.containers() == set()


def test_a47_a_hundred_parallel_runs(lab: Lab) -> None:
    """A hundred guests of trees that differ, all of them there before any is asked again."""
    answers: dict[int, list[object]] = {}

    async def one(number: int, others: anyio.Event, starting: anyio.CapacityLimiter) -> None:
        source = f"""
            import os

            def attack():
                with open("/tmp/mine", "x") as file:
                    file.write("{number}")
                return int(open("/tmp/mine").read()), os.getuid()
        """
        async with contextlib.AsyncExitStack() as stack:
            async with starting:
                started = lab.sandbox.start(lab.spec(lab.tree({"hostile.py": source})))
                guest = await stack.enter_async_context(started)
            answers[number] = [(await attack(guest, 60)).value]
            if len(answers) == RUNS:
                others.set()
            await others.wait()
            answers[number].append((await attack(guest, 60)).value)

    async def all_of_them() -> None:
        others, starting = anyio.Event(), anyio.CapacityLimiter(4)
        with anyio.fail_after(240):
            async with anyio.create_task_group() as tasks:
                for number in range(RUNS):
                    tasks.start_soon(one, number, others, starting)

    anyio.run(all_of_them)

    users = set()
    for number, values in answers.items():
        assert len(set(values)) == 1
        assert isinstance(values[0], tuple)
        assert values[0][0] == number
        users.add(values[0][1])
    assert len(users) == RUNS  # the kernel counts processes per user
    assert lab.containers() == set()
