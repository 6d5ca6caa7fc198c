from __future__ import annotations

import pytest

from regoose_ci.generation.embedded.effects import effect_of
from tests.unit.generation.observing import call, value


@pytest.mark.parametrize(
    ("given", "result", "effect"),
    [
        ("a b", "a b", "keeps_{}"),
        (" ab ", "ab", "strips_{}"),
        ("Ab", "ab", "lowercases_{}"),
        ("a<b", "a&lt;b", "escapes_{}"),
        ("a b", "a%20b", "percent_encodes_{}"),
        ("caf\u00e9", "cafe", "removes_accents"),
        ("a--b", "a-b", "collapses_repeated_hyphen"),
        ("a-b-", "ab", "removes_hyphen"),
        ("-ab-", "ab", "strips_hyphen"),
        ("a_b", "a-b", "replaces_underscore_by_hyphen"),
        ("/ab", "/ab/", "appends_slash"),
        ("ab", "xyz", None),
        ("a", "a", None),
        ("ab", "", None),
    ],
)
def test_the_relation_of_a_text_to_a_result(given: str, result: str, effect: str | None) -> None:
    assert effect_of(call("f", repr(given)), value(result)) == effect


def test_numbers_are_formatted_where_they_are_seen_in_the_text() -> None:
    assert effect_of(call("f", "1000"), value("1.0 kB")) == "formats_{}"
    assert effect_of(call("f", "-2", "'abc'"), value("b")) is None


def test_only_texts_can_be_compared_with_a_first_argument() -> None:
    assert effect_of(call("f"), value("a")) is None
    assert effect_of(call("f", "'ab'"), value(["ab"])) is None
