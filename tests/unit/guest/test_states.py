from __future__ import annotations

from collections import deque

import pytest

from regoose_ci.guest.states import state_of


class Box:
    __slots__ = ("_size",)

    def __init__(self, size: int) -> None:
        self._size = size


class Shelf:
    def __init__(self) -> None:
        self._boxes: list[object] = [Box(1)]
        self._labels: dict[str, object] = {"a": {1}}
        self._queue = deque([1])
        self._self = self

    def add(self) -> None:
        self._boxes.append(Box(2))

    def grow(self) -> None:
        self._boxes[0]._size += 1  # type: ignore[attr-defined]

    def label(self) -> None:
        self._labels["a"] = {2}

    def queue(self) -> None:
        self._queue.append(2)

    def look(self) -> int:
        return len(self._boxes)


@pytest.mark.parametrize("name", ["add", "grow", "label", "queue"])
def test_a_change_of_a_private_part_is_seen(name: str) -> None:
    shelf = Shelf()
    before = state_of(shelf)
    getattr(shelf, name)()
    assert state_of(shelf) != before


def test_looking_changes_nothing() -> None:
    shelf = Shelf()
    before = state_of(shelf)
    shelf.look()
    assert state_of(shelf) == before


def test_one_is_not_true() -> None:
    assert state_of([1]) != state_of([True])
