from __future__ import annotations

import collections.abc
import datetime
import enum
import io
import numbers
import os
import pathlib
import re
import typing
from abc import ABC, abstractmethod
from decimal import Decimal

import pytest

from regoose_ci.guest.protocol import Parameter, TypeForm
from regoose_ci.guest.types_of import form_of, parameters_of
from tests.unit.guest.things import Colour, Money, Point

INT, STR = TypeForm("int"), TypeForm("str")
UserId = typing.NewType("UserId", int)
Bound = typing.TypeVar("Bound", bound=str)
Choice = typing.TypeVar("Choice", int, str)
Free = typing.TypeVar("Free")


class Reader(ABC):
    @abstractmethod
    def read(self) -> str: ...


class Sized(typing.Protocol):
    def __len__(self) -> int: ...


class Tree(typing.NamedTuple):
    left: typing.Optional["Tree"]  # noqa: UP037, UP045
    value: int = 0


@pytest.mark.parametrize(
    ("annotation", "form"),
    [
        (int, INT),
        (None, TypeForm("none")),
        (type(None), TypeForm("none")),
        (typing.Any, TypeForm("any")),
        (object, TypeForm("any")),
        (list, TypeForm("list")),
        (slice, TypeForm("slice")),
        (typing.Optional[range], TypeForm("union", (TypeForm("range"), TypeForm("none")))),  # noqa: UP045
        (list[int], TypeForm("list", (INT,))),
        (typing.List[str], TypeForm("list", (STR,))),  # noqa: UP006
        (tuple[int, ...], TypeForm("tuple", (INT, TypeForm("ellipsis")))),
        (dict[str, int], TypeForm("dict", (STR, INT))),
        (collections.abc.Mapping[str, int], TypeForm("dict", (STR, INT))),
        (typing.Iterable[int], TypeForm("list", (INT,))),
        (collections.abc.Iterator[int], TypeForm("iterator", (INT,))),
        (frozenset[str], TypeForm("frozenset", (STR,))),
        (collections.abc.Set[str], TypeForm("set", (STR,))),
        (typing.Union[int, str], TypeForm("union", (INT, STR))),  # noqa: UP007
        (int | None, TypeForm("union", (INT, TypeForm("none")))),
        (typing.Literal["a", 1], TypeForm("literal", values=("'a'", "1"))),
        (typing.Annotated[int, "positive"], INT),
        (typing.Callable[[int], str], TypeForm("callable", (INT, STR))),
        (collections.abc.Callable, TypeForm("callable")),
        (type[int], TypeForm("type", (INT,))),
        (UserId, INT),
        (Bound, STR),
        (Choice, INT),
        (Free, TypeForm("any")),
        (datetime.datetime, TypeForm("datetime")),
        (datetime.date, TypeForm("date")),
        (datetime.tzinfo, TypeForm("tzinfo")),
        (Decimal, TypeForm("decimal")),
        (pathlib.Path, TypeForm("path")),
        (os.PathLike[str], TypeForm("path")),
        (re.Pattern[str], TypeForm("pattern")),
        (typing.TextIO, TypeForm("text_stream")),
        (io.BytesIO, TypeForm("byte_stream")),
        (numbers.Number, TypeForm("float")),
        ("int", TypeForm("unknown")),
        (5, TypeForm("unknown")),
    ],
    ids=str,
)
def test_forms(annotation: object, form: TypeForm) -> None:
    assert form_of(annotation) == form


def test_enums_list_their_members() -> None:
    form = form_of(Colour)
    assert (form.kind, form.values) == ("enum", ("Colour.RED", "Colour.BLUE"))
    assert form.imports == (f"from {Colour.__module__} import Colour",)


def test_large_enums_are_cut() -> None:
    many = enum.Enum("many", [f"M{n}" for n in range(99)], module=__name__)  # type: ignore[misc]
    globals()["many"] = many
    assert len(form_of(many).values) == 20


def test_classes_tell_how_they_are_constructed() -> None:
    form = form_of(Money)
    assert (form.kind, form.name) == ("class", "Money")
    assert [p.name for p in form.parameters] == ["amount", "currency"]
    assert form.parameters[1] == Parameter(
        "currency", "positional_or_keyword", STR, "'EUR'", required=False
    )


def test_named_tuples_are_classes() -> None:
    assert [p.name for p in form_of(Point).parameters] == ["x", "y"]


@pytest.mark.parametrize("kind", [Reader, Sized])
def test_what_cannot_be_constructed_is_abstract(kind: type) -> None:
    assert form_of(kind).kind == "abstract"


def test_a_class_that_mentions_itself_ends() -> None:
    form = form_of(Tree)
    assert form.kind == "class"
    assert repr(form).count("name='Tree'") < 5


def test_parameters_of_a_function() -> None:
    def call(a, b: int, /, c: "str" = "x", *rest: int, d=None, e: Money = Money(1), **more): ...  # type: ignore[no-untyped-def]  # noqa: B008, UP037

    unknown = TypeForm("unknown")
    found = parameters_of(call, drop_first=False)
    assert found[0] == Parameter("a", "positional_only", unknown)
    assert found[1] == Parameter("b", "positional_only", INT)
    assert found[2] == Parameter("c", "positional_or_keyword", STR, "'x'", required=False)
    assert found[3] == Parameter("rest", "var_positional", INT)
    assert found[4] == Parameter("d", "keyword_only", unknown, "None", required=False)
    assert found[5].default is None, "a default that needs an import is left to the types"
    assert not found[5].required
    assert found[6].kind == "var_keyword"
    assert parameters_of(call, drop_first=True)[0].name == "b"


def test_annotations_that_do_not_resolve_are_unknown() -> None:
    def call(a: "Missing") -> None: ...  # type: ignore[name-defined]  # noqa: F821, UP037

    assert parameters_of(call, drop_first=False) == (
        Parameter("a", "positional_or_keyword", TypeForm("unknown")),
    )


@pytest.mark.parametrize("thing", [5, dict.fromkeys, "text"])
def test_what_has_no_signature_has_no_known_parameters(thing: object) -> None:
    assert parameters_of(thing, drop_first=False) in ((), parameters_of(dict.fromkeys, False))
