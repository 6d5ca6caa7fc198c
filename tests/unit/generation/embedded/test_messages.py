from __future__ import annotations

import pytest

from regoose_ci.domain.observations import Raised
from regoose_ci.generation.embedded.messages import common_match_of, match_of


@pytest.mark.parametrize(
    ("message", "pattern"),
    [
        ("must not be empty", "'must not be empty'"),
        ("must not be empty.", "'must not be empty'"),
        ("bad value: (1)", r'r"bad value: \(1\)"'),
        ("first line\nsecond", "'first line'"),
        ("", '"^$"'),
        ("not a <Foo at 0x7f3c00aa10>", "'not a <Foo at'"),
        ("it is 'so'.", "\"it is 'so'\""),
    ],
)
def test_patterns_of_messages(message: str, pattern: str) -> None:
    assert match_of(Raised("ValueError", message, "ValueError")) == pattern


def test_a_long_message_is_cut_between_words() -> None:
    pattern = match_of(Raised("ValueError", "word " * 50, "ValueError"))
    assert pattern == repr(" ".join(["word"] * 12))


def test_a_whole_message_is_anchored() -> None:
    pattern = match_of(Raised("ValueError", "a.b", "ValueError"), whole=True)
    assert pattern == r'r"^a\.b$"'


@pytest.mark.parametrize(
    ("message", "inputs", "pattern"),
    [
        ("Ordinal -2 is out of range", ["-2"], "'is out of range'"),
        ("bad name: 'a-b'", ["'a-b'"], "'bad name'"),
        ("'ab' is odd", ["'ab'"], "\"'ab' is odd\""),
        ("pre must be 'a' or 'b', got ('a',)", ["('a',)"], "\"pre must be 'a' or 'b', got\""),
        ("after 'a' nothing may come", ["('a',)"], "'nothing may come'"),
        ("invalid URI", ["'x'"], "'invalid URI'"),
    ],
)
def test_what_a_message_repeats_of_the_inputs_is_left_out_of_a_tables_pattern(
    message: str, inputs: list[str], pattern: str
) -> None:
    assert common_match_of(Raised("builtins.ValueError", message, "ValueError"), inputs) == pattern


def test_a_long_message_is_matched_by_its_first_sentence() -> None:
    raised = Raised("builtins.ValueError", f"Bad bounds. Select one of {'()' * 40}", "ValueError")
    assert match_of(raised) == "'Bad bounds'"
