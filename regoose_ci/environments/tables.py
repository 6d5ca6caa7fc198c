"""Typed look-ups in parsed TOML, where anything may be anything."""

from __future__ import annotations

import sys
from collections.abc import Mapping

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # type: ignore[import-not-found,unused-ignore]

Table = Mapping[str, object]


def parse_toml(text: str) -> Table | None:
    """Parse TOML; ``None`` when it is not well formed."""
    try:
        parsed: Table = tomllib.loads(text)
    except (ValueError, RecursionError):
        return None
    return parsed


def table(parent: Table, *keys: str) -> Table:
    """Follow ``keys`` down to a table; an empty one where there is none."""
    current: object = parent
    for key in keys:
        current = current.get(key) if isinstance(current, Mapping) else None
    return current if isinstance(current, Mapping) else {}


def text(parent: Table, key: str) -> str | None:
    """The string at ``key``."""
    value = parent.get(key)
    return value if isinstance(value, str) else None


def texts(parent: Table, key: str) -> tuple[str, ...]:
    """The strings in the list at ``key``; a single string counts as a list of one."""
    value = parent.get(key)
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list):
        return ()
    return tuple(item for item in value if isinstance(item, str))
