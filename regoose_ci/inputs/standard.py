"""Values of the standard library's types, and of numpy's and pandas', as people write them."""

from __future__ import annotations

from dataclasses import dataclass

from regoose_ci.guest.protocol import TypeForm


@dataclass(frozen=True, slots=True)
class Written:
    """An expression and the imports it needs."""

    source: str
    imports: tuple[str, ...] = ()


def _all(template: str, values: tuple[object, ...], *imports: str) -> tuple[Written, ...]:
    return tuple(Written(template.format(value), imports) for value in values)


_EVENING = "2024, 1, 15, 23, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=-5))"
_SUMMER = Written(
    'datetime.datetime(2024, 7, 1, 0, 30, tzinfo=ZoneInfo("Europe/Berlin"))',
    ("import datetime", "from zoneinfo import ZoneInfo"),
)
STANDARD: dict[str, tuple[Written, ...]] = {
    "datetime": (
        *_all(
            "datetime.datetime({})",
            (
                "2024, 1, 15, 12, 30",
                "2024, 1, 15, 12, 30, tzinfo=datetime.timezone.utc",
                "1999, 12, 31, 23, 59, 59, 999999",
                _EVENING,
                "2024, 2, 29",
            ),
            "import datetime",
        ),
        _SUMMER,
    ),
    "date": _all(
        "datetime.date({})",
        ("2024, 2, 29", "1999, 12, 31", "2024, 1, 1", "2024, 3, 31"),
        "import datetime",
    ),
    "time": _all("datetime.time({})", ("12, 30", "0, 0", "23, 59, 59"), "import datetime"),
    "timedelta": _all(
        "datetime.timedelta({})",
        ("0", "days=1", "seconds=90", "days=-1, hours=3", "days=400, microseconds=5"),
        "import datetime",
    ),
    "tzinfo": (
        Written("datetime.timezone.utc", ("import datetime",)),
        *_all("ZoneInfo({!r})", ("America/New_York",), "from zoneinfo import ZoneInfo"),
    ),
    "zone": _all(
        "ZoneInfo({!r})", ("America/New_York", "UTC", "Asia/Tokyo"), "from zoneinfo import ZoneInfo"
    ),
    "decimal": _all("Decimal({!r})", ("0", "1.50", "-2.5", "1.005"), "from decimal import Decimal"),
    "fraction": _all(
        "Fraction({})", ("1, 3", "7, 2", "-5, 4", "0, 1"), "from fractions import Fraction"
    ),
    "path": _all("Path({!r})", ("a/b.txt", ".", "a.tar.gz"), "from pathlib import Path"),
    "uuid": _all("UUID({!r})", ("12345678-1234-5678-1234-567812345678",), "from uuid import UUID"),
    "pattern": _all("re.compile({!r})", ("a+", "(a)(b)?", r"\d+"), "import re"),
    "text_stream": _all("io.StringIO({!r})", ("a\nb\n", "", "a b\n\nc"), "import io"),
    "byte_stream": _all("io.BytesIO({!r})", (b"abc", b"", b"a\nb\n"), "import io"),
    "array": _all(
        "np.array({})",
        ("[1, 2, 3]", "[1.5, -2.0]", "[[1, 2], [3, 4]]", "[]", "[1.0, float('nan')]"),
        "import numpy as np",
    ),
    "series": _all(
        "pd.Series({})", ("[1, 2, 3]", "[1.5, -2.0]", "[1.0, float('nan')]"), "import pandas as pd"
    ),
    "frame": _all(
        "pd.DataFrame({})",
        (
            "{'a': [1, 2, 3], 'b': [3, 1, 2]}",
            "{'a': ['x', 'y', 'x'], 'b': [1.5, 2.0, -1.0]}",
            "{'a': [1.0, float('nan')]}",
        ),
        "import pandas as pd",
    ),
    "slice": _all(
        "slice({})", ("0, 2", "1, 3", "None", "-2, None", "0, 10, 2", "None, None, -1", "2, 1")
    ),
    "range": _all("range({})", ("3", "0", "1, 10, 2", "5, 0, -1")),
    "bytearray": _all("bytearray({!r})", (b"ab", b"")),
    "type": _all("{}", ("int", "str")),
    "none": _all("{}", ("None",)),
}
_OF_ONE = {
    "int": ("lambda n: n + 1", "abs", "lambda n: n % 2"),
    "float": ("abs", "lambda n: n / 2"),
    "str": ("str.upper", "len", "lambda text: text[1:]"),
    "bool": ("bool", "lambda value: not value"),
}
_PREDICATES = {
    "int": ("lambda n: n > 1", "bool"),
    "str": ("str.isdigit", "bool"),
}
_OF_TWO = ("lambda a, b: a - b", "max", "lambda a, b: a + b")
_OF_ANY = ("str", "bool", "lambda value: value", "len")


def functions(form: TypeForm) -> tuple[Written, ...]:
    """Return functions that take and give what a form of kind ``callable`` tells, if it does."""
    *taken, given = form.args or (TypeForm("ellipsis"), TypeForm("any"))
    if any(one.kind == "ellipsis" for one in taken):
        return _all("{}", (*_OF_ANY, "lambda *args: len(args)"))
    if not taken:
        return _all("{}", ("list", "lambda: 1") if given.kind == "any" else ("lambda: 1", "str"))
    if len(taken) == 1:
        table = _PREDICATES if given.kind == "bool" else _OF_ONE
        return _all("{}", (*table.get(taken[0].kind, ()), *_OF_ANY))
    names = ", ".join("abcdefgh"[: len(taken)])
    other = (f"lambda {names}: ({names})",)
    return _all("{}", (*_OF_TWO, *other) if len(taken) == 2 else other)
