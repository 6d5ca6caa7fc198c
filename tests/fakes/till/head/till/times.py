"""Opening hours."""

from __future__ import annotations


def is_open(hour: int, weekday: int = 0) -> bool:
    """Whether the shop is open at an hour of a weekday (0 is Monday)."""
    if weekday == 5:
        return 10 <= hour < 16
    return 9 <= hour < 18 and weekday < 6


def clock(minutes: int) -> str:
    """Write minutes since midnight as a time of day."""
    hours, rest = divmod(minutes % 1440, 60)
    return f"{hours:02}:{rest:02}"


def waiting(queue: int, tills: int) -> float:
    """Minutes until it is one's turn."""
    if tills == 0:
        return float("inf")
    return queue / tills * 2.5
