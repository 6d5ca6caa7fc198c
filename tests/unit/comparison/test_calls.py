from __future__ import annotations

from contextlib import contextmanager

import pytest

from regoose_ci.comparison.calls import (
    helper_lines,
    is_public_call,
    is_statement,
    render_call,
    render_observed,
)
from regoose_ci.domain.observations import Call, CallKind, Outcome, OutcomeKind
from tests.unit.generation.observing import call, method, prop


@pytest.mark.parametrize(
    ("made", "source"),
    [
        (call("slugify", "'a--b'", separator="'-'"), "slugify('a--b', separator='-')"),
        (call("Version.__init__", "'1.0'"), "Version('1.0')"),
        (call("Version.__lt__", "Version('1')", "Version('2')"), "Version('1') < Version('2')"),
        (method("URL('a')", "join", "URL('b')"), "URL('a').join(URL('b'))"),
        (method("1", "bit_length"), "(1).bit_length()"),
        (method("'a' + 'b'", "upper"), "('a' + 'b').upper()"),
        (method("(1, 2)", "index", "1"), "(1, 2).index(1)"),
        (prop("URL('a')", "path"), "URL('a').path"),
        (method("a", "__eq__", "b"), "a == b"),
        (method("a", "__ne__", "-1"), "a != -1"),
        (method("a", "__add__", "b"), "a + b"),
        (method("a", "__mul__", "-1"), "a * (-1)"),
        (method("a", "__radd__", "1"), "(1) + a"),
        (method("a + b", "__truediv__", "c"), "(a + b) / c"),
        (method("a", "__contains__", "'x'"), "'x' in a"),
        (method("a", "__getitem__", "0"), "a[0]"),
        (method("a", "__getitem__", "slice(None, None, None)"), "a[:]"),
        (method("a", "__getitem__", "slice(1, -2)"), "a[1:-2]"),
        (method("a", "__getitem__", "slice(None, 5, 2)"), "a[:5:2]"),
        (method("a", "__getitem__", "slice(5)"), "a[slice(5)]"),
        (method("a", "__getitem__", "slice(*b, 1)"), "a[slice(*b, 1)]"),
        (method("a", "__getitem__", "slice(lambda: 1, 2)"), "a[slice(lambda: 1, 2)]"),
        (method("a", "__getitem__", "slice(1, 2, 3, 4)"), "a[slice(1, 2, 3, 4)]"),
        (method("a", "__delitem__", "slice(1, None)"), "del a[1:]"),
        (method("a", "__setitem__", "0", "'x'"), "a[0] = 'x'"),
        (method("a", "__delitem__", "0"), "del a[0]"),
        (method("a", "__len__"), "len(a)"),
        (method("a", "__str__"), "str(a)"),
        (method("a", "__repr__"), "repr(a)"),
        (method("a", "__bool__"), "bool(a)"),
        (method("a", "__iter__"), "list(a)"),
        (method("a", "__hash__"), "isinstance(hash(a), int)"),
        (method("a", "__call__", "1"), "a(1)"),
        (method("a", "__call__", "1", "2"), "a(1, 2)"),
        (method("a", "__neg__"), "-a"),
        (method("a", "__format__", "'>8'"), "format(a, '>8')"),
        (method("a", "__enter__"), "a.__enter__()"),
        (method("a", "__eq__"), "a.__eq__()"),
    ],
)
def test_calls_are_written_as_people_write_them(made: Call, source: str) -> None:
    assert render_call(made) == source


@pytest.mark.parametrize(
    ("awaited", "iterated", "source"),
    [
        (True, False, "asyncio.run(f())"),
        (False, True, "list(f())"),
        (True, True, "asyncio.run(collect())"),
    ],
)
def test_results_are_awaited_and_listed_as_the_guest_did(
    awaited: bool, iterated: bool, source: str
) -> None:
    outcome = Outcome(OutcomeKind.RETURNED, awaited=awaited, iterated=iterated)
    assert render_observed(call("f"), outcome) == source


def test_iteration_is_listed_once() -> None:
    outcome = Outcome(OutcomeKind.RETURNED, iterated=True)
    assert render_observed(method("a", "__iter__"), outcome) == "list(a)"


def test_context_managers_are_entered_as_the_guest_did() -> None:
    outcome = Outcome(OutcomeKind.RETURNED, entered=True)
    made = call("opened", "'a'")
    program = "\n".join([*helper_lines(made, outcome), f"found = {render_observed(made, outcome)}"])
    namespace: dict[str, object] = {"opened": contextmanager(iter)}
    exec(program, namespace)  # noqa: S102 - our own text
    assert namespace["found"] == "a"


def test_item_assignment_is_a_statement() -> None:
    assert is_statement(method("a", "__setitem__", "0", "1"))
    assert not is_statement(method("a", "__getitem__", "0"))


def test_setting_an_attribute_is_a_statement() -> None:
    made = Call(CallKind.METHOD, "__setattr__", "Gauge(1)", ("'level'", "2"))
    assert render_call(made) == "Gauge(1).level = 2"
    assert is_statement(made)


@pytest.mark.parametrize(
    ("name", "receiver", "public"),
    [
        ("slugify", None, True),
        ("_slugify", None, False),
        ("Url.join", None, True),
        ("Url._join", None, False),
        ("join", "Url('a')", True),
        ("__eq__", "Url('a')", True),
        ("__eq__", "_Url('a')", False),
        ("_join", "Url('a')", False),
    ],
)
def test_private_names_make_a_call_private(name: str, receiver: str | None, public: bool) -> None:
    kind = CallKind.FUNCTION if receiver is None else CallKind.METHOD
    assert is_public_call(Call(kind, name, receiver)) is public
