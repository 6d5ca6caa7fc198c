"""What is on the shelf."""

from __future__ import annotations


def reorder(levels: dict[str, int], minimum: int) -> list[str]:
    """Name what has to be ordered, in order."""
    return sorted(name for name, count in levels.items() if count <= minimum)


def take(levels: dict[str, int], name: str, count: int = 1) -> int:
    """Take something off the shelf and return how much is left."""
    if count > levels[name]:
        raise ValueError(f"not enough {name}")
    levels[name] -= count
    return levels[name]


def merge(*shelves: dict[str, int]) -> dict[str, int]:
    """Put shelves together."""
    total: dict[str, int] = {}
    for shelf in shelves:
        for name, count in shelf.items():
            total[name] = total.get(name, 0) + count
    return total
