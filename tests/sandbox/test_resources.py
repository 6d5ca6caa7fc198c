"""Attacks on the machine's resources: each is refused or ended, and the guest works on."""

from __future__ import annotations

from pathlib import Path

from regoose_ci.sandbox.base import Guest

from .controller import growth
from .lab import LIMITS, Attack, Lab, attack, new_tag, processes_named, tagged

MEGABYTE = 1024 * 1024


def test_a01_fork_bomb(lab: Lab) -> None:
    tag = new_tag()
    source = (
        tagged(tag)
        + """
import os, time

def attack():
    children = 0
    while children < 5000:
        try:
            pid = os.fork()
        except OSError:
            return children
        if pid == 0:
            time.sleep(60)
        children += 1
    return children

def bomb():
    while True:
        try:
            os.fork()
        except OSError:
            pass
"""
    )

    async def work(guest: Guest) -> tuple[Attack, Attack, Attack]:
        return await attack(guest), await attack(guest, 1.5, "bomb"), await attack(guest)

    counted, bombed, again = lab.using(source, work)

    assert 0 < int(str(counted.value)) < LIMITS.pids
    assert bombed.end.timed_out
    assert bombed.seconds < 2.5
    assert 0 < int(str(again.value)) < LIMITS.pids
    assert processes_named(tag) == []


def test_a02_thread_bomb(lab: Lab) -> None:
    result = lab.attack("""
        import threading, time

        def attack():
            for count in range(5000):
                try:
                    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
                except RuntimeError:
                    return count
            return count
    """)

    assert 0 < int(str(result.value)) < LIMITS.pids


def test_a03_memory_bomb(lab: Lab) -> None:
    private, shared = lab.using(
        """
        import mmap

        def private():
            return len(b"x" * (4 << 30))

        def shared():
            area = mmap.mmap(-1, 4 << 30)
            for page in range(0, 4 << 30, 4096):
                area[page] = 1
        """,
        lambda guest: _both(guest, "private", "shared"),
    )

    assert private.raised == "MemoryError"
    assert (shared.kind, shared.end.limit) == (None, "memory")


async def _both(guest: Guest, one: str, other: str) -> tuple[Attack, Attack]:
    return await attack(guest, name=one), await attack(guest, name=other)


def test_a04_memory_split_over_ten_children(lab: Lab) -> None:
    result = lab.attack("""
        import os, time

        def attack():
            children = []
            for _ in range(10):
                pid = os.fork()
                if pid == 0:
                    held = b"x" * (100 << 20)
                    time.sleep(1.5)
                    os._exit(0)
                children.append(pid)
            return sum(os.waitpid(pid, 0)[1] != 0 for pid in children)
    """)

    if result.kind is None:
        assert result.end.limit == "memory"
    else:
        assert int(str(result.value)) >= 8  # two of a hundred fit into 256 MB, with the rest


def test_a05_shared_memory_and_memfd_bomb(lab: Lab) -> None:
    shm, memfd = lab.using(
        """
        import os

        def shm():
            written = 0
            with open("/dev/shm/bomb", "wb", buffering=0) as file:
                while written < 1 << 30:
                    try:
                        written += file.write(b"x" * (1 << 20))
                    except OSError:
                        break
            return written

        def memfd():
            files = []
            for _ in range(200):
                files.append(os.memfd_create("bomb"))
                for _ in range(30):
                    os.write(files[-1], b"x" * (1 << 20))
        """,
        lambda guest: _both(guest, "shm", "memfd"),
    )

    assert int(str(shm.value)) <= 16 * MEGABYTE
    assert (memfd.kind, memfd.end.limit) == (None, "memory")


def test_a06_disk_fill(lab: Lab) -> None:
    result = lab.attack("""
        import os

        def attack():
            written, largest = 0, 0
            for number in range(100):
                try:
                    with open(f"/tmp/{number}", "wb", buffering=0) as file:
                        while True:
                            written += file.write(b"x" * (1 << 20))
                            largest = max(largest, file.tell())
                except OSError as error:
                    if error.errno == 28:
                        return written, largest
            return written, largest
    """)

    assert isinstance(result.value, tuple)
    written, largest = result.value
    assert written <= LIMITS.tmp_mb * MEGABYTE
    assert largest <= 32 * MEGABYTE


