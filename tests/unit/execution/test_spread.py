from __future__ import annotations

import dataclasses

from regoose_ci.domain.observations import Origin
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


def test_few_are_all_kept() -> None:
    assert spread(numbered(5), 12) == numbered(5)
