"""Names of goods and people."""

from __future__ import annotations

PARTICLES = ("de", "von", "van")


def slug(title: str) -> str:
    """Make a name for an address."""
    return "-".join(title.lower().split())


def initials(name: str) -> str:
    """Shorten a name; particles do not count."""
    words = [word for word in name.split() if word not in PARTICLES]
    return "".join(word[0].upper() for word in words)


def shorten(text: str, width: int) -> str:
    """Cut a text, and show that it was cut."""
    if len(text) <= width:
        return text
    return text[: width - 1] + "…"
