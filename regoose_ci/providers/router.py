"""One model out of several endpoints: the least loaded first, the next when one fails."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from typing_extensions import Unpack

from regoose_ci.providers.backoff import Random, RetryPolicy
from regoose_ci.providers.base import LLMProvider, LLMResponse, Message, Options, Spent
from regoose_ci.providers.clock import Clock, SystemClock
from regoose_ci.providers.errors import ProviderError, Recovery, TimedOutError, UnavailableError
from regoose_ci.providers.lane import Lane, LaneLimits


@dataclass(slots=True)
class _Attempts:
    """What happened to one request so far."""

    sent: int = 0
    timeouts: int = 0
    waited: float = 0.0
    spent: Spent = field(default_factory=Spent)
    last: ProviderError | None = None
    keep_away: dict[Lane, float] = field(default_factory=dict)
    """When each endpoint that failed may be asked again."""


class Router:
    """Endpoints of one tier, behind one `LLMProvider`.

    Args:
        endpoints: Models with what they may be asked at most; at least one.
        policy: How often and how long is tried.
        clock: Time, to be replaced in tests.
        draw: Chance, to be replaced in tests.
    """

    def __init__(
        self,
        endpoints: Sequence[tuple[LLMProvider, LaneLimits]],
        policy: RetryPolicy | None = None,
        clock: Clock | None = None,
        draw: Random = random.random,
    ) -> None:
        self._policy = policy or RetryPolicy()
        self._clock = clock or SystemClock()
        self._lanes = [
            Lane(provider, limits, self._policy, self._clock, draw)
            for provider, limits in endpoints
        ]

    def get_model_name(self) -> str:
        """The models' names, the preferred first."""
        names = dict.fromkeys(lane.provider.get_model_name() for lane in self._lanes)
        return ", ".join(names)

    def get_max_tokens(self) -> int:
        """The most tokens that an answer may have at any of the endpoints."""
        return min(lane.provider.get_max_tokens() for lane in self._lanes)

    async def generate(
        self, messages: Sequence[Message], **options: Unpack[Options]
    ) -> LLMResponse:
        """Ask one endpoint after another until one answers or the policy says stop."""
        attempts = _Attempts()
        while True:
            lane = self._choose(attempts)
            lane.assigned += 1
            try:
                response = await self._ask(lane, attempts, messages, options)
            finally:
                lane.assigned -= 1
            if response is not None:
                return replace(response, spent=attempts.spent + response.spent)

    async def _ask(
        self, lane: Lane, attempts: _Attempts, messages: Sequence[Message], options: Options
    ) -> LLMResponse | None:
        """Wait for a lane and ask it once; None if another turn has to decide."""
        if not await self._wait(lane, attempts):
            return None
        async with lane.slot:
            if lane.dead is not None or lane.ready_in() > 0:  # changed while this one queued
                return None
            attempts.sent += 1
            lane.start()
            try:
                response = await lane.provider.generate(messages, **options)
            except ProviderError as error:
                failure = error
            except BaseException:
                lane.abandon()
                raise
            else:
                lane.succeed()
                return response
        self._note(lane, attempts, failure)
        return None

    async def _wait(self, lane: Lane, attempts: _Attempts) -> bool:
        """Sleep until ``lane`` may be asked; False if something else may be better by then.

        Only waits after failures are bounded: those for our own pace are as long as the queue.
        """
        seconds = self._delay(lane, attempts)
        if seconds <= 0:
            return True
        for_failures = max(lane.blocked_in(), self._away(lane, attempts))
        if attempts.waited + for_failures > self._policy.total_wait_s:
            raise self._give_up(lane, attempts, seconds)
        await self._clock.sleep(seconds)
        attempts.waited += for_failures
        return False

    def _choose(self, attempts: _Attempts) -> Lane:
        """The lane that is ready first, then least loaded, then least asked so far."""
        alive = [lane for lane in self._lanes if lane.dead is None]
        if not alive:
            raise self._none_left(attempts)
        return min(
            alive,
            key=lambda lane: (
                self._delay(lane, attempts),
                lane in attempts.keep_away,
                lane.load,
                lane.sent,
            ),
        )

    def _delay(self, lane: Lane, attempts: _Attempts) -> float:
        return max(lane.ready_in(), self._away(lane, attempts))

    def _away(self, lane: Lane, attempts: _Attempts) -> float:
        return max(0.0, attempts.keep_away.get(lane, 0.0) - self._clock.now())

    def _note(self, lane: Lane, attempts: _Attempts, error: ProviderError) -> None:
        attempts.spent += error.spent
        attempts.last = error
        attempts.keep_away[lane] = self._clock.now() + lane.fail(error)
        error.spent = attempts.spent
        attempts.timeouts += isinstance(error, TimedOutError)
        too_often = (
            attempts.sent >= self._policy.attempts or attempts.timeouts >= self._policy.timeouts
        )
        if error.recovery is Recovery.NEVER or too_often:
            raise error

    def _give_up(self, lane: Lane, attempts: _Attempts, seconds: float) -> ProviderError:
        error = attempts.last or UnavailableError(
            f"{lane.provider.get_model_name()} can be asked again in {seconds:.0f} s only",
            "Wait, or name another endpoint.",
        )
        error.spent = attempts.spent
        return error

    def _none_left(self, attempts: _Attempts) -> ProviderError:
        """The error of this request, else what made the preferred endpoint useless, anew."""
        if attempts.last is not None:
            return attempts.last
        dead = self._lanes[0].dead
        assert dead is not None
        return type(dead)(dead.message, dead.remedy)
