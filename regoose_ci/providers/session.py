"""The models of one session, put together: from the asker down to the HTTP clients.

From the outside in: typed answers, recording, cache, router, negotiation, budget, adapter. The
budget lies inside the router, so that every request that is really sent is checked; the recording
lies outside of all that, so that a replay needs none of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from typing_extensions import Self

from regoose_ci.providers.backoff import RetryPolicy
from regoose_ci.providers.base import Asker, LLMProvider, LLMResponse, Message, Role, Tier
from regoose_ci.providers.budget import Budget, BudgetedProvider
from regoose_ci.providers.cache import AnswerCache, CachedProvider
from regoose_ci.providers.capabilities import CapabilityStore
from regoose_ci.providers.clock import Clock, SystemClock
from regoose_ci.providers.endpoint import Endpoint
from regoose_ci.providers.exchange import combined_identity
from regoose_ci.providers.lane import LaneLimits
from regoose_ci.providers.negotiation import Negotiator
from regoose_ci.providers.recording import (
    RecordedModel,
    RecordedProvider,
    Recorder,
    Recording,
)
from regoose_ci.providers.registry import find_adapter
from regoose_ci.providers.replay import ReplayedProvider
from regoose_ci.providers.router import Router
from regoose_ci.providers.structured import StructuredAsker

_HELLO = (Message(Role.USER, "Say OK."),)


@dataclass(frozen=True, slots=True)
class ModelPlan:
    """Which endpoints serve each tier, and how they are treated.

    Attributes:
        endpoints: By tier; several stand in for each other and share the load.
        concurrency: How many requests one endpoint is sent at once; None is its adapter's default.
        requests_per_minute: How many one endpoint is sent in a minute; None is no limit.
        policy: How often and how long is tried.
        capabilities: The file in which it is remembered what servers take; None forgets.
        cache: The file with earlier answers; None asks always.
        record: The file that the session is recorded to.
    """

    endpoints: Mapping[Tier, Sequence[Endpoint]]
    concurrency: int | None = None
    requests_per_minute: int | None = None
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    capabilities: Path | None = None
    cache: Path | None = None
    record: Path | None = None


class ModelSession:
    """The models of one session and what they cost; an async context manager.

    Attributes:
        asker: What generation and judging are handed.
        budget: What may be and was spent.
        provider: Whose models they are.
        recorder: Where the session is recorded, if it is.
        recording: What the session is played from, if it is.
    """

    def __init__(
        self,
        asker: Asker,
        budget: Budget,
        provider: str,
        resources: AsyncExitStack,
        *,
        recorder: Recorder | None = None,
        recording: Recording | None = None,
    ) -> None:
        self.asker = asker
        self.budget = budget
        self.provider = provider
        self.recorder = recorder
        self.recording = recording
        self._resources = resources

    async def __aenter__(self) -> Self:
        """Return the session itself; connections are made with the first request."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close connections and files."""
        await self._resources.aclose()


def open_session(plan: ModelPlan, budget: Budget, clock: Clock | None = None) -> ModelSession:
    """Put the models of ``plan`` together.

    Raises:
        RecordingError: The file to record to cannot be written.
    """
    resources = AsyncExitStack()
    models = _routed(plan, budget, clock or SystemClock(), resources)
    recorder = _recorder(models, plan, plan.record) if plan.record else None
    if recorder is not None:
        resources.enter_context(recorder)
    if plan.cache is not None:
        cache = resources.enter_context(AnswerCache(plan.cache))
        for tier, endpoints in plan.endpoints.items():
            identity = combined_identity(endpoint.identity for endpoint in endpoints)
            models[tier] = CachedProvider(models[tier], identity, cache, budget)
    if recorder is not None:
        for tier, model in models.items():
            models[tier] = RecordedProvider(model, tier.value, recorder)
    provider = plan.endpoints[Tier.SMALL][0].provider
    return ModelSession(StructuredAsker(models), budget, provider, resources, recorder=recorder)


def replay_session(path: Path, budget: Budget) -> ModelSession:
    """Play a recorded session: no endpoint, no key, no network.

    Raises:
        RecordingError: The file cannot be read, or lacks a tier.
    """
    recording = Recording(path)
    models = {tier: ReplayedProvider(tier.value, recording, budget) for tier in Tier}
    provider = recording.models[Tier.SMALL.value].provider
    return ModelSession(
        StructuredAsker(models), budget, provider, AsyncExitStack(), recording=recording
    )


async def check_endpoint(endpoint: Endpoint) -> LLMResponse:
    """Send one token's worth to see whether an endpoint answers; ``regoose providers --check``.

    Raises:
        ProviderError: It does not, and why.
    """
    from regoose_ci.providers.chat import ChatProvider  # noqa: PLC0415 - see `sdk`

    adapter = find_adapter(endpoint.provider)
    async with ChatProvider(adapter, endpoint) as provider:
        negotiator = Negotiator(provider, endpoint.identity, CapabilityStore(), adapter.form)
        return await negotiator.generate(_HELLO, max_tokens=1)


def _routed(
    plan: ModelPlan, budget: Budget, clock: Clock, resources: AsyncExitStack
) -> dict[Tier, LLMProvider]:
    """A router for each tier; tiers of the same endpoints share one, and with it their limits."""
    from regoose_ci.providers.chat import ChatProvider  # noqa: PLC0415 - see `sdk`

    store = CapabilityStore(plan.capabilities)

    def ask_at(endpoint: Endpoint) -> tuple[LLMProvider, LaneLimits]:
        adapter = find_adapter(endpoint.provider)
        chat = ChatProvider(adapter, endpoint)
        resources.push_async_callback(chat.aclose)
        budgeted = BudgetedProvider(chat, adapter.name, budget)
        limits = LaneLimits(plan.concurrency or adapter.concurrency, plan.requests_per_minute)
        return Negotiator(budgeted, endpoint.identity, store, adapter.form), limits

    routers: dict[tuple[str, ...], LLMProvider] = {}
    models: dict[Tier, LLMProvider] = {}
    for tier, endpoints in plan.endpoints.items():
        key = tuple(endpoint.identity for endpoint in endpoints)
        if key not in routers:
            lanes = [ask_at(endpoint) for endpoint in endpoints]
            routers[key] = Router(lanes, plan.policy, clock)
        models[tier] = routers[key]
    return models


def _recorder(models: Mapping[Tier, LLMProvider], plan: ModelPlan, path: Path) -> Recorder:
    keys = {
        endpoint.api_key.get_secret_value()
        for endpoints in plan.endpoints.values()
        for endpoint in endpoints
    }
    described = {
        tier.value: RecordedModel(
            provider=plan.endpoints[tier][0].provider,
            model=model.get_model_name(),
            max_tokens=model.get_max_tokens(),
        )
        for tier, model in models.items()
    }
    return Recorder(path, described, keys)
