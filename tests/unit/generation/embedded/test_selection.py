from __future__ import annotations

import dataclasses

import pytest

from regoose_ci.domain.observations import Observation
from regoose_ci.generation.embedded.selection import most_telling
from tests.unit.generation.observing import call, function, observation, returned


def killing(*mutants: str) -> list[Observation]:
    """A group of one input that notices these mutants."""
    made = observation(call("slugify", repr(" ".join(mutants))), None, returned("a"))
    return [dataclasses.replace(made, kills=frozenset(mutants))]


FEW, MANY, SAME, OTHER = killing("a"), killing("a", "b", "c"), killing("b", "c"), killing("d")


@pytest.mark.parametrize(
    ("most", "chosen"),
    [(1, [MANY]), (2, [MANY, OTHER]), (9, [FEW, MANY, SAME, OTHER])],
)
def test_groups_that_show_most_together_stay_in_their_order(
    most: int, chosen: list[list[Observation]]
) -> None:
    assert most_telling(function(), [FEW, MANY, SAME, OTHER], most) == chosen
