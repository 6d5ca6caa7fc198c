"""Prices as whole cents."""

from __future__ import annotations


def to_cents(text: str) -> int:
    """Read a price such as ``"3.50"``."""
    return int(float(text) * 100)


def split(total: int, people: int) -> list[int]:
    """Share a bill."""
    if people < 1:
        raise ValueError("nobody pays")
    return [total // people] * people


def discount(cents: int, percent: int) -> int:
    """Take per cent off a price."""
    if percent < 0:
        raise ValueError("negative discount")
    return cents - cents * percent // 100
