from __future__ import annotations

import pytest

from regoose_ci.comparison.outcomes import MAX_WIDTH, describe, describe_pair
from regoose_ci.domain.observations import Outcome, OutcomeKind, Value
from tests.unit.generation.observing import CRASHED, TIMEOUT, raised, returned, value


@pytest.mark.parametrize(
    ("outcome", "text"),
    [
        (returned("a-b"), "returns 'a-b'"),
        (returned(None), "returns None"),
        (raised("ValueError", "no\n  such thing"), "raises ValueError: no such thing"),
        (raised("KeyError"), "raises KeyError"),
        (TIMEOUT, "does not finish in 2 s"),
        (Outcome(OutcomeKind.TIMEOUT, detail="0.5"), "does not finish in 0.5 s"),
        (CRASHED, "crashes the interpreter"),
        (returned(None, _0=[1, 3]), "changes argument items to [1, 3]"),
        (returned(1, _0=[1, 3]), "returns 1 and changes argument items to [1, 3]"),
        (returned(None, _7=[1]), "changes argument 8 to [1]"),
        (returned(None, _self=[1]), "changes the object to [1]"),
        (returned(None, stdout="hi\n"), "prints 'hi\\n'"),
        (
            returned(Value("URL", parts={"{}.path": value("/x")})),
            "returns a URL whose path is '/x'",
        ),
        (
            returned(Value("Item", parts={"{}.a": value(1), "str({})": value("x")})),
            "returns an Item that reads 'x'",
        ),
        (returned(Value("Box", parts={"{}[0]": value(1)})), "returns a Box whose item 0 is 1"),
        (returned(Value("Box", parts={"len({})": value(3)})), "returns a Box of length 3"),
        (
            returned(Value("Box", parts={"str({}.items[0])": value("a")})),
            "returns a Box where str(result.items[0]) is 'a'",
        ),
        (returned(Value("Box")), "returns a Box"),
    ],
)
def test_outcomes_in_words(outcome: Outcome, text: str) -> None:
    assert describe(outcome, ("items",)) == text


def test_long_values_are_cut() -> None:
    assert len(describe(returned("x" * 500))) <= MAX_WIDTH + len("returns ")


def test_long_messages_are_cut_to_one_line() -> None:
    text = describe(raised("ValueError", "word\n" * 200))
    assert "\n" not in text
    assert len(text) <= MAX_WIDTH + len("raises ")


def test_long_values_are_shown_around_their_difference() -> None:
    base, head = describe_pair(returned("a" * 400 + "left"), returned("a" * 400 + "right"))
    assert base.endswith("left'")
    assert head.endswith("right'")
    assert base.startswith("returns '…aaa")


def test_the_differing_part_of_an_object_is_shown() -> None:
    def url(path: str) -> Outcome:
        parts = {"str({})": value("http://a/x"), "{}.path": value(path)}
        return returned(Value("URL", parts=parts))

    assert describe_pair(url("/x"), url("x")) == (
        "returns a URL whose path is '/x'",
        "returns a URL whose path is 'x'",
    )


def test_types_are_named_where_the_source_is_the_same() -> None:
    base = Outcome(OutcomeKind.RETURNED, Value("str", "'a'"))
    head = Outcome(OutcomeKind.RETURNED, Value("Markup", "'a'"))
    assert describe_pair(base, head) == ("returns 'a' (str)", "returns 'a' (Markup)")


def test_an_argument_that_is_no_longer_changed() -> None:
    assert describe_pair(returned(None, _0=[1]), returned(None), ("items",)) == (
        "changes argument items to [1]",
        "leaves argument items as it was",
    )


def test_messages_are_shown_around_their_difference() -> None:
    base, head = describe_pair(
        raised("ValueError", "a" * 300 + "left"), raised("ValueError", "a" * 300 + "right")
    )
    assert "left" in base
    assert "right" in head
