from __future__ import annotations

import anyio
import pytest

from regoose_ci.providers.backoff import RetryPolicy
from regoose_ci.providers.base import LLMProvider, LLMResponse, Message, Role, Usage
from regoose_ci.providers.budget import Budget, BudgetedProvider, Limits
from regoose_ci.providers.clock import Clock
from regoose_ci.providers.errors import (
    AuthError,
    ProviderError,
    RateLimitedError,
    RefusedError,
    TimedOutError,
    UnavailableError,
)
from regoose_ci.providers.lane import LaneLimits
from regoose_ci.providers.prices import PriceTable
from regoose_ci.providers.router import Router
from regoose_ci.providers.scripted import (
    Line,
    ScriptedProvider,
    ScriptedReply,
    ScriptedRequest,
)
from tests.fakes.clock import FakeClock

pytestmark = pytest.mark.anyio
ASK = (Message(Role.USER, "How?"),)
FEW = LaneLimits(concurrency=2)


def route(
    clock: Clock,
    *providers: LLMProvider,
    limits: LaneLimits = FEW,
    policy: RetryPolicy | None = None,
    chance: float = 1.0,
) -> Router:
    pairs = [(provider, limits) for provider in providers]
    return Router(pairs, policy, clock, lambda: chance)


def gone() -> UnavailableError:
    return UnavailableError("gone")


def scripted(*lines: Line, model: str = "one") -> ScriptedProvider:
    return ScriptedProvider(lines, model=model)


def always(line: Line, model: str = "one") -> ScriptedProvider:
    return ScriptedProvider(lambda _request: line, model=model)


async def ask_often(router: Router, times: int) -> list[LLMResponse]:
    responses: list[LLMResponse] = []

    async def ask() -> None:
        responses.append(await router.generate(ASK))

    async with anyio.create_task_group() as tasks:
        for _ in range(times):
            tasks.start_soon(ask)
    return responses


async def test_a_fault_that_passes_is_survived(clock: FakeClock) -> None:
    provider = scripted(gone(), gone(), "fine")

    response = await route(clock, provider).generate(ASK)

    assert response.text == "fine"
    assert clock.slept == [1.0, 2.0]


async def test_waits_are_drawn_from_the_whole_interval(clock: FakeClock) -> None:
    await route(clock, scripted(gone(), gone(), "fine"), chance=0.25).generate(ASK)
    assert clock.slept == [0.25, 0.5]


async def test_the_wait_that_a_server_asks_for_is_kept(clock: FakeClock) -> None:
    limited = RateLimitedError("later", retry_after_s=17)

    await route(clock, scripted(limited, "fine")).generate(ASK)

    assert 17 <= sum(clock.slept) <= 18


async def test_all_requests_keep_the_wait_that_one_was_told(clock: FakeClock) -> None:
    limited = RateLimitedError("later", retry_after_s=17)
    provider = scripted(limited, *["fine"] * 5)
    router = route(clock, provider, limits=LaneLimits(concurrency=1))

    begun = clock.now()
    responses = await ask_often(router, 5)

    assert len(responses) == 5
    assert len(provider.asked) == 6
    assert clock.now() - begun >= 17


async def test_without_a_time_it_backs_off_by_itself(clock: FakeClock) -> None:
    await route(clock, scripted(RateLimitedError("later"), "fine")).generate(ASK)
    assert clock.slept == [1.0]


async def test_a_wait_that_is_too_long_is_not_begun(clock: FakeClock) -> None:
    provider = scripted(RateLimitedError("later", retry_after_s=3600), "fine")
    with pytest.raises(RateLimitedError):
        await route(clock, provider).generate(ASK)
    assert clock.slept == []


async def test_waits_are_bounded_in_all(clock: FakeClock) -> None:
    policy = RetryPolicy(attempts=100, total_wait_s=10, failures_to_open=1000)
    with pytest.raises(UnavailableError):
        await route(clock, always(gone()), policy=policy).generate(ASK)
    assert sum(clock.slept) <= 10


async def test_attempts_are_bounded(clock: FakeClock) -> None:
    provider = always(gone())
    policy = RetryPolicy(attempts=3)
    with pytest.raises(UnavailableError):
        await route(clock, provider, policy=policy).generate(ASK)
    assert len(provider.asked) == 3


async def test_a_model_that_is_too_slow_is_not_waited_for_often(clock: FakeClock) -> None:
    provider = always(TimedOutError("slow"))
    with pytest.raises(TimedOutError):
        await route(clock, provider).generate(ASK)
    assert len(provider.asked) == 2


async def test_the_next_endpoint_is_asked_at_once(clock: FakeClock) -> None:
    response = await route(clock, scripted(gone()), always("fine", "two")).generate(ASK)

    assert response.model == "two"
    assert clock.slept == []


