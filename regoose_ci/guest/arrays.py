"""Arrays, series and frames as the plain values that they can be made from again.

Known by their types' names: importing these libraries is for projects that use them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

MAX_ITEMS = 100
"""Largest array that is written."""


@dataclass(frozen=True)
class Plain:
    """A constructor, as ``statement`` makes it known, and what it is called with."""

    statement: str
    constructor: str
    value: object
    options: tuple[tuple[str, object], ...] = ()


def plain_form(value: object) -> Plain | None:
    """Return how an array, a series or a frame is made; ``None`` for others, and for odd ones.

    It is only told where the same comes of it: with the same shape, types and labels.
    """
    kind = type(value)
    reader = _READERS.get((kind.__module__.partition(".")[0], kind.__name__))
    if reader is None or getattr(value, "size", 0) > MAX_ITEMS:
        return None
    return reader(value)


def _array(value: object) -> Plain | None:
    plain = value.tolist()  # type: ignore[attr-defined]
    dtype = value.dtype  # type: ignore[attr-defined]
    if dtype.kind not in "biufcU" or not isinstance(plain, list):
        return None
    usual = {"b": "bool", "i": "int64", "f": "float64", "c": "complex128"}.get(dtype.kind)
    if not value.size:  # type: ignore[attr-defined]
        usual = "float64"
    named = dtype.kind != "U" and str(dtype) != usual
    options = (("dtype", str(dtype)),) if named else ()
    return Plain("import numpy as np", "np.array", plain, options)


def _series(value: object) -> Plain | None:
    plain, name = value.tolist(), value.name  # type: ignore[attr-defined]
    again = type(value)(plain, name=name)  # type: ignore[call-arg]
    if not _is_numbered(value) or not again.equals(value):  # type: ignore[attr-defined]
        return None
    options = () if name is None else (("name", name),)
    return Plain("import pandas as pd", "pd.Series", plain, options)


def _frame(value: object) -> Plain | None:
    plain = value.to_dict("list")  # type: ignore[attr-defined]
    again = type(value)(plain)  # type: ignore[call-arg]
    if not _is_numbered(value) or not again.equals(value):  # type: ignore[attr-defined]
        return None
    return Plain("import pandas as pd", "pd.DataFrame", plain)


def _is_numbered(value: object) -> bool:
    """Tell whether rows have no labels but their numbers."""
    index = value.index  # type: ignore[attr-defined]
    return type(index).__name__ == "RangeIndex" and (index.start, index.step) == (0, 1)


_READERS: dict[tuple[str, str], Callable[[object], Plain | None]] = {
    ("numpy", "ndarray"): _array,
    ("pandas", "Series"): _series,
    ("pandas", "DataFrame"): _frame,
}
