from __future__ import annotations

import pytest

from regoose_ci.comparison.differences import difference
from regoose_ci.domain.observations import Outcome, OutcomeKind, Value
from regoose_ci.generation.embedded.assertions import (
    Check,
    Relation,
    checks_of,
    checks_of_difference,
    says_enough,
)
from tests.unit.generation.observing import opaque, returned, value


def written(observed: Value, subject: str = "f(1)") -> list[str]:
    return [check.render(subject) for check in checks_of(observed)]


@pytest.mark.parametrize(
    ("observed", "assertion"),
    [
        (value("a"), "assert f(1) == 'a'"),
        (value(True), "assert f(1) is True"),
        (value(None), "assert f(1) is None"),
        (value([]), "assert f(1) == []"),
        (value(1.5), "assert f(1) == 1.5"),
        (value(1 / 3), "assert f(1) == pytest.approx(0.333333333)"),
        (value(-1 / 3), "assert f(1) == pytest.approx(-0.333333333)"),
        (value([1 / 3, 2]), "assert f(1) == pytest.approx([0.333333333, 2])"),
        (value([[1 / 3]]), f"assert f(1) == {[[1 / 3]]!r}"),
        (Value("float", 'float("nan")'), "assert math.isnan(f(1))"),
        (Value("float", parts={"str({})": value("nan")}), "assert math.isnan(f(1))"),
        (value(list(range(200))), "assert len(f(1)) == 200"),
        (Value("Foo"), 'assert type(f(1)).__name__ == "Foo"'),
        (Value("Url", parts={"{}.path": value("/x")}), "assert f(1).path == '/x'"),
        (
            Value(
                "iterator",
                parts={
                    "list(itertools.islice({}, 5))": value([1]),
                    "list(itertools.islice({}, 50))": value([1, 2]),
                },
            ),
            "assert list(itertools.islice(f(1), 5)) == [1]",
        ),
        (Value("Map", parts={"{}['{{a}}']": value(1)}), "assert f(1)['{a}'] == 1"),
    ],
)
def test_the_smallest_assertion_about_a_value(observed: Value, assertion: str) -> None:
    assert written(observed) == [assertion]


def test_long_text_is_asserted_by_its_first_line_and_length() -> None:
    assert written(value("\n" + "a line\n" * 100)) == [
        "assert 'a line' in f(1)",
        "assert len(f(1)) == 701",
    ]


def test_objects_are_asserted_by_their_plainest_public_parts() -> None:
    names = ("host", "path", "port", "query", "_hidden")
    parts = {f"{{}}.{name}": value(name) for name in names}
    assert written(Value("URL", parts=parts), "url") == [
        "assert url.host == 'host'",
        "assert url.path == 'path'",
        "assert url.port == 'port'",
    ]


@pytest.mark.parametrize(
    ("subject", "observed", "assertion", "flipped"),
    [
        ("a == b", True, "assert a == b", "assert not (a == b)"),
        ("a == b", False, "assert not (a == b)", "assert a == b"),
        ("'a' in b", False, "assert 'a' not in b", "assert 'a' in b"),
        ("a + b", 3, "assert a + b == 3", "assert a + b != 3"),
        ("a == b", 1, "assert (a == b) == 1", "assert (a == b) != 1"),
        ("f()", False, "assert f() is False", "assert f() is not False"),
        (
            "isinstance(a, int)",
            True,
            "assert isinstance(a, int)",
            "assert not (isinstance(a, int))",
        ),
    ],
)
def test_assertions_and_their_opposites(
    subject: str, observed: object, assertion: str, flipped: str
) -> None:
    (check,) = checks_of(value(observed))
    assert check.render(subject) == assertion
    assert check.render_flipped(subject) == flipped


def differing(base: Outcome, head: Outcome, subject: str = "f()") -> list[str]:
    found = difference(base, head)
    assert found is not None
    return [check.render(subject) for check in checks_of_difference(found)]


@pytest.mark.parametrize(
    ("base", "head", "assertion"),
    [
        (returned("a"), returned("b"), "assert f() == 'a'"),
        (returned(1), returned(True), "assert type(f()) is int"),
        (returned([1]), returned([1.0]), "assert type(f()[0]) is int"),
        (returned(0.0), returned(-0.0), "assert repr(f()) == '0.0'"),
        (returned(0.1 + 0.2), returned(0.3), "assert f() == 0.30000000000000004"),
        (returned(list(range(90))), returned(list(range(80))), "assert len(f()) == 90"),
        (returned(["x" * 300, "a"]), returned(["x" * 300, "b"]), "assert f()[1] == 'a'"),
        (
            returned("same\n" * 60 + "ours\n"),
            returned("same\n" * 60 + "other\n"),
            "assert 'ours' in f()",
        ),
        (
            returned("same\n" * 60),
            returned("same\n" * 60 + "more\n"),
            "assert 'more' not in f()",
        ),
    ],
)
def test_assertions_that_tell_base_from_head(base: Outcome, head: Outcome, assertion: str) -> None:
    assert differing(base, head) == [assertion]


def test_an_object_is_told_apart_by_the_part_that_differs() -> None:
    def url(path: str) -> Outcome:
        parts = {"{}.host": value("a"), "{}.path": value(path)}
        return Outcome(OutcomeKind.RETURNED, Value("URL", parts=parts))

    assert differing(url("/x"), url("x"), "a + b") == ["assert (a + b).path == '/x'"]


@pytest.mark.parametrize(
    ("path", "expected", "enough"),
    [
        ("type({}).__name__", '"Version"', True),
        ("type({}).__name__", '"_Manager"', False),
        ("{}.__name__", "'wrap'", False),
        ("{}.size", "0", True),
    ],
)
def test_the_name_of_something_private_is_not_worth_a_test(
    path: str, expected: str, enough: bool
) -> None:
    assert says_enough([Check(path, Relation.EQUAL, expected)]) is enough


def test_what_is_absent_is_told_last() -> None:
    parts = {"{}.dev": value(None), "str({})": value("1.0"), "{}.epoch": value(7)}
    checks = checks_of(opaque("Version", **parts))
    assert [check.path for check in checks] == ["str({})", "{}.epoch", "{}.dev"]


def test_a_representation_says_less_than_an_attribute() -> None:
    parts = {"str({})": value("Error(func=f)"), "{}.value": value("a")}
    assert [check.path for check in checks_of(opaque("Error", **parts))] == ["{}.value", "str({})"]


def test_a_text_of_another_class_is_compared_as_a_text() -> None:
    parts = {"{}[:80]": value("foo"), "{}[-80:]": value("foo"), "len({})": value(3)}
    (check,) = checks_of(opaque("String", **parts))
    assert check.render("f(1)") == "assert f(1) == 'foo'"
