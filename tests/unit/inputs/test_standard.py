from __future__ import annotations

import pytest

from regoose_ci.guest.protocol import TypeForm
from regoose_ci.inputs.standard import STANDARD, Written, functions

INT, STR, BOOL, ANY = map(TypeForm, ("int", "str", "bool", "any"))
LIBRARIES = ("array", "series", "frame")  # of projects that have them
WRITTEN = [w for kind, values in STANDARD.items() if kind not in LIBRARIES for w in values]


def value_of(written: Written) -> object:
    namespace: dict[str, object] = {}
    for statement in written.imports:
        exec(statement, namespace)  # noqa: S102
    return eval(written.source, namespace)  # noqa: S307


@pytest.mark.parametrize("written", WRITTEN, ids=lambda w: w.source)
def test_values_can_be_built(written: Written) -> None:
    value_of(written)


def test_some_datetimes_are_on_another_day_elsewhere() -> None:
    moments = [value_of(w) for w in STANDARD["datetime"]]
    aware = [m for m in moments if m.tzinfo is not None]  # type: ignore[attr-defined]
    offsets = [m.utcoffset() for m in aware]  # type: ignore[attr-defined]
    assert any(m.date() != (m - o).date() for m, o in zip(aware, offsets, strict=True))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("taken", "given", "arguments"),
    [
        ((), INT, ()),
        ((INT,), INT, (3,)),
        ((STR,), BOOL, ("a",)),
        ((INT, INT), INT, (1, 2)),
        ((INT, INT, INT), ANY, (1, 2, 3)),
    ],
    ids=["none", "number", "predicate", "two", "three"],
)
def test_functions_take_what_they_are_given(
    taken: tuple[TypeForm, ...], given: TypeForm, arguments: tuple[object, ...]
) -> None:
    found = functions(TypeForm("callable", (*taken, given)))
    first = value_of(found[0])
    assert callable(first)
    first(*arguments)


def test_functions_of_two_numbers_tell_their_order() -> None:
    found = [value_of(w) for w in functions(TypeForm("callable", (INT, INT, INT)))]
    assert any(f(1, 2) != f(2, 1) for f in found)  # type: ignore[operator]


def test_functions_of_unknown_arity_take_some() -> None:
    (*_, last) = functions(TypeForm("callable"))
    assert [value_of(last)(*range(n)) for n in (0, 3)] == [0, 3]  # type: ignore[operator]
