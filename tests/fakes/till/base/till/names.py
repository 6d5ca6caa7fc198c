"""Names of goods and people."""

from __future__ import annotations


def slug(title: str) -> str:
    """Make a name for an address."""
    return title.strip().lower().replace(" ", "-")


def initials(name: str) -> str:
    """Shorten a name."""
    return "".join(word[0].upper() for word in name.split())


def shorten(text: str, width: int) -> str:
    """Cut a text."""
    return text[:width]
