"""How long calls may take while inputs are tried."""

from __future__ import annotations

import math
from enum import Enum

from regoose_ci.domain.observations import Observation, OutcomeKind

CALL_TIMEOUT = 2.0
"""Seconds after which a call counts as one that does not finish."""
HANG_TIMEOUT = 3 * CALL_TIMEOUT
"""Seconds for a test, start included, of a call that did not finish before."""
HASTY_TIMEOUT = 0.4
"""What calls get at first."""
MAX_ONE_SIDED = 8
MAX_SLOW = 2
"""So many are made again, of those that came back on one revision only, and on none."""


class Lateness(Enum):
    """What becomes of an observation."""

    NONE = "none"
    """It stands as it is."""
    UNCLEAR = "unclear"
    """The call is to be made again, with all the time."""
    KNOWN = "known"
    """Enough of such calls are known: it is left out."""


class Patience:
    """Hurries calls until one of them turns out to need more time.

    Most that are late never come back, and each of them would cost the time of a thousand others.
    """

    def __init__(self) -> None:
        self.timeout = HASTY_TIMEOUT
        """Seconds for the next calls."""
        self._one_sided = MAX_ONE_SIDED
        self._slow = MAX_SLOW

    def judge(self, seen: Observation, timeout: float, left: float = math.inf) -> Lateness:
        """Say what becomes of an observation that was made with ``timeout``.

        With only ``left`` seconds, no others are given to a call that came back nowhere.
        """
        late = _late(seen)
        if not late or timeout >= CALL_TIMEOUT:
            return Lateness.NONE
        if late == len(seen.outcomes):
            if left < CALL_TIMEOUT:
                return Lateness.NONE
            self._slow -= 1
            return Lateness.UNCLEAR if self._slow >= 0 else Lateness.NONE
        self._one_sided -= 1
        return Lateness.UNCLEAR if self._one_sided >= 0 else Lateness.KNOWN

    def learn(self, hurried: Observation, patient: Observation) -> None:
        """Hurry no further call where one comes back after all."""
        if _late(patient) < _late(hurried):
            self.timeout = CALL_TIMEOUT


def _late(observation: Observation) -> int:
    return sum(o.kind is OutcomeKind.TIMEOUT for o in observation.outcomes.values())
