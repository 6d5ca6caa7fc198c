from __future__ import annotations

import collections
import datetime
import functools
import io
import math
import pathlib
import re
import uuid
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regoose_ci.guest.naming import Name
from regoose_ci.guest.sources import MAX_SOURCE, SourceWriter, UnprintableError
from tests.unit.guest.things import (
    Access,
    Colour,
    Hostile,
    Liar,
    Money,
    Node,
    Opaque,
    Point,
    Version,
)


def rebuilt(written: Name) -> object:
    """What a test that pastes the source gets."""
    namespace: dict[str, object] = {}
    for statement in written.imports:
        exec(statement, namespace)  # noqa: S102
    return eval(written.expression, namespace)  # noqa: S307


def recursive_list() -> object:
    items: list[object] = [1]
    items.append(items)
    return items


def recursive_node() -> object:
    node = Node(1)
    node.next = node
    return node


VALUES = [
    None,
    True,
    ...,
    -7,
    2**70,
    1.5,
    -0.0,
    1e300,
    float("inf"),
    -float("inf"),
    1 + 2j,
    "",
    'it\'s "quoted"\n\x00 é \ud800',
    b"\x00\xff'",
    bytearray(b"ab"),
    [],
    [1, [2, [3]]],
    (),
    (1,),
    (1, 2),
    {},
    {"a": {1: (None,)}},
    set(),
    {1, 2, 3},
    frozenset(),
    frozenset({"b", "a"}),
    range(1, 10, 2),
    slice(1, None),
    Decimal("1.50"),
    Decimal("-Infinity"),
    Fraction(-1, 3),
    uuid.UUID(int=5),
    datetime.date(2024, 2, 29),
    datetime.time(12, 30, tzinfo=datetime.timezone.utc),
    datetime.datetime(2024, 1, 1, 2, 3, 4, 5),
    datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=-5), "X")),
    datetime.datetime(2024, 7, 1, tzinfo=ZoneInfo("UTC"), fold=1),
    datetime.timedelta(days=-1, seconds=5),
    datetime.timezone.utc,
    pathlib.Path("a/b c.txt"),
    pathlib.PurePosixPath("/x"),
    pathlib.PureWindowsPath("c:/x"),
    re.compile(r"a\d+", re.IGNORECASE | re.DOTALL),
    collections.OrderedDict(a=1),
    collections.Counter("aab"),
    collections.deque([1, 2], maxlen=5),
    Colour.RED,
    Access.WRITE,
    Access.READ | Access.WRITE,
    Access(0),
    Point(1),
    [Point(1, 2), Money(5)],
    Money(5, "USD"),
    Node(1, Node(Colour.BLUE)),
    Version("1.2"),
    Version.Part(3),
    Version,
    Version.Part,
    len,
    int,
    dict.fromkeys("ab", Money(1)),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda v: type(v).__name__)
def test_source_builds_an_equal_value_of_the_same_type(value: object) -> None:
    written = SourceWriter().write(value)
    again = rebuilt(written)
    assert type(again) is type(value)
    assert again == value
    assert SourceWriter().write(again) == written


def test_nan_is_written_so_that_it_is_nan_again() -> None:
    again = rebuilt(SourceWriter().write(float("nan")))
    assert isinstance(again, float)
    assert math.isnan(again)


def test_streams_are_written_with_their_content() -> None:
    text = rebuilt(SourceWriter().write(io.StringIO("a\n")))
    data = rebuilt(SourceWriter().write(io.BytesIO(b"\x00")))
    assert isinstance(text, io.StringIO)
    assert isinstance(data, io.BytesIO)
    assert (text.getvalue(), data.getvalue()) == ("a\n", b"\x00")


def test_partial_is_written_with_its_arguments() -> None:
    again = rebuilt(SourceWriter().write(functools.partial(int, "101", base=2)))
    assert isinstance(again, functools.partial)
    assert again() == 5


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.binary(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON)
def test_plain_data_survives(value: object) -> None:
    assert rebuilt(SourceWriter().write(value)) == value


@given(st.sets(st.integers() | st.text(max_size=3), max_size=6))
def test_sets_are_written_in_one_order_whatever_the_hash_seed(value: set[object]) -> None:
    backwards: set[object] = set()
    for item in reversed(list(value)):
        backwards.add(item)
    assert SourceWriter().write(value) == SourceWriter().write(backwards)


def local_function() -> None: ...


@pytest.mark.parametrize(
    "value",
    [
        recursive_list(),
        recursive_node(),
        Opaque(a=1),
        [Opaque()],
        Liar("1"),
        lambda: 1,
        (n for n in [1]),
        object(),
        "x" * (MAX_SOURCE + 1),
        10**1001,
        list(range(1000)),
        ["x" * 100] * 80,
        type("Local", (), {}),
        datetime.datetime(2024, 1, 1, tzinfo=type("Zone", (datetime.tzinfo,), {})()),
        iter([1]),
    ],
    ids=lambda v: type(v).__name__,
)
def test_what_has_no_source_is_refused(value: object) -> None:
    with pytest.raises(UnprintableError):
        SourceWriter().write(value)


def test_a_hostile_object_raises_nothing_worse_than_its_own_errors() -> None:
    with pytest.raises((UnprintableError, RuntimeError)):
        SourceWriter().write([Hostile()])


def test_one_writer_serves_many_values() -> None:
    writer = SourceWriter()
    with pytest.raises(UnprintableError):
        writer.write(recursive_list())
    assert writer.write(Decimal("1")) == Name("Decimal('1')", ("from decimal import Decimal",))
    assert writer.write([1]) == Name("[1]")


def test_provenance_stands_for_objects_without_source() -> None:
    jar = Opaque()
    made = Name("Jar('jam')", ("from larder import Jar",))
    assert SourceWriter({id(jar): made}).write([jar]) == Name("[Jar('jam')]", made.imports)
