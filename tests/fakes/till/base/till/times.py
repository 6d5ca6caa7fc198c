"""Opening hours."""

from __future__ import annotations


def is_open(hour: int, weekday: int = 0) -> bool:
    """Whether the shop is open at an hour of a weekday (0 is Monday)."""
    return 9 <= hour < 18 and weekday < 6


def clock(minutes: int) -> str:
    """Write minutes since midnight as a time of day."""
    return f"{minutes // 60}:{minutes % 60}"


def waiting(queue: int, tills: int) -> float:
    """Minutes until it is one's turn."""
    return queue / tills * 2
