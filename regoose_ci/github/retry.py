"""How often and how long a request to GitHub is tried.

Waits follow GitHub's "Best practices for using the REST API": what ``retry-after`` says, else
until ``x-ratelimit-reset``, else a minute for a secondary limit, and more with every failure.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from regoose_ci.github.errors import RateLimitedError, UnavailableError

T = TypeVar("T")


class Clock(Protocol):
    """A monotonic clock, the sleep that belongs to it, and the time of day."""

    def now(self) -> float:
        """Seconds since some fixed moment; never goes back."""

    def sleep(self, seconds: float) -> None:
        """Return when ``seconds`` have passed."""

    def time(self) -> float:
        """Seconds since 1970, as ``x-ratelimit-reset`` counts them."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        """Return `time.monotonic`."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Block this thread."""
        time.sleep(seconds)

    def time(self) -> float:
        """Return `time.time`."""
        return time.time()


@dataclass(frozen=True)
class RetryPolicy:
    """Bounds for one request.

    Attributes:
        attempts: The most times that it is sent.
        base_s: The first wait after a fault; it doubles with every further one.
        total_wait_s: The most that is waited in all; a limit that lasts longer is an error at once.
        idle_s: The longest silence within an answer.
        whole_s: The longest time for a whole answer.
        between_writes_s: The pause between two writes that GitHub asks for.
    """

    attempts: int = 4
    base_s: float = 2.0
    total_wait_s: float = 120.0
    idle_s: int = 20
    whole_s: float = 60.0
    between_writes_s: float = 1.0


class Retrier:
    """Sends a request again while its policy lasts."""

    def __init__(self, policy: RetryPolicy, clock: Clock) -> None:
        """Wait on ``clock``."""
        self._policy = policy
        self._clock = clock

    def run(self, send: Callable[[], T], done: Callable[[], T | None] | None = None) -> T:
        """Return what ``send`` returns.

        Args:
            send: Sends the request.
            done: For requests that must not be done twice: asked before sending again after a
                fault in which the request may have been done; returns its outcome if it was.

        Raises:
            GitHubError: The last one, or one that another attempt would not mend.
        """
        waited = 0.0
        for attempt in range(1, self._policy.attempts + 1):
            try:
                return send()
            except (RateLimitedError, UnavailableError) as error:
                wait = self._wait(error, attempt)
                if attempt == self._policy.attempts or waited + wait > self._policy.total_wait_s:
                    raise
                uncertain = isinstance(error, UnavailableError)
            self._clock.sleep(wait)
            waited += wait
            outcome = done() if done and uncertain else None
            if outcome is not None:
                return outcome
        raise AssertionError("a policy has at least one attempt")

    def _wait(self, error: RateLimitedError | UnavailableError, attempt: int) -> float:
        growing: float = self._policy.base_s * 2 ** (attempt - 1)
        asked = error.wait_s if isinstance(error, RateLimitedError) else None
        return max(asked or 0.0, growing)
