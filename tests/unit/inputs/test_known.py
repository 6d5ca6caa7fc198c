from __future__ import annotations

import pytest

from regoose_ci.guest.protocol import TypeForm
from regoose_ci.inputs.known import MAX_KNOWN, KnownObjects
from regoose_ci.inputs.pool import Pool
from regoose_ci.inputs.standard import Written
from regoose_ci.inputs.typed import TypedInputs

TILL = TypeForm("class", name="shop.Till")
BOX = TypeForm("class", name="Box")
A_TILL, A_BOX = Written("Shop().till(1)"), Written("pack([1])")


@pytest.fixture
def objects() -> KnownObjects:
    known = KnownObjects()
    known.add("Till", A_TILL)
    known.add("Outer.Box", A_BOX)
    return known


@pytest.mark.parametrize(
    ("form", "found"),
    [
        (TILL, (A_TILL,)),
        (BOX, (A_BOX,)),
        (TypeForm("union", (BOX, TypeForm("none"), TILL, BOX)), (A_BOX, A_TILL)),
        (TypeForm("class", name="Lid"), ()),
        (TypeForm("enum", name="Till"), ()),
    ],
)
def test_they_are_known_by_the_last_name_of_their_class(
    objects: KnownObjects, form: TypeForm, found: tuple[Written, ...]
) -> None:
    assert objects.of(form) == found


def test_each_is_remembered_once_and_not_too_many() -> None:
    objects = KnownObjects()
    for n in range(2 * (MAX_KNOWN + 5)):
        objects.add("Till", Written(f"Till({n // 2})"))
    assert len(objects.of(TILL)) == len({*objects.of(TILL)}) == MAX_KNOWN


def test_an_argument_of_a_known_class_is_a_known_object_first(objects: KnownObjects) -> None:
    assert TypedInputs(Pool(), objects).for_type(TILL) == [A_TILL, Written("shop.Till()")]
    assert TypedInputs(Pool()).for_type(TILL) == [Written("shop.Till()")]
