"""Attacks through files. Nothing is read from a guest but its pipe; a build leaves one wheel."""

from __future__ import annotations

import hashlib
import os
import time
import zipfile
from pathlib import Path

import anyio
import pytest

from regoose_ci.assembly.laboratory import guest_interpreter
from regoose_ci.environments.wheel import MAX_BYTES, WheelError, find_wheel, unpack_missing
from regoose_ci.sandbox.base import Mount

from .lab import Lab


def test_a22_write_to_root_packages_and_tree(lab: Lab) -> None:
    source = """
        import os, sys

        def attack():
            written = []
            for place in ("/", "/work/repo", "/opt/regoose/tools", "/opt/regoose/regoose_guest",
                          os.path.dirname(os.__file__), "/usr/lib", "/etc"):
                for name in ("hostile.py", "new", "passwd"):
                    try:
                        open(os.path.join(place, name), "r+b" if name == "passwd" else "wb")
                        written.append(os.path.join(place, name))
                    except OSError:
                        pass
                try:
                    os.chmod(place, 0o777)
                    written.append(place)
                except OSError:
                    pass
            return written
    """
    before = _hash(lab.guest_program)

    result = lab.attack(source)

    assert result.value == []
    assert _hash(lab.guest_program) == before


def _hash(directory: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(p for p in directory.rglob("*") if p.is_file()):
        digest.update(str(path).encode() + path.read_bytes())
    return digest.hexdigest()


def build(lab: Lab, source: str, seconds: float = 15.0) -> tuple[Path, int, str]:
    """Run hostile build code as a project's build is run; return its output directory."""
    writable = lab.place / f"build-{time.monotonic_ns()}"
    output = writable / "output"
    output.mkdir(parents=True)
    for directory in (writable, output):
        directory.chmod(0o777)
    seen = guest_interpreter(lab.interpreter)
    mounts = [*seen.mounts, Mount(writable, "/work/build", writable=True)]
    environment = {"LD_LIBRARY_PATH": seen.library_path} if seen.library_path else {}

    async def run() -> tuple[int, str]:
        command = [
            seen.python,
            "-I",
            "-S",
            "-c",
            f"import os\nos.chdir('/work/build/output')\n{source}",
        ]
        return await lab.sandbox.run(command, mounts, environment, seconds)

    code, text = anyio.run(run)
    return output, code, text


SECRET_FILE = "/etc/hostname"


def test_a23_result_is_a_link(lab: Lab) -> None:
    output, code, text = build(lab, f"os.symlink({SECRET_FILE!r}, 'x-1-py3-none-any.whl')")

    assert code == 0, text
    with pytest.raises(WheelError, match="not a plain file"):
        find_wheel(output)


@pytest.mark.parametrize(
    "make",
    [
        "os.mkfifo(name)",
        "os.mkdir(name)",
        "import socket; socket.socket(socket.AF_UNIX).bind(name)",
    ],
    ids=["fifo", "directory", "socket"],
)
def test_a24_special_files(lab: Lab, make: str) -> None:
    output, code, text = build(lab, f"name = 'x-1-py3-none-any.whl'\n{make}")

    assert code == 0, text
    with pytest.raises(WheelError, match="not a plain file"):
        find_wheel(output)


@pytest.mark.parametrize(
    "make",
    ["os.mknod('d', 0o20666, os.makedev(1, 3))", f"os.link({SECRET_FILE!r}, 'd')"],
    ids=["device", "hard link"],
)
def test_a24_device_and_hard_link_to_the_host(lab: Lab, make: str) -> None:
    output, code, text = build(lab, make)

    assert code == 1
    assert "Error" in text
    assert list(output.iterdir()) == []


def test_a25_paths_that_lead_out(lab: Lab) -> None:
    source = """
import zipfile
with zipfile.ZipFile("x-1-py3-none-any.whl", "w") as wheel:
    for name in ("../out.py", "/abs.py", "a/../../out.py", "..", "link/inner.py", "good.py"):
        wheel.writestr(name, "x = 1\\n")
"""
    output, code, _ = build(lab, source)
    tree, overlay, elsewhere = (lab.place / f"a25-{n}" for n in ("tree", "overlay", "elsewhere"))
    for directory in (tree, overlay, elsewhere):
        directory.mkdir()
    (tree / "link").symlink_to(elsewhere)

    content = unpack_missing(find_wheel(output), tree, ".", overlay)

    assert code == 0
    assert content.added == ("good.py",)
    assert list(elsewhere.iterdir()) == []
    assert not list(lab.place.glob("out.py"))


def test_a26_sparse_file(lab: Lab) -> None:
    output, code, _ = build(lab, "os.truncate(os.open('x-1-py3-none-any.whl', 65), 1 << 40)")

    assert code in (0, 1)
    with pytest.raises(WheelError):
        find_wheel(output)


def test_a26_zip_bomb(lab: Lab) -> None:
    source = """
import zipfile
with zipfile.ZipFile("x-1-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED) as wheel:
    with wheel.open("bomb.py", "w", force_zip64=True) as file:
        for _ in range(600):
            file.write(bytes(1 << 20))
"""
    output, code, _ = build(lab, source, 60)
    tree = lab.place / "a26"
    tree.mkdir()

    assert code == 0
    assert zipfile.ZipFile(find_wheel(output)).infolist()[0].file_size > MAX_BYTES
    with pytest.raises(WheelError, match="more than"):
        unpack_missing(find_wheel(output), tree, ".", tree)
    assert list(tree.iterdir()) == []


def test_a27_deep_and_undecodable_names(lab: Lab) -> None:
    result = lab.attack("""
        import os

        def attack():
            os.chdir("/tmp")
            for _ in range(1000):
                os.mkdir("d")
                os.chdir("d")
            open(b"\\xff\\xfe", "w").close()
            os.chmod(".", 0)
            return "made"
    """)
    output, code, _ = build(lab, "os.chdir('/work/build/output'); open(b'\\xff.whl', 'w').close()")

    assert result.value == "made"
    assert code == 0
    assert find_wheel(output).is_file()


def test_a28_swap_while_it_is_read(lab: Lab) -> None:
    tag_source = """
import time
open("x-1-py3-none-any.whl", "w").close()
if os.fork() == 0:
    os.setsid()
    while True:
        os.unlink("x-1-py3-none-any.whl"); os.symlink("/etc/hostname", "x-1-py3-none-any.whl")
        os.unlink("x-1-py3-none-any.whl"); open("x-1-py3-none-any.whl", "w").close()
time.sleep(0.3)
"""
    output, _, _ = build(lab, tag_source)

    seen = {_kind(output) for _ in range(200)}

    assert len(seen) == 1  # the container ended with its first process, and so did the swapper


def _kind(output: Path) -> tuple[tuple[str, bool, int], ...]:
    return tuple((e.name, e.is_symlink(), os.lstat(e).st_ino) for e in os.scandir(output))
