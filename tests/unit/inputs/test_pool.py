from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regoose_ci.inputs.expressions import kind_of
from regoose_ci.inputs.pool import MAX_PER_KIND, Pool, within_alphabet
from tests.unit.inputs.chance import rng

KINDS = ("str", "int", "float", "bool", "bytes", "list", "tuple", "dict", "set", "complex")


def test_what_the_change_mentions_comes_first() -> None:
    pool = Pool(["'from a test'"], ["'from the diff'"])
    assert pool.values("str")[:2] == ("'from the diff'", "'from a test'")


def test_there_is_something_of_every_plain_kind() -> None:
    pool = Pool()
    for kind in KINDS:
        assert pool.values(kind)
        assert pool.choose(rng(1), kind) in pool.values(kind)
    assert pool.choose(rng(1), "Money") is None


@pytest.mark.parametrize("source", ["f(1)", "name", "1 +", "", "lambda: 1", "x" * 5])
def test_what_is_no_literal_is_ignored(source: str) -> None:
    before = {kind: Pool().values(kind) for kind in KINDS}
    assert {kind: Pool([source]).values(kind) for kind in KINDS} == before


def test_items_of_containers_are_literals_too() -> None:
    pool = Pool(["['inner', 12345]", "{'key': b'data'}"])
    assert "'inner'" in pool.values("str")
    assert "'key'" in pool.values("str")
    assert "12345" in pool.values("int")


def test_a_pool_does_not_grow_without_bound() -> None:
    pool = Pool(map(str, range(5 * MAX_PER_KIND)))
    assert len(pool.values("int")) <= MAX_PER_KIND


@given(st.lists(st.text(max_size=20).map(repr), max_size=5), st.integers())
def test_fragments_are_texts(literals: list[str], seed: int) -> None:
    chance = rng(seed)
    pool = Pool(literals, literals)
    assert all(isinstance(pool.fragment(chance), str) for _ in range(5))


@given(st.integers(), st.sampled_from(KINDS))
def test_every_literal_parses_and_is_of_its_kind(seed: int, kind: str) -> None:
    source = Pool(["'a'", "[1, 'b']"]).choose(rng(seed), kind)
    assert source is not None
    ast.parse(source, mode="eval")
    assert kind_of(source) == kind or kind in {"set", "complex"}


def test_strings_like_the_known_ones_come_first() -> None:
    pool = Pool(["'plain'", "'http://user:pass@host/path'"])
    pool.prefer_like(["'//example.com/path'"])
    assert pool.harvested("str")[0] == "'http://user:pass@host/path'"


def test_foreign_characters_need_an_example() -> None:
    literals = ["'é'", "'a'", "'\\xe9'"]
    assert within_alphabet(literals, ["'b'"]) == ["'a'"]
    assert within_alphabet(literals, []) == ["'a'"]
    assert within_alphabet(literals, ["'ü'"]) == literals


def test_what_the_change_mentions_is_told_by_kind() -> None:
    pool = Pool(["'t'"], ["'x'", "7"])
    assert pool.changed("str") == ("'x'",)
    assert pool.changed("int") == ("7",)


def test_the_projects_literals_and_plain_ones_take_turns() -> None:
    mixed = Pool(["'utf-8'", "'ascii'"]).mixed("str", 4)
    assert mixed == ["'utf-8'", "'hello world'", "'ascii'", "''"]


def test_what_is_in_plain_containers_is_none_of_the_projects() -> None:
    assert Pool(["7"]).harvested("int") == ("7",)


def test_literals_that_look_alike_come_after_one_of_every_look() -> None:
    pool = Pool(["'==1.0'", "'==2.0'", "'==13.5'", "'~=1.0'", "'a-b'"])
    assert pool.harvested("str") == ("'==1.0'", "'~=1.0'", "'a-b'", "'==2.0'", "'==13.5'")
