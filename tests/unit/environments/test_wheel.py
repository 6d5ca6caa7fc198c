from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from regoose_ci.environments import wheel as wheel_module
from regoose_ci.environments.wheel import WheelError, archive_members, unpack_missing


def write_wheel(path: Path, members: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    directory = tmp_path / "tree"
    (directory / "src" / "sample").mkdir(parents=True)
    (directory / "src" / "sample" / "__init__.py").write_text("committed")
    return directory


def test_only_what_the_tree_lacks_is_taken(tmp_path: Path, tree: Path) -> None:
    wheel = write_wheel(
        tmp_path / "sample-1-py3-none-any.whl",
        {
            "sample/__init__.py": "built",
            "sample/_fast.so": "machine code",
            "sample-1.dist-info/METADATA": "Name: sample",
            "sample-1.data/scripts/run": "#!",
        },
    )

    content = unpack_missing(wheel, tree, "src", tmp_path / "overlay")

    assert (content.added, content.has_metadata) == (("sample/_fast.so",), True)
    assert (tree / "src" / "sample" / "__init__.py").read_text() == "committed"
    assert (tmp_path / "overlay" / "sample-1.dist-info" / "METADATA").is_file()


def test_members_that_leave_the_tree_are_not_written(tmp_path: Path, tree: Path) -> None:
    wheel = write_wheel(
        tmp_path / "x.whl", {"../../out": "x", "/out": "x", "sample/../../../out": "x"}
    )

    assert unpack_missing(wheel, tree, "src", tmp_path / "overlay").added == ()
    assert not (tmp_path / "out").exists()


def test_a_bomb_ends_at_the_limit(
    tmp_path: Path, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wheel_module, "MAX_BYTES", 1024 * 1024)
    wheel = write_wheel(tmp_path / "x.whl", {"a.py": "a" * 900_000, "b.py": "b" * 900_000})

    with pytest.raises(WheelError, match="more than 1 MB"):
        unpack_missing(wheel, tree, "src", tmp_path / "overlay")


def test_what_is_no_archive_is_a_wheel_error(tmp_path: Path, tree: Path) -> None:
    (tmp_path / "x.whl").write_text("nothing of the kind")

    with pytest.raises(WheelError, match="cannot be read"):
        unpack_missing(tmp_path / "x.whl", tree, "src", tmp_path / "overlay")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_is_unpacked_without_a_bound_is_refused_packed(tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "x.whl", "w", method) as archive:
        archive.writestr("a.py", "a" * 9_000_000)

    with pytest.raises(WheelError, match="compressed in a way that wheels are not"):
        list(archive_members(tmp_path / "x.whl"))


def test_a_directory_of_millions_of_files_is_not_even_read(tmp_path: Path) -> None:
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, *[0] * 8, 1, *[0] * 6)
    directory = (entry + b"a") * 200_000
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 9, 9, len(directory), 0, 0)
    (tmp_path / "x.whl").write_bytes(directory + end)

    with pytest.raises(WheelError, match="directory is too large"):
        list(archive_members(tmp_path / "x.whl"))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("a.py", lambda data: data.replace(b"\4\0\0\0a.py", b"\xff\0\0\0a.py")),
        ("\u00e9.py", lambda data: data.replace("\u00e9".encode(), b"\xff\xff")),
    ],
    ids=["shorter than it says", "a name that is no text"],
)
def test_an_archive_that_lies_about_itself_cannot_be_read(
    tmp_path: Path, name: str, change: Callable[[bytes], bytes]
) -> None:
    wheel = write_wheel(tmp_path / "x.whl", {name: "text"})
    wheel.write_bytes(change(wheel.read_bytes()))

    with pytest.raises(WheelError, match="cannot be read"):
        list(archive_members(wheel))
