from __future__ import annotations

import dataclasses

import pytest

from regoose_ci.domain.observations import Observation
from regoose_ci.generation.embedded.warnings_of import warnings_filter
from tests.unit.generation.observing import call, observation, returned


def warned(*categories: str) -> Observation:
    outcome = dataclasses.replace(returned("a"), warned=categories)
    return observation(call("slugify", "'a'"), None, outcome)


@pytest.mark.parametrize(
    ("observations", "action"),
    [
        ([warned("DeprecationWarning")], "ignore::DeprecationWarning"),
        ([warned(), warned("UserWarning"), warned("UserWarning")], "ignore::UserWarning"),
        ([warned("UserWarning"), warned("FutureWarning")], "ignore"),
        ([warned("")], "ignore"),
    ],
)
def test_warnings_that_inputs_get_are_ignored_by_their_category(
    observations: list[Observation], action: str
) -> None:
    assert warnings_filter(observations) == f'@pytest.mark.filterwarnings("{action}")'


def test_without_warnings_nothing_is_needed() -> None:
    assert warnings_filter([warned(), observation(call("f"), returned(1), None)]) == ""
