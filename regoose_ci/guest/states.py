"""What objects hold, private parts included, to see whether a call changed them."""

from __future__ import annotations

from collections import deque

MAX_VALUES = 300
"""Most values looked at inside one object."""
_PLAIN = (int, float, complex, str, bytes, bool, type(None))
_COLLECTIONS = (list, tuple, set, frozenset, deque)


def state_of(value: object) -> object:
    """Describe what an object holds: descriptions differ if it was changed in between."""
    return _Look().describe(value)


class _Look:
    def __init__(self) -> None:
        self._left = MAX_VALUES

    def describe(self, value: object) -> object:
        self._left -= 1
        kind = type(value)
        if kind in _PLAIN:
            return (kind, value)
        if self._left < 0:
            return id(value)
        if kind in _COLLECTIONS:
            return (kind, [self.describe(item) for item in value])  # type: ignore[attr-defined]
        if kind is dict:
            return (kind, [(self.describe(k), self.describe(v)) for k, v in value.items()])  # type: ignore[attr-defined]
        held = _attributes(value)
        return (id(value), [(name, self.describe(held[name])) for name in sorted(held)])


def _attributes(value: object) -> dict[str, object]:
    found = dict(getattr(value, "__dict__", {}))
    for kind in type(value).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for name in [slots] if isinstance(slots, str) else slots:
            found[name] = getattr(value, name, None)
    return found
