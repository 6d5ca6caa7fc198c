"""Warnings that calls give, which some projects' tests turn into errors."""

from __future__ import annotations

from collections.abc import Sequence

from regoose_ci.domain.observations import Observation
from regoose_ci.domain.revisions import Revision


def warnings_filter(observations: Sequence[Observation]) -> str:
    """The decorator that tests of these observations need on head, or nothing."""
    outcomes = (observation.outcomes.get(Revision.HEAD) for observation in observations)
    given = {category for outcome in outcomes if outcome is not None for category in outcome.warned}
    if not given:
        return ""
    action = f"ignore::{given.pop()}" if len(given) == 1 and "" not in given else "ignore"
    return f'@pytest.mark.filterwarnings("{action}")'
