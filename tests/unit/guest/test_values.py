from __future__ import annotations

import ast
import enum
from collections.abc import Callable
from pathlib import Path

import pytest

from regoose_ci.guest.protocol import Value
from regoose_ci.guest.values import MAX_PARTS, MAX_VALUES, encode, encode_briefly, endless
from tests.unit.guest.things import Hostile, Liar, Money, Node, Opaque, Version


def parts(value: object) -> dict[str, str | None]:
    return {template: part.source for template, part in encode(value).parts.items()}


def count(value: Value) -> int:
    return 1 + sum(map(count, value.parts.values()))


@pytest.mark.parametrize("value", [1, "a", [1], {"a": 1}, Path("a"), None, (1,)])
def test_values_of_pythons_own_types_are_their_source(value: object) -> None:
    encoded = encode(value)
    assert encoded.source is not None
    assert encoded.parts == {}


def test_objects_have_source_and_parts() -> None:
    encoded = encode(Money(5))
    assert encoded.source == "Money(amount=5, currency='EUR')"
    assert encoded.imports == (f"from {Money.__module__} import Money",)
    assert parts(Money(5)) == {
        "str({})": "'5 EUR'",
        "{}.amount": "5",
        "{}.currency": "'EUR'",
    }
    assert encode_briefly(Money(5)).parts == {}


def test_objects_without_source_are_told_by_their_public_parts() -> None:
    thing = Opaque(size=2, _secret=1, money=Money(1), items=[3], call=print)
    assert encode(thing).source is None
    assert parts(thing) == {
        "{}.doubled": "4",
        "{}.items": "[3]",
        "{}.money": "Money(amount=1, currency='EUR')",
        "{}.size": "2",
    }


def test_a_property_that_raises_is_left_out() -> None:
    assert parts(Opaque(name="a")) == {"{}.name": "'a'"}


def test_names_that_are_no_attributes_in_source_are_left_out() -> None:
    thing = Opaque(**{"two words": 1, "class": 2, "ok": 3})
    assert parts(thing) == {"{}.ok": "3"}


def test_containers_of_objects_are_told_by_item() -> None:
    assert parts([Opaque(a=1), 2]) == {"len({})": "2", "{}[0]": None, "{}[1]": "2"}
    assert parts({"k": Opaque(a=1)}) == {"len({})": "1", "{}['k']": None}
    assert parts({(1, Opaque()): 1, "{}": 2, (1, 2): 3}) == {
        "len({})": "3",
        "{}['{{}}']": "2",
        "{}[(1, 2)]": "3",
    }


def test_every_template_is_an_expression_with_one_hole() -> None:
    samples = [
        Money(1),
        Opaque(a=1),
        [Opaque()],
        {"a{b}": Opaque()},
        ValueError("a"),
        1.5,
        "é" * 9999,
    ]
    for sample in samples:
        for template in encode(sample).parts:
            before, hole, after = template.partition("{}")
            filled = before + "x" + after.replace("{{", "{").replace("}}", "}")
            assert hole
            ast.parse(filled, mode="eval")


def test_nan_is_told_by_how_it_prints() -> None:
    assert encode(float("nan")) == Value("float", parts={"str({})": Value("str", "'nan'")})


def test_long_text_is_told_by_both_ends() -> None:
    text = "a" * 3000 + "b" * 3000
    assert parts(text) == {
        "len({})": "6000",
        "{}[:80]": repr("a" * 80),
        "{}[-80:]": repr("b" * 80),
    }


def test_addresses_are_no_source() -> None:
    class Shown:
        def __repr__(self) -> str:
            return "<Shown at 0x7f00aa11bb22>"

    assert encode(Shown()) == Value(Shown.__qualname__)
    assert encode("<Shown at 0x7f00aa11bb22>").source is None


@pytest.mark.parametrize(
    "wrap", [lambda h: h, lambda h: [h], lambda h: {"a": h}, lambda h: Opaque(a=h)]
)
def test_a_hostile_object_raises_nothing(wrap: Callable[[object], object]) -> None:
    assert encode(wrap(Hostile())).source is None


def test_a_repr_that_does_not_build_the_object_is_a_text_at_most() -> None:
    encoded = encode(Liar("1"))
    assert encoded.source is None
    assert encoded.parts["{}.text"].source == "'1'"


def test_what_contains_itself_ends() -> None:
    node = Node(1)
    node.next = node
    items: list[object] = []
    items.append(items)
    assert encode(node).parts["{}.value"].source == "1"
    assert encode(items).parts["len({})"].source == "1"


def test_large_graphs_are_cut() -> None:
    thing = Opaque(size=1)
    for _ in range(4):
        thing = Opaque(**{f"a{n}": thing for n in range(MAX_PARTS)})
    assert count(encode(thing)) <= MAX_VALUES + 1


def test_exceptions_and_classes_as_values() -> None:
    assert parts(ValueError("no"))["type({}).__name__"] == "'ValueError'"
    assert encode(Version).source == "Version"
    assert parts(type("Local", (), {})) == {"{}.__name__": "'Local'"}


def test_values_that_only_a_local_class_has() -> None:
    class Local(enum.Enum):
        A = 1

    assert encode(Local.A).source is None


def test_an_endless_iterator_is_told_by_its_first_items() -> None:
    value = endless(list(range(51)))
    assert value.type == "iterator"
    assert {t: p.source for t, p in value.parts.items()} == {
        "list(itertools.islice({}, 5))": "[0, 1, 2, 3, 4]",
        "list(itertools.islice({}, 50))": repr(list(range(50))),
    }
    assert all(p.imports == ("import itertools",) for p in value.parts.values())
