"""From settings to the language models of a session, or to what the embedded generator needs."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from regoose_ci.config import EMBEDDED, Settings
from regoose_ci.domain.report import Cost, GeneratorInfo
from regoose_ci.errors import UsageError
from regoose_ci.providers.base import Tier
from regoose_ci.providers.budget import Budget, Limits
from regoose_ci.providers.prices import load_prices
from regoose_ci.providers.registry import (
    SECRET_VARIABLES,
    ProviderSettings,
    provider_status,
    tier_endpoints,
)
from regoose_ci.providers.session import ModelPlan, ModelSession, open_session, replay_session


def open_models(settings: Settings, environment: Mapping[str, str]) -> ModelSession | None:
    """Put the session's models together, None where there are none; nothing is sent yet.

    Args:
        settings: The user's.
        environment: Where vendors' usual variables are looked up, anew for each session.

    Raises:
        UsageError: Something is not configured, or contradicts itself.
    """
    if settings.replay is not None and settings.record is not None:
        raise UsageError(
            "--record and --replay exclude each other", "A recording is played as it is."
        )
    if settings.provider == EMBEDDED and settings.replay is None:
        if settings.record is not None:
            raise UsageError("--record is for sessions with a model", "Name one with --provider.")
        return None
    budget = Budget(_limits(settings), load_prices(settings.prices))
    if settings.replay is not None:
        return replay_session(settings.replay, budget)
    directory = settings.cache_dir / "models"
    with contextlib.suppress(OSError):  # without it nothing is remembered, that is all
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    plan = ModelPlan(
        endpoints=tier_endpoints(
            (settings.provider, *settings.fallback_providers),
            provider_settings(settings),
            environment,
        ),
        concurrency=settings.concurrency,
        requests_per_minute=settings.requests_per_minute,
        capabilities=directory / "capabilities.json",
        cache=directory / "answers.sqlite",
        record=settings.record,
    )
    return open_session(plan, budget)


def provider_settings(settings: Settings) -> ProviderSettings:
    """What the settings say about the first provider."""
    return ProviderSettings(
        model=settings.model,
        large_model=settings.large_model,
        base_url=settings.base_url,
        api_key=settings.api_key,
        max_answer_tokens=settings.max_answer_tokens,
        request_timeout_s=settings.request_timeout,
    )


def missing_for_model(settings: Settings, environment: Mapping[str, str]) -> str:
    """Say what the chosen provider cannot do without, empty where nothing is missing."""
    if settings.provider == EMBEDDED or settings.replay is not None:
        return ""
    status = provider_status(settings.provider, provider_settings(settings), environment)
    if status.configured:
        return ""
    return f"{status.title} is not configured: {' and '.join(status.missing)} is not set."


def generator_info(models: ModelSession) -> GeneratorInfo:
    """What the report says about who wrote the tests."""
    names = dict.fromkeys(models.asker.get_model_name(tier) for tier in Tier)
    return GeneratorInfo(name=models.provider, model=", ".join(names))


def cost_of(models: ModelSession) -> Cost:
    """What the session cost so far; dollars rounded, for sums of floats depend on their order."""
    spent = models.budget.spent
    return Cost(
        requests=spent.requests,
        prompt_tokens=spent.prompt_tokens,
        completion_tokens=spent.completion_tokens,
        usd=None if spent.usd is None else round(spent.usd, 6),
        cached_requests=spent.cached_requests,
    )


def secrets_of(settings: Settings, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Every key that this session could use: what must not be logged."""
    own = settings.api_key.get_secret_value() if settings.api_key else ""
    found = (own, *(environment.get(name, "") for name in sorted(SECRET_VARIABLES)))
    return tuple(secret for secret in found if secret)


def _limits(settings: Settings) -> Limits:
    return Limits(
        requests=settings.max_requests,
        tokens=settings.max_tokens,
        usd=settings.max_cost,
        seconds=settings.max_seconds,
    )
