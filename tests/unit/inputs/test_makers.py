from __future__ import annotations

import dataclasses

from regoose_ci.domain.observations import Call, CallKind
from regoose_ci.inputs.mutate import Mutator
from regoose_ci.inputs.pool import Pool
from regoose_ci.inputs.simplify import call_size, simpler
from tests.unit.inputs.chance import rng

MAKER = "def make_bag():\n    bag = Bag()\n    bag.put(3)\n    bag.put('a')\n    return bag"
CALL = Call(CallKind.METHOD, "weigh", "make_bag()", imports=("from shop import Bag", MAKER))


def with_maker(*steps: str) -> Call:
    lines = ["def make_bag():", "    bag = Bag()", *(f"    {s}" for s in steps), "    return bag"]
    return dataclasses.replace(CALL, imports=(CALL.imports[0], "\n".join(lines)))


def test_steps_are_left_out_to_make_a_call_smaller() -> None:
    smaller = list(simpler(CALL))
    assert with_maker("bag.put(3)") in smaller
    assert with_maker("bag.put('a')") in smaller
    assert all(call_size(c) < call_size(CALL) for c in smaller)


def test_steps_are_varied() -> None:
    mutator = Mutator(Pool(), rng())
    made = {m.imports[1] for _ in range(300) if (m := mutator.mutate(CALL, [])) is not None}
    assert with_maker("bag.put(3)", "bag.put(3)", "bag.put('a')").imports[1] in made
    assert with_maker("bag.put('a')").imports[1] in made
    assert with_maker("bag.put(4)", "bag.put('a')").imports[1] in made
    assert all(source.endswith("return bag") for source in made)
