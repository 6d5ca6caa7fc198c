from __future__ import annotations

import os
from pathlib import Path

from regoose_ci.guest.cleaning import empty_places


def test_everything_in_a_place_is_removed(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("stays")
    place = tmp_path / "place"
    deep = place / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "file").write_text("")
    (place / "link").symlink_to(kept)
    (deep / "link").symlink_to(kept)
    os.mkfifo(place / "pipe")
    (place / os.fsdecode(b"\xff")).write_text("")
    deep.chmod(0)

    assert empty_places((str(place),))
    assert list(place.iterdir()) == []
    assert (kept / "file").read_text() == "stays"


def test_a_tree_too_deep_for_paths_is_removed(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    here = os.open(".", os.O_RDONLY)
    try:
        os.chdir(place)
        for _ in range(1500):
            Path("ddddd").mkdir()
            os.chdir("ddddd")
    finally:
        os.fchdir(here)
        os.close(here)

    assert empty_places((str(place),), seconds=60)
    assert list(place.iterdir()) == []


def test_a_place_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert empty_places((str(tmp_path / "missing"),))
