from __future__ import annotations

from pathlib import Path

import pytest

from regoose_ci.environments.tree_files import write_new_file


def test_a_new_file_is_written_with_its_directories(tmp_path: Path) -> None:
    assert write_new_file(tmp_path, "a/b/c.py", b"x")

    assert (tmp_path / "a" / "b" / "c.py").read_bytes() == b"x"


def test_what_was_committed_stays(tmp_path: Path) -> None:
    (tmp_path / "c.py").write_bytes(b"committed")

    assert not write_new_file(tmp_path, "c.py", b"x")
    assert (tmp_path / "c.py").read_bytes() == b"committed"


@pytest.mark.parametrize(
    "path",
    [
        "../out",
        "/out",
        "a/../../out",
        "",
        "link/out",
        "dangling",
        "file/out",
        "inner/link/out",
        "a\0b",
    ],
)
def test_nothing_is_written_outside_the_tree(tmp_path: Path, path: str) -> None:
    tree, outside = tmp_path / "tree", tmp_path / "outside"
    (tree / "inner").mkdir(parents=True)
    outside.mkdir()
    (tree / "link").symlink_to(outside)
    (tree / "inner" / "link").symlink_to(outside)
    (tree / "dangling").symlink_to(outside / "out")
    (tree / "file").touch()

    assert not write_new_file(tree, path, b"x")
    assert list(outside.iterdir()) == []
    assert not (tmp_path / "out").exists()
