"""What a session may spend on models. Nothing is sent before the most it can cost is set aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import anyio
from typing_extensions import Unpack

from regoose_ci.providers.base import (
    LLMProvider,
    LLMResponse,
    Message,
    Options,
    Spent,
    Usage,
)
from regoose_ci.providers.clock import Clock, SystemClock
from regoose_ci.providers.errors import BudgetExceededError, ProviderError
from regoose_ci.providers.prices import Price, PriceTable
from regoose_ci.providers.tokens import most_tokens

SHORTEST_ANSWER = 256
"""Tokens; an answer that may only be shorter is not worth its prompt."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a session may spend; None is no limit."""

    requests: int | None = None
    tokens: int | None = None
    usd: float | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Reservation:
    """What was set aside for one request: the most it can use."""

    most: Usage
    price: Price | None

    @property
    def usd(self) -> float:
        """The most it can cost, as far as prices are known."""
        return self.price.of(self.most) if self.price else 0.0


class Budget:
    """One session's limits and what was spent of them.

    Between check and reservation there is no ``await``, so no other task comes in between.
    """

    def __init__(self, limits: Limits, prices: PriceTable, clock: Clock | None = None) -> None:
        self._limits = limits
        self._prices = prices
        self._clock = clock or SystemClock()
        self._begun = self._clock.now()
        self._open: list[Reservation] = []
        self._settled = anyio.Event()
        self._spent = Spent()
        self._refused: str | None = None

    @property
    def spent(self) -> Spent:
        """What was spent so far; of requests that broke off, the most they can cost."""
        return self._spent

    @property
    def exhausted(self) -> str | None:
        """The sentence of the first request that was not sent, None while all were."""
        return self._refused

    def remaining_s(self) -> float | None:
        """Seconds left, None without such a limit."""
        if self._limits.seconds is None:
            return None
        return self._begun + self._limits.seconds - self._clock.now()

    async def reserve(self, provider: str, model: str, prompt: int, completion: int) -> Reservation:
        """Set aside what a request can use at most.

        Requests under way mostly use far less than was set aside for them, so where only they are
        in the way it waits for them.

        Args:
            provider: The provider's name.
            model: The model's name.
            prompt: The most tokens that the prompt can have.
            completion: The most tokens wanted for the answer. Fewer are set aside where there is
                no room for so many, but not fewer than `SHORTEST_ANSWER` or what was wanted.

        Raises:
            BudgetExceededError: There is not enough left.
        """
        price = self._prices.find(provider, model)
        while True:
            refusal = self._final_refusal(model, price)
            if refusal is None:
                room = self._room(prompt, completion, price)
                if room == completion or (room >= SHORTEST_ANSWER and not self._open):
                    reservation = Reservation(Usage(prompt, room), price)
                    self._open.append(reservation)
                    return reservation
                if not self._open:
                    refusal = self._refusal_for_room(prompt, completion)
            if refusal is not None:
                self._refused = refusal.message
                raise refusal
            await self._settled.wait()

    def settle(self, reservation: Reservation, usage: Usage | None) -> Spent:
        """Replace what was set aside by what was used, and return that.

        Args:
            reservation: What `reserve` gave.
            usage: What the server charges for; None if it does not charge.
        """
        self._open.remove(reservation)
        self._settled.set()
        self._settled = anyio.Event()
        used = usage or Usage(0, 0)
        spent = Spent(
            requests=1,
            prompt_tokens=used.prompt_tokens,
            completion_tokens=used.completion_tokens,
            usd=reservation.price.of(used) if reservation.price else None if usage else 0.0,
        )
        self._spent += spent
        return spent

    def book(self, spent: Spent) -> None:
        """Add what was spent elsewhere: a cached answer, one of a recording."""
        self._spent += spent

    def _final_refusal(self, model: str, price: Price | None) -> BudgetExceededError | None:
        """Why no request can be sent any more, whatever those under way will use."""
        limits, left = self._limits, self.remaining_s()
        if left is not None and left <= 0:
            return _used_up("seconds", f"{limits.seconds:g} s", "the limit of seconds")
        under_way = self._spent.requests + len(self._open)
        if limits.requests is not None and under_way >= limits.requests:
            return _used_up("requests", f"{limits.requests} requests", "the limit of requests")
        if limits.usd is not None and price is None:
            return BudgetExceededError(
                f"The price of {model} is not known, so its cost cannot be limited",
                "Add it to a price table, or use --max-tokens.",
                limit="usd",
            )
        return None

    def _refusal_for_room(self, prompt: int, completion: int) -> BudgetExceededError:
        if self._room_by_tokens(prompt, completion) < min(completion, SHORTEST_ANSWER):
            return _used_up("tokens", f"{self._limits.tokens:,} tokens", "--max-tokens")
        return _used_up("usd", f"${self._limits.usd:g}", "--max-cost")

    def _room(self, prompt: int, completion: int, price: Price | None) -> int:
        """How many tokens an answer may have, at most ``completion``; negative if none."""
        room = self._room_by_tokens(prompt, completion)
        if self._limits.usd is None or price is None:
            return room
        set_aside = sum(reservation.usd for reservation in self._open)
        left = self._limits.usd - (self._spent.usd or 0.0) - set_aside
        left -= price.of(Usage(prompt, 0))
        if left < 0 or not price.output:
            return -1 if left < 0 else room
        return min(room, int(left / price.of(Usage(0, 1))))

    def _room_by_tokens(self, prompt: int, completion: int) -> int:
        if self._limits.tokens is None:
            return completion
        set_aside = sum(r.most.prompt_tokens + r.most.completion_tokens for r in self._open)
        return min(completion, self._limits.tokens - self._spent.tokens - set_aside - prompt)


class BudgetedProvider:
    """A model whose every request has to fit the budget first."""

    def __init__(self, provider: LLMProvider, name: str, budget: Budget) -> None:
        self._provider = provider
        self._name = name
        self._budget = budget

    def get_model_name(self) -> str:
        """The model's name."""
        return self._provider.get_model_name()

    def get_max_tokens(self) -> int:
        """The most tokens that one answer may have."""
        return self._provider.get_max_tokens()

    async def generate(
        self, messages: Sequence[Message], **options: Unpack[Options]
    ) -> LLMResponse:
        """Ask if the most it can cost is left; what it did cost is in the response or error."""
        prompt = most_tokens(messages, options.get("schema"))
        wanted = options.get("max_tokens", self.get_max_tokens())
        reserved = await self._budget.reserve(self._name, self.get_model_name(), prompt, wanted)
        allowed: Options = {**options, "max_tokens": reserved.most.completion_tokens}
        left = self._budget.remaining_s()
        if left is not None:
            allowed["timeout_s"] = min(left, options.get("timeout_s", left))
        charged: Usage | None = replace(reserved.most, estimated=True)
        try:
            response = await self._provider.generate(messages, **allowed)
            charged = response.usage
        except ProviderError as error:
            charged = charged if error.maybe_charged else error.usage
            error.spent = self._budget.settle(reserved, charged)
            raise
        except BaseException:  # cancelled: the server may have answered, and charges for it
            self._budget.settle(reserved, charged)
            raise
        return replace(response, spent=self._budget.settle(reserved, charged))


def _used_up(limit: str, amount: str, option: str) -> BudgetExceededError:
    return BudgetExceededError(
        f"Too little is left of the models' budget of {amount} for another request",
        f"Raise {option} to let models do more.",
        limit=limit,
    )
