"""Prices as whole cents."""

from __future__ import annotations


def to_cents(text: str) -> int:
    """Read a price such as ``"3.50"``."""
    cleaned = text.strip().removeprefix("$")
    return round(float(cleaned) * 100)


def split(total: int, people: int) -> list[int]:
    """Share a bill; the first pay what is left over."""
    if people < 1:
        raise ValueError("nobody pays")
    share, rest = divmod(total, people)
    return [share + 1] * rest + [share] * (people - rest)


def discount(cents: int, percent: int) -> int:
    """Take per cent off a price."""
    if not 0 <= percent <= 100:
        raise ValueError("no such discount")
    return cents - cents * percent // 100
