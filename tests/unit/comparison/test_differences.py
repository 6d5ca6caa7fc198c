from __future__ import annotations

import pytest

from regoose_ci.comparison.differences import (
    Difference,
    DifferenceKind,
    difference,
    is_noteworthy,
    misfit_of,
    signature_kind,
)
from regoose_ci.domain.observations import Outcome, OutcomeKind, Value
from tests.unit.generation.observing import CRASHED, TIMEOUT, opaque, raised, returned, value


def found_in(base: Outcome, head: Outcome) -> Difference:
    found = difference(base, head)
    assert found is not None
    return found


def source(text: str, type_name: str = "object") -> Outcome:
    return Outcome(OutcomeKind.RETURNED, Value(type_name, text))


UNBUILDABLE = Outcome(OutcomeKind.UNBUILDABLE)


@pytest.mark.parametrize(
    ("base", "head", "kind"),
    [
        (returned(1), returned(2), DifferenceKind.RESULT),
        (returned(1), returned(True), DifferenceKind.RESULT),
        (returned(1), returned(1.0), DifferenceKind.RESULT),
        (returned(0.0), returned(-0.0), DifferenceKind.RESULT),
        (returned((1,)), returned([1]), DifferenceKind.RESULT),
        (returned(1), raised("ValueError"), DifferenceKind.EXCEPTION_RAISED),
        (raised("ValueError"), returned(1), DifferenceKind.EXCEPTION_GONE),
        (raised("ValueError"), raised("KeyError"), DifferenceKind.EXCEPTION_TYPE),
        (raised("KeyError", "a"), raised("KeyError", "b"), DifferenceKind.EXCEPTION_MESSAGE),
        (returned(1), TIMEOUT, DifferenceKind.TIMEOUT),
        (raised("KeyError"), TIMEOUT, DifferenceKind.TIMEOUT),
        (returned(1), CRASHED, DifferenceKind.CRASH),
        (returned(None, _0=[1]), returned(None, _0=[2]), DifferenceKind.ARGUMENT),
        (returned(None, _0=[1]), returned(None), DifferenceKind.ARGUMENT),
        (returned(None, stdout="a"), returned(None, stdout="b"), DifferenceKind.STDOUT),
    ],
)
def test_kinds_of_differences(base: Outcome, head: Outcome, kind: DifferenceKind) -> None:
    assert found_in(base, head).kind is kind


@pytest.mark.parametrize(
    ("base", "head"),
    [
        (source("{'a': 1, 'b': {1, 2}}"), source("{'b': {2, 1}, 'a': 1}")),
        (source("frozenset({1, 2})"), source("frozenset({2, 1})")),
        (source("set([1, 2])"), source("set([2, 1])")),
        (source('float("nan")', "float"), source("float('nan')", "float")),
        (source("'<Foo at 0x7f3c00aa10>'", "str"), source("'<Foo at 0x7f3c00bb20>'", "str")),
        (source("Point(x=1, y=2)", "Point"), source("Point(y=2, x=1)", "Point")),
        (raised("E", "<Foo at 0x7f3c00aa10>"), raised("E", "<Foo at 0x7f3c00bb20>")),
        (source("[1]", "map"), source("[1]", "generator")),
        (source("[1]", "list_iterator"), source("[1]", "iterator")),
        (source("A(1)", "pkg.old.A"), source("A(1)", "pkg.new.A")),
        (TIMEOUT, returned(1)),
        (CRASHED, CRASHED),
        (UNBUILDABLE, returned(1)),
        (returned(1), UNBUILDABLE),
        (returned(opaque("Foo")), returned(opaque("Foo"))),
        (
            returned(Value("Foo", parts={"{}.a": value(1), "{}.b": value(2)})),
            returned(Value("Foo", parts={"{}.a": value(1), "{}.c": value(2)})),
        ),
    ],
)
def test_what_a_reader_would_call_the_same_is_no_difference(base: Outcome, head: Outcome) -> None:
    assert difference(base, head) is None


def test_the_smallest_differing_part_of_a_literal_is_found() -> None:
    found = found_in(returned({"a": [1, (2, "x")]}), returned({"a": [1, (2, "y")]}))
    assert found.path == "{}['a'][1][1]"
    assert found.base_part == Value("str", "'x'")
    assert found.head_part == Value("str", "'y'")


def test_braces_in_keys_are_doubled() -> None:
    assert found_in(returned({"{}": 1}), returned({"{}": 2})).path == "{}['{{}}']"


def test_parts_are_compared_and_the_plainest_is_chosen() -> None:
    def url(path: str) -> Outcome:
        parts = {"str({})": value(f"http://a{path}"), "{}.path": value(path)}
        return returned(Value("URL", parts=parts))

    found = found_in(url("/x"), url("x"))
    assert found.path == "{}.path"
    assert found.base_part == value("/x")


def test_an_object_that_can_no_longer_be_built_from_source_differs() -> None:
    base = returned(Value("URL", "URL('http://a/x')"))
    head = returned(Value("URL", parts={"{}.path": value("x")}))
    assert found_in(base, head).path == "{}"
    assert difference(head, base) is None


