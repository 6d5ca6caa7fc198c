from __future__ import annotations

from regoose_ci.domain.observations import Call, Origin
from regoose_ci.inputs.pool import Pool
from regoose_ci.inputs.search import InputSearch
from regoose_ci.inputs.seeds import Seed
from tests.unit.generation.observing import call
from tests.unit.inputs.chance import rng


def search(*seeds: Call, origin: Origin = Origin.TYPES) -> InputSearch:
    made = InputSearch(Pool(), rng(1))
    made.add_seeds(Seed(seed, origin) for seed in seeds)
    return made


def test_seeds_come_first_and_in_order() -> None:
    one = search(call("f", "1"), call("f", "2"))
    assert [s.call for s in one.next_batch(5)] == [call("f", "1"), call("f", "2")]


def test_no_call_is_ever_repeated() -> None:
    one = search(call("f", "'a b'", "1"), call("f", "'a b'", "1"))
    seen: list[Call] = []
    for _ in range(40):
        for seed in one.next_batch(20):
            seen.append(seed.call)
            one.learn(seed, {len(seed.call.args[0])}, reached_change=True)
    assert len(seen) > 200
    assert len(set(seen)) == len(seen)


def test_known_seeds_are_not_queued_again() -> None:
    one = search(call("f", "1"))
    one.next_batch(1)
    one.add_seeds([Seed(call("f", "1"), Origin.CARVED)])
    assert one.next_batch(1) == []


def test_it_is_exhausted_without_anything_to_mutate() -> None:
    assert search().exhausted
    one = search(call("f", "1"))
    assert not one.exhausted
    (seed,) = one.next_batch(1)
    one.learn(seed, (), reached_change=False)
    assert one.exhausted


def test_it_is_exhausted_when_nothing_new_comes() -> None:
    one = search(call("f", "'hello'"))
    rounds = 0
    while not one.exhausted and rounds < 2000:
        rounds += 1
        for seed in one.next_batch(50):
            one.learn(seed, {"always the same"}, reached_change=True)
    assert one.exhausted


def test_a_call_without_anything_to_change_does_not_hang() -> None:
    one = search(call("f"))
    (seed,) = one.next_batch(1)
    assert one.learn(seed, {"new"}, reached_change=True)
    assert one.next_batch(10) == []


def test_learning_tells_what_is_new() -> None:
    one = search(call("f", "1"), call("f", "2"))
    first, second = one.next_batch(2)
    assert one.learn(first, {"branch"}, reached_change=False)
    assert not one.learn(second, {"branch"}, reached_change=False)


def test_mutants_say_where_they_come_from() -> None:
    one = search(call("f", "'hello'"), origin=Origin.CARVED)
    (seed,) = one.next_batch(1)
    one.learn(seed, {"branch"}, reached_change=True)
    assert {s.origin for s in one.next_batch(10)} == {Origin.MUTATION}