def test_a07_inode_fill(lab: Lab) -> None:
    result = lab.attack("""
        def attack():
            for number in range(10_000_000):
                open(f"/tmp/{number}", "w").close()
    """)

    assert result.raised == "OSError" or result.end.limit in ("files", "memory")


def test_a08_write_outside_of_tmp(lab: Lab) -> None:
    result = lab.attack("""
        def attack():
            refused = []
            for place in ("/run", "/dev", "/var/tmp", "/etc", "/proc", "/sys", "/usr/lib"):
                try:
                    open(f"{place}/x", "w").close()
                except OSError:
                    refused.append(place)
            return refused
    """)

    assert result.value == ["/run", "/dev", "/var/tmp", "/etc", "/proc", "/sys", "/usr/lib"]


FLOOD = """
import os, stat

def stdout():
    for _ in range(2000):
        print("x" * 1_000_000)
    for _ in range(2000):
        os.write(1, b"x" * 1_000_000)
        os.write(2, b"x" * 1_000_000)
    return "done"

def line():
    print("x" * 60_000_000, end="")
    for _ in range(1000):
        os.write(1, b"x" * 1_000_000)
    return "done"

def pipe():
    item = b"i" + b'{"index":0,"outcome":"' + b"x" * 1_900_000 + b'"}'
    while True:
        for descriptor in range(3, 64):
            try:
                if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
                    os.write(descriptor, len(item).to_bytes(4, "big") + item)
            except OSError:
                pass
"""


def test_a09_output_flood(lab: Lab) -> None:
    async def work(guest: Guest) -> tuple[Attack, int, str, int]:
        with growth() as printed:
            quiet = await attack(guest, name="stdout")
        with growth() as forged:
            end = await _failure(guest, "pipe")
        return quiet, printed[0], end, forged[0]

    quiet, printed, end, forged = lab.using(FLOOD, work)

    assert quiet.value == "done"
    assert "more than is accepted" in end
    assert max(printed, forged) < 20 * MEGABYTE


async def _failure(guest: Guest, name: str) -> str:
    from regoose_ci.errors import GuestError  # noqa: PLC0415

    try:
        await attack(guest, name=name)
    except GuestError as error:
        return error.message
    return ""


def test_a10_one_line_without_end(lab: Lab) -> None:
    async def work(guest: Guest) -> tuple[Attack, int]:
        with growth() as grown:
            result = await attack(guest, name="line")
        return result, grown[0]

    result, grown = lab.using(FLOOD, work)

    assert result.value == "done"
    assert grown < 20 * MEGABYTE


def test_a11_cpu_spin(lab: Lab) -> None:
    result = lab.attack("def attack():\n    while True: pass\n", deadline=1.0)

    assert result.end.timed_out
    assert result.seconds < 2.0


def test_a12_sleep(lab: Lab) -> None:
    result = lab.attack("import time\ndef attack():\n    time.sleep(600)\n", deadline=1.0)

    assert result.end.timed_out
    assert result.seconds < 2.0


def test_a13_file_descriptor_exhaustion(lab: Lab) -> None:
    source = """
        import os

        def attack():
            opened = 0
            try:
                while opened < 100_000:
                    os.open("/dev/null", os.O_RDONLY)
                    opened += 1
            except OSError:
                pass
            return opened
    """

    first, second = lab.using(source, lambda guest: _both(guest, "attack", "attack"))

    assert first.value == second.value
    assert 0 < int(str(first.value)) < LIMITS.open_files


def test_a14_segmentation_fault(lab: Lab) -> None:
    before = _cores(lab)
    result = lab.attack("import ctypes\ndef attack():\n    ctypes.string_at(0)\n")

    assert (result.kind, result.end.signal) == (None, 11)
    assert _cores(lab) == before


def _cores(lab: Lab) -> set[Path]:
    return {*Path.cwd().glob("core*"), *(lab.place / "cache").glob("core*")}
