"""How long to wait before asking again: full jitter, as in AWS's "Exponential Backoff And Jitter".

Every wait is drawn from the whole interval, so that clients that failed together do not come back
together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Random = Callable[[], float]
"""Gives numbers from 0 to 1."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how long a request is tried.

    Attributes:
        attempts: The most requests sent for one answer, over all endpoints.
        timeouts: The most of them that may end without an answer in the time allowed.
        base_s: The bound of the first wait; it doubles with every further one.
        cap_s: The largest bound of a wait.
        total_wait_s: The most that one answer may wait in all.
        failures_to_open: So many failures in a row open an endpoint's circuit.
        open_s: How long it stays open; then one request may try.
    """

    attempts: int = 6
    timeouts: int = 2
    base_s: float = 1.0
    cap_s: float = 20.0
    total_wait_s: float = 60.0
    failures_to_open: int = 4
    open_s: float = 30.0

    def wait_s(self, failures: int, random: Random) -> float:
        """The wait after so many failures in a row (1 or more)."""
        # The exponent is bounded because 2.0 ** 1024 does not fit a float.
        bound = min(self.cap_s, self.base_s * 2.0 ** min(failures - 1, 30))
        return random() * bound
