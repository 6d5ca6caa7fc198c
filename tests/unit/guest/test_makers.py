from __future__ import annotations

import pytest

from regoose_ci.guest import makers
from regoose_ci.guest.naming import Name
from regoose_ci.guest.types_of import form_of
from tests.unit.guest import made


def test_class_methods_and_functions_make_objects() -> None:
    found = makers.makers_of(made.Address, Name("Address"))
    assert [name.expression for name, _ in found] == [
        "Address.parse",
        "Address.from_parts",
        "Address.local",
        "address_of",
    ]


def test_methods_that_make_something_else_are_left_out() -> None:
    names = {name.expression for name, _ in makers.makers_of(made.Address, Name("Address"))}
    assert not {"Address.count", "Address._private"} & names


def test_a_form_offers_each_way_to_an_object() -> None:
    form = form_of(made.Address)
    assert form.kind == "union"
    assert [way.name for way in form.args][:2] == ["Address", "Address.parse"]
    assert [p.name for p in form.args[1].parameters] == ["text"]


@pytest.mark.parametrize(
    ("kind", "stand_ins"),
    [
        (made.Shape, [made.Square, made.Circle]),
        (made.Named, [made.Dog]),
        (made.Unknown, []),
    ],
)
def test_classes_stand_in_for_abstract_ones(kind: type, stand_ins: list[type]) -> None:
    assert makers.implementations_of(kind) == stand_ins


def test_an_abstract_class_has_the_form_of_what_stands_in() -> None:
    assert [f.name for f in form_of(made.Shape).args] == ["Square", "Circle"]
    assert form_of(made.Named).name == "Dog"
    assert form_of(made.Unknown).kind == "abstract"


def test_typed_dictionaries_tell_their_keys() -> None:
    form = form_of(made.Movie)
    assert form.kind == "record"
    assert [(p.name, p.type.kind, p.required) for p in form.parameters] == [
        ("title", "str", True),
        ("year", "int", False),
    ]


def test_names_for_type_checkers_are_found_in_the_project() -> None:
    form = form_of(made.Kennel)
    assert [(p.name, p.type.kind) for p in form.parameters] == [
        ("dogs", "list"),
        ("parcel", "class"),
    ]


def test_a_metaclass_that_raises_is_of_unknown_type() -> None:
    assert [p.type.kind for p in form_of(made.Cage).parameters] == ["unknown"]


@pytest.mark.parametrize(
    ("kind", "children"),
    [
        (made.Marker, [made.Flag, made.Pennant]),
        (made.Flag, []),
        (made.Pennant, []),
        (made.Quiet, []),
    ],
)
def test_children_stand_in_for_a_class_that_sets_nothing(kind: type, children: list[type]) -> None:
    assert makers.children_of(kind) == children
