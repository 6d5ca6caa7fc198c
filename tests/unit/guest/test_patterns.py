from __future__ import annotations

import re

from regoose_ci.guest.patterns import MAX_PATTERNS, patterns_of
from regoose_ci.guest.protocol import Regex

WORD = re.compile(r"\w+")
OTHERS = {"digit": re.compile(r"\d", re.ASCII), "bytes": re.compile(rb"x")}
MANY = [re.compile(f"{n}") for n in range(MAX_PATTERNS)]


def split(text: str) -> list[str]:
    return [found.lower() for found in WORD.findall(text)]


class Table:
    border = re.compile(r"\|$")

    def row(self, text: str) -> str:
        return self.border.sub("", text)


def test_the_patterns_that_a_function_names_come_first() -> None:
    found = patterns_of(split, None)
    assert found[0] == Regex(r"\w+", WORD.flags)
    assert len(found) == MAX_PATTERNS


def test_patterns_of_the_class_come_before_those_of_the_module() -> None:
    assert [r.pattern for r in patterns_of(Table.row, Table)][:2] == [r"\|$", r"\w+"]


def test_patterns_in_collections_are_found_and_those_of_bytes_left_out() -> None:
    patterns = [r.pattern for r in patterns_of(len, Table)]
    assert patterns == [r"\|$"]
    assert Regex(r"\d", OTHERS["digit"].flags) in patterns_of(split, None)
    assert "x" not in [r.pattern for r in patterns_of(split, None)]
