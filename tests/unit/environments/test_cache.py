from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest

from regoose_ci.environments.cache import (
    CachedDirectory,
    cache_key,
    cached_directory,
    remove_unfinished,
)


class Maker:
    """Writes one file and counts how often it was asked to."""

    def __init__(self) -> None:
        self.calls = 0

    async def __call__(self, target: Path) -> tuple[str, ...]:
        self.calls += 1
        await anyio.sleep(0.05)
        file = target / "package" / "module.py"
        file.parent.mkdir(mode=0o700)
        file.write_text("x = 1\n")
        file.chmod(0o600)
        return ("a sentence",)


def open_cached(cache: Path, maker: Maker) -> CachedDirectory:
    return anyio.run(cached_directory, cache, "key", maker)


def test_a_directory_is_made_once_and_keeps_its_notes(tmp_path: Path) -> None:
    maker = Maker()

    first, second = open_cached(tmp_path, maker), open_cached(tmp_path, maker)

    assert maker.calls == 1
    assert first == second
    assert second.notes == ("a sentence",)
    assert (second.path / "package" / "module.py").read_text() == "x = 1\n"


def test_two_at_once_make_it_once(tmp_path: Path) -> None:
    maker = Maker()

    async def both() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(cached_directory, tmp_path, "key", maker)
            group.start_soon(cached_directory, tmp_path, "key", maker)

    anyio.run(both)

    assert maker.calls == 1


def test_everyone_may_read_what_is_published(tmp_path: Path) -> None:
    found = open_cached(tmp_path, Maker())

    assert stat.S_IMODE((found.path / "package").stat().st_mode) == 0o755
    assert stat.S_IMODE((found.path / "package" / "module.py").stat().st_mode) == 0o644


def damage_by_deleting(entry: Path) -> None:
    (entry / "content" / "package" / "module.py").unlink()


def damage_by_truncating(entry: Path) -> None:
    (entry / "content" / "package" / "module.py").write_text("")


def damage_by_adding(entry: Path) -> None:
    (entry / "content" / "more.py").touch()


def damage_the_seal(entry: Path) -> None:
    (entry / "seal.json").write_text("[]")


@pytest.mark.parametrize(
    "damage", [damage_by_deleting, damage_by_truncating, damage_by_adding, damage_the_seal]
)
def test_a_damaged_directory_is_made_anew(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    maker = Maker()
    damage(open_cached(tmp_path, maker).path.parent)

    found = open_cached(tmp_path, maker)

    assert maker.calls == 2
    assert [p.name for p in found.path.rglob("*.py")] == ["module.py"]
    assert (found.path / "package" / "module.py").read_text() == "x = 1\n"


def test_what_a_killed_run_left_is_replaced(tmp_path: Path) -> None:
    leftover = tmp_path / "key.unfinished" / "content" / "package"
    leftover.mkdir(parents=True)

    found = open_cached(tmp_path, Maker())

    assert found.notes == ("a sentence",)
    assert not (tmp_path / "key.unfinished").exists()


def test_what_killed_runs_left_is_swept_and_what_is_being_made_is_not(tmp_path: Path) -> None:
    (tmp_path / "3.11-of-the-dead.unfinished" / "content").mkdir(parents=True)

    async def make(target: Path) -> tuple[str, ...]:
        remove_unfinished(tmp_path)
        (target / "module.py").touch()
        return ()

    anyio.run(cached_directory, tmp_path, "of-the-living", make)

    left = {p.name for p in tmp_path.iterdir() if p.suffix != ".lock"}
    assert left == {"of-the-living"}


def test_a_maker_that_fails_leaves_nothing(tmp_path: Path) -> None:
    async def fail(target: Path) -> tuple[str, ...]:
        (target / "half").touch()
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        anyio.run(cached_directory, tmp_path, "key", fail)

    assert [p.name for p in tmp_path.iterdir()] == ["key.lock"]


def test_keys_keep_their_parts_apart() -> None:
    assert cache_key("a", "bc") != cache_key("ab", "c")