@pytest.mark.parametrize("error", [AuthError("no key"), RateLimitedError("l", retry_after_s=99)])
async def test_an_endpoint_that_cannot_be_used_is_left_alone(
    clock: FakeClock, error: ProviderError
) -> None:
    bad = always(error)
    router = route(clock, bad, always("fine", "two"))

    for _ in range(5):
        assert (await router.generate(ASK)).model == "two"

    assert len(bad.asked) == 1


async def test_where_no_endpoint_can_be_used_it_says_why_each_time(clock: FakeClock) -> None:
    router = route(clock, always(AuthError("no key", "Set it.")))
    for _ in range(2):
        with pytest.raises(AuthError, match="no key") as caught:
            await router.generate(ASK)
        assert caught.value.remedy == "Set it."


async def test_what_is_the_requests_own_fault_is_not_tried_elsewhere(clock: FakeClock) -> None:
    second = always("fine", "two")
    with pytest.raises(RefusedError):
        await route(clock, scripted(RefusedError("no")), second).generate(ASK)
    assert not second.asked


async def test_load_is_shared(clock: FakeClock) -> None:
    one, two = always("fine"), always("fine", "two")

    await ask_often(route(clock, one, two), 10)

    assert len(one.asked) == len(two.asked) == 5


async def test_an_endpoint_is_not_asked_more_at_once_than_allowed(clock: FakeClock) -> None:
    one, two = always("fine"), always("fine", "two")
    await ask_often(route(clock, one, two, limits=LaneLimits(concurrency=3)), 30)
    assert one.most_at_once == two.most_at_once == 3


async def test_requests_per_minute_are_kept_however_long_it_takes(clock: FakeClock) -> None:
    provider = always("fine")
    limits = LaneLimits(concurrency=50, requests_per_minute=10)
    begun = clock.now()

    await ask_often(route(clock, provider, limits=limits), 35)

    assert len(provider.asked) == 35
    assert 180 <= clock.now() - begun < 200


async def test_an_endpoint_that_keeps_failing_is_given_a_rest(clock: FakeClock) -> None:
    bad = always(gone())
    router = route(clock, bad, always("fine", "two"), policy=RetryPolicy(failures_to_open=3))
    for _ in range(40):
        assert (await router.generate(ASK)).model == "two"
        clock.time += 0.5
    assert len(bad.asked) == 3


async def test_after_its_rest_one_request_tries(clock: FakeClock) -> None:
    health: list[Line] = [gone(), gone(), gone(), "fine", "fine", "fine"]
    bad = ScriptedProvider(health)
    policy = RetryPolicy(failures_to_open=3, open_s=30)
    router = route(clock, bad, always("fine", "two"), policy=policy)
    for _ in range(20):
        await router.generate(ASK)
        clock.time += 1.4
    clock.time += 30

    await ask_often(router, 2)

    assert len(bad.asked) > 3


async def test_a_lone_endpoint_recovers_from_its_rest(clock: FakeClock) -> None:
    policy = RetryPolicy(failures_to_open=2, open_s=30, attempts=5)
    response = await route(clock, scripted(gone(), gone(), "fine"), policy=policy).generate(ASK)
    assert response.text == "fine"
    assert sum(clock.slept) >= 30


async def test_a_cancelled_request_frees_its_place(clock: FakeClock) -> None:
    held = ScriptedProvider(["never"], latency_s=60)
    router = route(clock, held, limits=LaneLimits(concurrency=1))
    with anyio.move_on_after(0.01):
        await router.generate(ASK)

    with anyio.fail_after(1), pytest.raises(ProviderError):
        await route(clock, scripted(RefusedError("no"))).generate(ASK)
    with anyio.move_on_after(0.05) as scope:
        with pytest.raises(ProviderError):
            await router.generate(ASK)
    assert scope.cancelled_caught  # it waits for the slow model, not for a place


async def test_a_response_tells_the_cost_of_all_its_attempts(clock: FakeClock) -> None:
    budget = Budget(Limits(), PriceTable({}, ""), clock)

    def say(request: ScriptedRequest) -> Line:
        del request
        return gone() if budget.spent.requests < 2 else ScriptedReply("ok", usage=Usage(5, 6))

    router = route(clock, BudgetedProvider(ScriptedProvider(say), "scripted", budget))
    response = await router.generate(ASK)

    assert response.spent.requests == 3
    assert (response.spent.tokens, response.spent) == (11, budget.spent)


async def test_names_all_its_models_once(clock: FakeClock) -> None:
    router = route(clock, always(""), always("", "two"), always(""))
    assert router.get_model_name() == "one, two"
    assert router.get_max_tokens() == 4096
