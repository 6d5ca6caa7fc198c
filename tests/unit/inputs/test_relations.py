from __future__ import annotations

import time

from regoose_ci.inputs.pool import Pool
from regoose_ci.inputs.relations import MAX_PAIRS, NEARLY_EQUAL, paired_seeds, rename_shared
from tests.unit.generation.observing import call, method
from tests.unit.inputs.chance import rng


def test_a_literal_meets_nearly_the_same_literal_in_the_next_part() -> None:
    seen = method("Spec(text='==1')", "matches", "Version('1.2')")
    made = [s.call for s in paired_seeds(seen, Pool(["'~=2.1'", "'>3'"]))]
    assert {c.args[0] for c in made} <= {"Version('~=2.1')", "Version('>3')"}
    assert ("Spec(text='~=2.1.0')", "Version('~=2.1')") in {(c.receiver, c.args[0]) for c in made}
    assert all(c.receiver != c.args[0].replace("Version(", "Spec(text=") for c in made)


def test_every_literal_gets_one_detail_before_any_gets_two() -> None:
    literals = [f"'v{n}'" for n in range(6)]
    made = [s.call.args[1] for s in paired_seeds(call("f", "'a'", "'b'"), Pool(literals))]
    assert len(set(made[:5])) == 5


def test_pairs_are_bounded_and_need_two_parts_with_text() -> None:
    many = Pool([f"'item-{n}-{n}'" for n in range(200)])
    assert len(list(paired_seeds(call("f", "'a'", "'b'"), many))) <= MAX_PAIRS
    assert list(paired_seeds(call("f", "'a'", "3"), many)) == []
    assert list(paired_seeds(call("f", "'some text'", "['an.option']"), many)) == []


def test_a_shared_mark_is_replaced_wherever_it_stands() -> None:
    before = call("f", "Spec('==1.0')", "{'k': '==2'}", key="'=='")
    after = rename_shared(before, ("~=", "word", "7"), rng(3))
    assert after is not None
    assert (after.args, after.kwargs) == (("Spec('~=1.0')", "{'k': '~=2'}"), (("key", "'~='"),))


def test_a_word_is_replaced_by_a_word_and_whole() -> None:
    after = rename_shared(call("f", "'name: names'", "'name'"), ("==", "7", "other"), rng(1))
    assert after is not None
    assert after.args == ("'other: names'", "'other'")


def test_nothing_is_renamed_where_nothing_is_shared() -> None:
    assert rename_shared(call("f", "'a'", "'b'"), ("c",), rng(1)) is None
    assert rename_shared(call("f", "'a'", "'a'"), ("==",), rng(1)) is None


def test_the_last_number_of_a_long_text_is_found_at_once() -> None:
    long = "1" * 10_000
    began = time.monotonic()
    changed = {change(long + "a1b") for change in NEARLY_EQUAL}

    assert time.monotonic() - began < 1
    assert {f"{long}a01b", f"{long}a1.0b"} <= changed
