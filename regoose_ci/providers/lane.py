"""One endpoint as the router sees it: its room, its pace, its health."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import anyio

from regoose_ci.providers.backoff import Random, RetryPolicy
from regoose_ci.providers.base import LLMProvider
from regoose_ci.providers.clock import Clock
from regoose_ci.providers.errors import ProviderError, RateLimitedError, Recovery, UnavailableError

_MINUTE = 60.0
_PROBE_S = 0.5


@dataclass(frozen=True, slots=True)
class LaneLimits:
    """What an endpoint is asked at most; None is no limit."""

    concurrency: int
    requests_per_minute: int | None = None


class Lane:
    """The state of one endpoint. `slot` is held while a request is under way."""

    def __init__(
        self,
        provider: LLMProvider,
        limits: LaneLimits,
        policy: RetryPolicy,
        clock: Clock,
        random: Random,
    ) -> None:
        self.provider = provider
        self.slot = anyio.Semaphore(limits.concurrency)
        self.dead: ProviderError | None = None
        self.assigned = 0
        self.sent = 0
        self._limits = limits
        self._policy = policy
        self._clock = clock
        self._random = random
        self._failures = 0
        self._blocked_until = 0.0
        self._opened = False
        self._probing = False
        self._recent: deque[float] = deque()

    @property
    def load(self) -> float:
        """Requests under way or waiting for a slot, in relation to the slots."""
        return self.assigned / self._limits.concurrency

    def ready_in(self) -> float:
        """Seconds until a request may be sent; 0 if now."""
        return max(self.blocked_in(), self._paced_in())

    def blocked_in(self) -> float:
        """Seconds until the endpoint may be well again; 0 if it is."""
        if self._opened and self._probing:
            return max(_PROBE_S, self._blocked_until - self._clock.now())
        return max(0.0, self._blocked_until - self._clock.now())

    def _paced_in(self) -> float:
        """Seconds until our own limit of requests per minute has room."""
        limit, now = self._limits.requests_per_minute, self._clock.now()
        while self._recent and self._recent[0] <= now - _MINUTE:
            self._recent.popleft()
        if limit is None or len(self._recent) < limit:
            return 0.0
        return self._recent[-limit] + _MINUTE - now

    def start(self) -> None:
        """Note that a request is sent now."""
        self.sent += 1
        self._recent.append(self._clock.now())
        self._probing = self._opened

    def succeed(self) -> None:
        """Note an answer: the endpoint is well."""
        self._failures = 0
        self._opened = self._probing = False

    def fail(self, error: ProviderError) -> float:
        """Note a failure, and say how long this request should keep away from the endpoint."""
        self._probing = False
        if error.recovery is Recovery.ELSEWHERE:
            self.dead = error
            return 0.0
        if error.recovery is Recovery.NEVER:
            return 0.0
        self._failures += 1
        asked = error.retry_after_s if isinstance(error, _TELLS_WHEN) else None
        drawn = self._policy.wait_s(self._failures, self._random)
        wait = drawn if asked is None else asked + drawn / 4  # not all at the same instant
        if isinstance(error, RateLimitedError) or asked is not None:
            self._block(wait)
        elif self._failures >= self._policy.failures_to_open:
            self._opened = True
            self._block(self._policy.open_s)
        return wait

    def abandon(self) -> None:
        """Note that a request ended without telling anything about the endpoint."""
        self._probing = False

    def _block(self, seconds: float) -> None:
        self._blocked_until = max(self._blocked_until, self._clock.now() + seconds)


_TELLS_WHEN = (RateLimitedError, UnavailableError)
