from __future__ import annotations

from collections.abc import Sequence

import anyio
import anyio.lowlevel
import pytest
from typing_extensions import Unpack

from regoose_ci.providers.base import Finish, LLMResponse, Message, Options, Role, Spent, Usage
from regoose_ci.providers.budget import Budget, BudgetedProvider, Limits
from regoose_ci.providers.errors import (
    BudgetExceededError,
    ProviderError,
    RateLimitedError,
    RefusedError,
    UnavailableError,
)
from regoose_ci.providers.prices import Price, PriceTable
from regoose_ci.providers.scripted import Line, ScriptedProvider, ScriptedReply
from regoose_ci.providers.tokens import most_tokens
from tests.fakes.clock import FakeClock

pytestmark = pytest.mark.anyio
PRICES = PriceTable({"scripted/dear": Price(input=10, output=100)}, "today")
ASK = (Message(Role.USER, "x" * 20),)
PROMPT = most_tokens(ASK, None)


def reply(prompt: int = 10, completion: int = 5) -> ScriptedReply:
    return ScriptedReply("fine", usage=Usage(prompt, completion))


def budgeted(limits: Limits, *lines: Line, model: str = "dear") -> tuple[BudgetedProvider, Budget]:
    budget = Budget(limits, PRICES)
    provider = ScriptedProvider(lines, model=model)
    return BudgetedProvider(provider, "scripted", budget), budget


async def test_books_what_the_server_charges() -> None:
    provider, budget = budgeted(Limits(), reply(), reply(1, 1))

    first = await provider.generate(ASK)
    await provider.generate(ASK)

    assert first.spent == Spent(1, 10, 5, pytest.approx(0.0006))
    assert budget.spent == Spent(2, 11, 6, pytest.approx(0.00071))


async def test_an_unknown_price_makes_the_cost_unknown() -> None:
    provider, budget = budgeted(Limits(), reply(), model="new")
    await provider.generate(ASK)
    assert budget.spent == Spent(1, 10, 5, None)


async def test_a_limit_of_money_needs_a_price() -> None:
    provider, budget = budgeted(Limits(usd=1), reply(), model="new")
    with pytest.raises(BudgetExceededError, match="price of new is not known"):
        await provider.generate(ASK)
    assert budget.spent.requests == 0


@pytest.mark.parametrize(
    ("limits", "limit"),
    [
        (Limits(requests=0), "requests"),
        (Limits(tokens=PROMPT + 99), "tokens"),
        (Limits(usd=0.001), "usd"),
        (Limits(seconds=1e-9), "seconds"),
    ],
)
async def test_what_might_not_fit_is_not_sent(limits: Limits, limit: str) -> None:
    inner = ScriptedProvider([reply()], model="dear")
    budget = Budget(limits, PRICES)

    with pytest.raises(BudgetExceededError) as caught:
        await BudgetedProvider(inner, "scripted", budget).generate(ASK, max_tokens=100)

    assert caught.value.limit == limit
    assert not inner.asked
    assert budget.exhausted == caught.value.message


async def test_a_longer_answer_than_fits_is_limited_to_what_fits() -> None:
    inner = ScriptedProvider([reply()], model="dear")
    budget = Budget(Limits(tokens=PROMPT + 300), PRICES)

    await BudgetedProvider(inner, "scripted", budget).generate(ASK, max_tokens=1000)

    assert inner.asked[0].options["max_tokens"] == 300


async def test_money_limits_the_length_of_an_answer_too() -> None:
    inner = ScriptedProvider([reply()], model="dear")
    dollars = PROMPT * 10 / 1e6 + 400 * 100 / 1e6 + 1e-9
    await BudgetedProvider(inner, "scripted", Budget(Limits(usd=dollars), PRICES)).generate(ASK)
    assert inner.asked[0].options["max_tokens"] == 400


