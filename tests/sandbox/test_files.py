"""Attacks through files. Nothing is read from a guest but its pipe; a build leaves one wheel."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from regoose_ci.environments.wheel import MAX_BYTES, WheelError, unpack_missing

from .builds import WHEEL, build
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


SECRET_FILE = "/etc/hostname"


def test_a23_result_is_a_link(lab: Lab) -> None:
    with pytest.raises(WheelError, match="Too many levels of symbolic links"):
        build(lab, f"os.symlink({SECRET_FILE!r}, {WHEEL!r})")


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
    with pytest.raises(WheelError, match=r"left no wheel|the build failed"):
        build(lab, f"name = {WHEEL!r}\n{make}")


@pytest.mark.parametrize(
    "make",
    ["os.mknod('d', 0o20666, os.makedev(1, 3))", f"os.link({SECRET_FILE!r}, 'd')"],
    ids=["device", "hard link"],
)
def test_a24_device_and_hard_link_to_the_host(lab: Lab, make: str) -> None:
    with pytest.raises(WheelError, match="Error"):
        build(lab, make)


def test_a25_paths_that_lead_out(lab: Lab) -> None:
    source = """
import zipfile
with zipfile.ZipFile(WHEEL, "w") as wheel:
    for name in ("../out.py", "/abs.py", "a/../../out.py", "..", "link/inner.py", "good.py"):
        wheel.writestr(name, "x = 1\\n")
"""
    wheel = build(lab, source.replace("WHEEL", repr(WHEEL)))
    tree, overlay, elsewhere = (lab.place / f"a25-{n}" for n in ("tree", "overlay", "elsewhere"))
    for directory in (tree, overlay, elsewhere):
        directory.mkdir()
    (tree / "link").symlink_to(elsewhere)

    content = unpack_missing(wheel, tree, ".", overlay)

    assert content.added == ("good.py",)
    assert list(elsewhere.iterdir()) == []
    assert not list(lab.place.glob("out.py"))


def test_a26_sparse_file(lab: Lab) -> None:
    with pytest.raises(WheelError, match=r"more than 128 MB|the build failed"):
        build(lab, f"os.truncate(os.open({WHEEL!r}, os.O_CREAT | os.O_RDWR), 1 << 40)", 60)


def test_a26_zip_bomb(lab: Lab) -> None:
    source = """
import zipfile
with zipfile.ZipFile(WHEEL, "w", zipfile.ZIP_DEFLATED) as wheel:
    with wheel.open("bomb.py", "w", force_zip64=True) as file:
        for _ in range(600):
            file.write(bytes(1 << 20))
"""
    wheel = build(lab, source.replace("WHEEL", repr(WHEEL)), 60)
    tree = lab.place / "a26"
    tree.mkdir()

    assert zipfile.ZipFile(wheel).infolist()[0].file_size > MAX_BYTES
    with pytest.raises(WheelError, match="more than"):
        unpack_missing(wheel, tree, ".", tree)
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
    wheel = build(lab, f"open(b'\\xff.whl', 'w').close(); open({WHEEL!r}, 'w').write('built')")

    assert result.value == "made"
    assert wheel.read_text() == "built"


def test_a28_swap_while_it_is_read(lab: Lab) -> None:
    """What is read is a file of the build's, never what a link leads to, whenever it is read."""
    swapping = f"""
name = {WHEEL!r}
open(name, "w").write("first")
if os.fork() == 0:
    os.setsid()
    while True:
        os.symlink({SECRET_FILE!r}, "next"); os.replace("next", name)
        open("next", "w").write("other"); os.replace("next", name)
import time; time.sleep(0.3)
"""
    read = [_read(lab, swapping) for _ in range(3)]
    assert set(read) <= {"first", "other", "", A_LINK}


A_LINK = "a link"


def _read(lab: Lab, source: str) -> str:
    """What was read as the wheel, or that it was seen to be a link."""
    try:
        wheel = build(lab, source)
    except WheelError as error:
        return A_LINK if "Too many levels of symbolic links" in str(error) else str(error)
    return wheel.read_text()
