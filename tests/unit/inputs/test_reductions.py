from __future__ import annotations

import pytest

from regoose_ci.domain.observations import Call, Origin
from regoose_ci.inputs.reductions import (
    MAX_REDUCTIONS,
    columns_of,
    reduced_seeds,
    without_column,
)
from tests.unit.generation.observing import call, method


def reduced(known: Call) -> list[Call]:
    return [seed.call for seed in reduced_seeds(known, Origin.VARIATION)]


def test_a_table_loses_each_column() -> None:
    made = reduced(call("f", repr("| a | b |\n|---|---|\n| 1 | 2 |\n")))
    assert call("f", repr("| a |\n|---|\n| 1 |\n")) in made


def test_lines_and_words_are_left_out_one_at_a_time() -> None:
    texts = [eval(c.args[0]) for c in reduced(call("f", repr("one two\nthree\n")))]  # noqa: S307
    assert {"three\n", "one two\n", " two\nthree\n", "onetwo\nthree\n"} <= set(texts)


def test_items_of_lists_and_tuples_are_left_out_in_any_part() -> None:
    known = method("Box([1, 2])", "put", key="('x',)")
    assert {(c.receiver, c.kwargs) for c in reduced(known)} == {
        ("Box([2])", (("key", "('x',)"),)),
        ("Box([1])", (("key", "('x',)"),)),
        ("Box([1, 2])", (("key", "()"),)),
        ("Box([1, 2])", (("key", "('',)"),)),
    }


def test_there_are_not_too_many() -> None:
    assert len(reduced(call("f", repr("word " * 500)))) == MAX_REDUCTIONS
    assert reduced(call("f", "1", "x + (")) == []


@pytest.mark.parametrize(
    ("text", "columns"), [("a|b\nc|d", ("|", 2)), ("a,b,c\nd,e", (",", 3)), ("a b", ("", 0))]
)
def test_what_all_lines_have_separates_columns(text: str, columns: tuple[str, int]) -> None:
    assert columns_of(text) == columns


def test_lines_without_the_column_stay() -> None:
    assert without_column("a,b,c\nd,e", ",", 2) == "a,b\nd,e"


def test_what_a_guest_makes_up_without_end_is_not_worked_on() -> None:
    assert reduced(call("f", repr("a, " * 100_000))) == []