class Greedy:
    """A model that always uses all that it may."""

    def __init__(self) -> None:
        self.most_at_once = self.at_once = 0

    async def generate(
        self, messages: Sequence[Message], **options: Unpack[Options]
    ) -> LLMResponse:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await anyio.lowlevel.checkpoint()
        self.at_once -= 1
        used = Usage(most_tokens(messages, None), options["max_tokens"])
        return LLMResponse("x", Finish.STOP, used, "scripted", "dear", 0.0)

    def get_model_name(self) -> str:
        return "dear"

    def get_max_tokens(self) -> int:
        return 1000


@pytest.mark.parametrize(
    "limits",
    [Limits(tokens=7777), Limits(usd=0.777), Limits(requests=5), Limits(tokens=9999, usd=0.5)],
)
async def test_many_at_once_never_overspend(limits: Limits) -> None:
    greedy, budget = Greedy(), Budget(limits, PRICES)
    provider = BudgetedProvider(greedy, "scripted", budget)
    refused = []

    async def ask() -> None:
        try:
            await provider.generate(ASK)
        except BudgetExceededError as error:
            refused.append(error)

    async with anyio.create_task_group() as tasks:
        for _ in range(50):
            tasks.start_soon(ask)

    assert refused
    assert greedy.most_at_once > 1
    spent = budget.spent
    assert spent.usd is not None
    assert spent.tokens <= (limits.tokens or 1e9)
    assert spent.usd <= (limits.usd or 1e9)
    assert spent.requests <= (limits.requests or 1e9)


async def test_a_request_waits_for_what_others_will_not_use() -> None:
    frugal = ScriptedProvider(lambda _request: reply(10, 5), model="dear", max_tokens=1000)
    budget = Budget(Limits(tokens=2 * (PROMPT + 1000)), PRICES)
    provider = BudgetedProvider(frugal, "scripted", budget)

    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(provider.generate, ASK)

    assert budget.spent.requests == 20
    assert frugal.most_at_once == 2
    assert budget.exhausted is None


@pytest.mark.parametrize(
    ("error", "tokens"),
    [
        (RateLimitedError("later"), 0),
        (UnavailableError("gone"), 0),
        (RefusedError("no", usage=Usage(30, 4)), 34),
        (UnavailableError("broke off", maybe_charged=True), PROMPT + 100),
    ],
)
async def test_a_failure_costs_what_it_may_cost(error: ProviderError, tokens: int) -> None:
    provider, budget = budgeted(Limits(), error)

    with pytest.raises(ProviderError) as caught:
        await provider.generate(ASK, max_tokens=100)

    assert budget.spent.requests == 1
    assert budget.spent.tokens == tokens
    assert caught.value.spent == budget.spent


async def test_a_cancelled_request_may_have_been_answered() -> None:
    budget = Budget(Limits(), PRICES)
    slow = ScriptedProvider([reply()], model="dear", latency_s=60)
    provider = BudgetedProvider(slow, "scripted", budget)

    with anyio.move_on_after(0.01):
        await provider.generate(ASK, max_tokens=100)

    assert budget.spent.tokens == PROMPT + 100


async def test_the_time_left_bounds_the_request(clock: FakeClock) -> None:
    inner = ScriptedProvider([reply(), reply()], model="dear")
    budget = Budget(Limits(seconds=30), PRICES, clock)
    provider = BudgetedProvider(inner, "scripted", budget)

    await provider.generate(ASK)
    clock.time += 25
    await provider.generate(ASK, timeout_s=60)
    clock.time += 5

    assert [request.options["timeout_s"] for request in inner.asked] == [30, 5]
    with pytest.raises(BudgetExceededError, match="budget of 30 s"):
        await provider.generate(ASK)


async def test_a_free_model_is_not_limited_by_money() -> None:
    prices = PriceTable({"ollama/*": Price(input=0, output=0)}, "today")
    budget = Budget(Limits(usd=0.01), prices)
    provider = BudgetedProvider(ScriptedProvider([reply()], model="any"), "ollama", budget)
    await provider.generate(ASK)
    assert budget.spent.usd == 0.0
