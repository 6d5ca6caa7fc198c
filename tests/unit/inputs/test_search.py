from __future__ import annotations

from regoose_ci.domain.observations import Call, Origin
from regoose_ci.inputs.pool import Pool
from regoose_ci.inputs.search import MAX_MISSES, InputSearch
from regoose_ci.inputs.seeds import Seed
from tests.unit.generation.observing import call
from tests.unit.inputs.chance import rng


def search(*seeds: Call, origin: Origin = Origin.TYPES, pool: Pool | None = None) -> InputSearch:
    made = InputSearch(pool or Pool(), rng(1))
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
            one.learn(seed, {len(seed.call.args[0])}, goals=("goal",))
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
    one.learn(seed, (), goals=())
    assert one.exhausted


def test_it_is_exhausted_when_nothing_new_comes() -> None:
    one = search(call("f", "'hello'"))
    one.patience = 300
    rounds = 0
    while not one.exhausted and rounds < 2000:
        rounds += 1
        for seed in one.next_batch(50):
            one.learn(seed, {"always the same"}, goals=("goal",))
    assert one.exhausted


def test_a_call_without_anything_to_change_does_not_hang() -> None:
    one = search(call("f"))
    (seed,) = one.next_batch(1)
    assert one.learn(seed, {"new"}, goals=("goal",))
    assert one.next_batch(10) == []


def test_learning_tells_what_is_new() -> None:
    one = search(call("f", "1"), call("f", "2"))
    first, second = one.next_batch(2)
    assert one.learn(first, {"branch"}, goals=())
    assert not one.learn(second, {"branch"}, goals=())


def test_mutants_say_where_they_come_from() -> None:
    one = search(call("f", "'hello'"), origin=Origin.CARVED)
    (seed,) = one.next_batch(1)
    one.learn(seed, {"branch"}, goals=("goal",))
    assert {s.origin for s in one.next_batch(10)} - {Origin.LITERALS} == {Origin.VARIATION}


def test_mutants_of_what_nobody_wrote_are_only_mutants() -> None:
    one = search(call("f", "'hello'"), origin=Origin.TYPES)
    (seed,) = one.next_batch(1)
    one.learn(seed, {"branch"}, goals=("goal",))
    assert Origin.MUTATION in {s.origin for s in one.next_batch(10)}


def test_what_comes_to_a_goal_gets_the_literals_of_the_project() -> None:
    one = search(call("f", "'far'"), call("f", "'near'"), pool=Pool(["'of a test'"]))
    far, near = one.next_batch(2)
    one.learn(near, {"branch"}, goals=("goal",))
    one.learn(far, {"branch"}, goals=())
    assert call("f", "'of a test'") in [s.call for s in one.next_batch(4)]


def test_every_goal_gets_its_turns() -> None:
    one = search(*(call("f", str(n)) for n in range(40)), call("g", "'rare'"))
    for number, seed in enumerate(one.next_batch(41)):
        one.learn(seed, {number}, goals=("rare",) if seed.call.name == "g" else ("common",))
    mutants = [s.call.name for s in one.next_batch(200) if s.origin is Origin.MUTATION]
    assert mutants.count("g") > len(mutants) / 5


def test_literals_in_a_part_that_keeps_inputs_from_the_goal_come_to_an_end() -> None:
    literals = [f"'text {n}'" for n in range(100)]
    one = search(
        call("f", "'a'", "b'option'"), pool=Pool([*literals, *(f"b{t}" for t in literals)])
    )
    tried = {0: 0, 1: 0}
    for _ in range(40):
        for seed in one.next_batch(10):
            is_option_kept = seed.call.args[1] == "b'option'"
            one.learn(seed, {len(one.tried)}, goals=("goal",) if is_option_kept else ())
            if seed.origin is Origin.LITERALS and is_option_kept != (seed.call.args[0] == "'a'"):
                tried[0 if is_option_kept else 1] += 1
    assert tried[0] > 90
    assert tried[1] < 6 * MAX_MISSES


def test_what_was_not_tried_is_the_next() -> None:
    one = search(*(call("f", str(n)) for n in range(6)), origin=Origin.CARVED)
    batch = one.next_batch(4)
    one.put_back(batch[2:])
    assert [s.call.args[0] for s in one.next_batch(4)] == ["2", "3", "4", "5"]