def test_projections_are_composed() -> None:
    def box(item: int) -> Outcome:
        inner = Value("Item", parts={"str({})": value(str(item))})
        items = Value("list", parts={"{}[0]": inner})
        return returned(Value("Box", parts={"{}.items": items}))

    assert found_in(box(1), box(2)).path == "str({}.items[0])"


def test_a_list_in_place_of_an_iterator_is_no_difference() -> None:
    base = Outcome(OutcomeKind.RETURNED, value([1, 2]), iterated=True)
    assert difference(base, returned([1, 2])) is None
    assert found_in(returned([1, 2]), base).kind is DifferenceKind.RESULT


def test_becoming_asynchronous_is_a_difference() -> None:
    head = Outcome(OutcomeKind.RETURNED, value(1), awaited=True)
    assert found_in(returned(1), head).kind is DifferenceKind.RESULT


@pytest.mark.parametrize(
    ("base", "head", "expected"),
    [
        (returned(1), raised("TypeError", deliberate=False), True),
        (raised("TypeError", deliberate=False), returned(1), False),
        (raised("AttributeError", deliberate=False), raised("ValueError"), False),
        (raised("KeyError", deliberate=False), returned(1), True),
        (raised("TypeError"), returned(1), True),
        (raised("ValueError", "a"), raised("ValueError", "b"), True),
        (raised("ValueError", "a", deliberate=False), raised("ValueError", "b"), False),
        (returned(NotImplemented), returned(1), False),
    ],
)
def test_accidents_on_base_are_not_noteworthy(base: Outcome, head: Outcome, expected: bool) -> None:
    assert is_noteworthy(found_in(base, head)) is expected


def test_one_signature_for_differences_of_one_kind() -> None:
    one = found_in(returned({"a": ["x"]}), returned({"a": ["y"]}))
    other = found_in(returned({"b": ["x", "z"]}), returned({"b": ["x", "w"]}))
    assert signature_kind(one) == signature_kind(other)


@pytest.mark.parametrize(
    ("base", "head"),
    [
        (returned(False), returned(True)),
        (returned("a"), returned(None)),
        (returned("a"), raised("ValueError")),
        (returned("a"), TIMEOUT),
        (returned(["a"]), returned(["b"])),
    ],
)
def test_other_kinds_have_other_signatures(base: Outcome, head: Outcome) -> None:
    ordinary = found_in(returned("a"), returned("b"))
    assert signature_kind(found_in(base, head)) != signature_kind(ordinary)


def test_deeply_nested_source_is_compared_as_text() -> None:
    deep = "[" * 5000 + "]" * 5000
    assert difference(source(deep), source(deep)) is None
    assert found_in(source(deep), source(f"[{deep}]")).path == "{}"


def first_items(*items: int) -> Outcome:
    """What a guest tells of an iterator with more items than it lists."""
    counts = (5, 50)
    parts = {
        f"list(itertools.islice({{}}, {n}))": Value(
            "list", repr(list(items[:n])), ("import itertools",)
        )
        for n in counts
    }
    return Outcome(OutcomeKind.RETURNED, Value("iterator", parts=parts))


def listed(*items: int) -> Outcome:
    return Outcome(OutcomeKind.RETURNED, value(list(items)), iterated=True)


def test_iterators_with_too_many_items_are_compared_by_their_first() -> None:
    many = range(51)
    assert difference(first_items(*many), first_items(*many)) is None
    found = found_in(first_items(*many), first_items(9, *many[1:]))
    assert found.path == "list(itertools.islice({}, 5))[0]"
    assert found_in(first_items(*many), listed(*range(7))).path.endswith("50))")
    assert found_in(listed(*range(7)), first_items(*many)).kind is DifferenceKind.RESULT


@pytest.mark.parametrize(
    ("message", "misfit"),
    [
        ("get() got an unexpected keyword argument 'b'", "got an unexpected keyword"),
        ("f.<locals>.g() missing 2 required positional arguments: 'a' and 'b'", "missing"),
        ("f() takes 0 positional arguments but 1 was given", "takes"),
        ("f() got multiple values for argument 'a'", "got multiple values"),
        ("f() got some positional-only arguments passed as keyword arguments: 'a'",
         "got some positional-only"),
        ("unsupported operand type(s) for +: 'int' and 'str'", ""),
        ("it takes two to tango", ""),
        ("f() missing the point", ""),
    ],
)  # fmt: skip
def test_ways_in_which_arguments_do_not_fit_are_kinds_of_their_own(
    message: str, misfit: str
) -> None:
    head = raised("TypeError", message)
    assert head.raised is not None
    assert misfit_of(head.raised) == misfit
    others = [raised("TypeError", "missing"), raised("ValueError", message)]
    kinds = [signature_kind(found_in(returned(1), outcome)) for outcome in (head, *others)]
    assert len(set(kinds)) == (3 if misfit else 2)
