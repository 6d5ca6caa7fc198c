from __future__ import annotations

import dataclasses

import pytest

from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.observations import Origin
from regoose_ci.generation.embedded.annotations import as_annotated
from tests.unit.generation.observing import call, function, observation, returned


def add_tax(annotation: str) -> ChangedFunction:
    changed = function("add_tax", "cents", "percent")
    source = f"def add_tax(cents: {annotation}, *, percent=0): ..."
    assert changed.head is not None
    return dataclasses.replace(changed, head=dataclasses.replace(changed.head, source=source))


def is_kept(annotation: str, argument: str, origin: Origin = Origin.MUTATION) -> bool:
    made = observation(call("add_tax", argument), returned(1), returned(2), origin=origin)
    return as_annotated(add_tax(annotation), [made]) == [made]


@pytest.mark.parametrize(
    ("annotation", "argument"),
    [
        ("int", "1"),
        ("int", "True"),
        ("float", "-1"),
        ("'int'", "1"),
        ("int | None", "None"),
        ("Optional[str]", "None"),
        ("Decimal", "'1'"),
        ("int | Decimal", "'1'"),
        ("int = None", "None"),
        ("list[int]", "0.5"),
        ("int", "[0.5]"),
        ("int", "Decimal('1')"),
    ],
)
def test_what_the_annotation_accepts_or_does_not_speak_of_is_kept(
    annotation: str, argument: str
) -> None:
    assert is_kept(annotation, argument)


@pytest.mark.parametrize(
    ("annotation", "argument"),
    [
        ("int", "1.0"),
        ("int", "-0.5"),
        ("int", "None"),
        ("str", "b''"),
        ("int | None", "''"),
        ("Optional[int]", "1.5"),
        ("'str'", "0"),
    ],
)
def test_made_up_constants_of_another_type_are_left_out(annotation: str, argument: str) -> None:
    assert not is_kept(annotation, argument)


def test_a_keyword_is_looked_at_too() -> None:
    made = observation(
        call("add_tax", cents="0.5"), returned(1), returned(2), origin=Origin.LITERALS
    )

    assert as_annotated(add_tax("int"), [made]) == []


@pytest.mark.parametrize("origin", [Origin.CARVED, Origin.CALL_SITE])
def test_what_the_project_itself_calls_is_kept(origin: Origin) -> None:
    assert is_kept("int", "1.0", origin)


def test_source_that_is_no_function_excludes_nothing() -> None:
    changed = function("add_tax", "cents")
    assert changed.head is not None
    broken = dataclasses.replace(changed.head, source="def add_tax(cents: int")
    made = observation(call("add_tax", "0.5"), returned(1), returned(2), origin=Origin.MUTATION)

    assert as_annotated(dataclasses.replace(changed, head=broken), [made]) == [made]
