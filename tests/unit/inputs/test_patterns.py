from __future__ import annotations

import re

import pytest

from regoose_ci.inputs.patterns import MAX_PATTERN, MAX_STEPS, samples
from tests.unit.inputs.chance import rng

DOUBLED = "(abc)" + "".join(rf"(\{n}\{n}\{n})" for n in range(1, 30))


@pytest.mark.parametrize(
    "pattern",
    [
        r"(\w+)://([^/]*)(/.*)?",
        r"(?P<year>\d{4})-(?:0[1-9]|1[0-2])",
        r"[^a-z0-9]+",
        r"(['\"])x\1",
        r"(a)?(?(1)b|c)",
        r"\s*[-+]?\d+(?:\.\d*)?",
        r"[\d_]{2,}?\W\D\S",
    ],
)
def test_samples_match(pattern: str) -> None:
    made = samples(pattern, 0, rng(), 8)
    assert made
    assert all(re.fullmatch(pattern, text, re.DOTALL) for text in made)
    assert len(set(made)) == len(made)


def test_flags_of_the_pattern_count() -> None:
    verbose = "a  # the letter\n  b"
    assert samples(verbose, re.VERBOSE, rng(), 3) == ["ab"]


@pytest.mark.parametrize("pattern", ["(", "[z-a]", "(?P<n>a)(?P<n>b)"])
def test_what_is_no_pattern_has_no_samples(pattern: str) -> None:
    assert samples(pattern, 0, rng(), 3) == []


@pytest.mark.parametrize(
    "pattern",
    ["((((a{999}){999}){999}){999})", "(" * 90 + "a" + ")*" * 90, DOUBLED, "[[a]||b]"],
)
def test_a_hostile_pattern_costs_little(pattern: str) -> None:
    assert all(len(text) <= 2 * MAX_STEPS for text in samples(pattern, 0, rng(), 3))


def test_a_pattern_that_is_too_long_has_no_samples() -> None:
    assert samples("a" * (MAX_PATTERN + 1), 0, rng(), 3) == []
