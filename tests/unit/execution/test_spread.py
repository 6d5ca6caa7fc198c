from __future__ import annotations

import dataclasses

from regoose_ci.domain.observations import Origin, Reach
from regoose_ci.domain.revisions import Revision
from regoose_ci.execution.stability import spread
from tests.unit.generation.observing import call, observation, returned


def numbered(count: int) -> list:  # type: ignore[type-arg]
    return [
        dataclasses.replace(
            observation(call("f", str(10**n)), returned(n), returned(n)),
            origin=Origin.CARVED if n == count - 1 else Origin.MUTATION,
        )
        for n in range(count)
    ]


def test_all_sizes_are_represented_and_own_inputs_stay() -> None:
    everything = numbered(60)
    chosen = spread(everything, 12)
    assert len(chosen) == 12
    assert everything[0] in chosen
    assert everything[-1] in chosen
    assert any(o in chosen for o in everything[20:40])


def test_what_alone_takes_a_way_stays() -> None:
    everything = numbered(60)
    way = Reach({"shop.py": (7,)}, {"shop.py": ((6, 7),)})
    everything[41] = dataclasses.replace(everything[41], reached={Revision.HEAD: way})
    assert everything[41] in spread(everything, 12)


def test_other_results_go_before_the_same_again() -> None:
    same = [observation(call("f", str(10**n)), returned(1), returned(1)) for n in range(50)]
    other = observation(call("f", str(10**50)), returned(2), returned(2))
    assert other in spread([*same, other], 12)


def test_few_are_all_kept() -> None:
    assert spread(numbered(5), 12) == numbered(5)
