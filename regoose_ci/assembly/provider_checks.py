"""What ``regoose providers`` tells of language models: which are configured, and which answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import anyio

from regoose_ci.assembly.models import provider_settings
from regoose_ci.config import EMBEDDED, MODEL_PROVIDERS, Settings
from regoose_ci.domain.diagnosis import Check
from regoose_ci.errors import RegooseError
from regoose_ci.providers.base import Tier
from regoose_ci.providers.registry import (
    ProviderSettings,
    ProviderStatus,
    find_endpoint,
    provider_status,
)
from regoose_ci.providers.session import check_endpoint


def list_providers(settings: Settings, environment: Mapping[str, str]) -> tuple[Check, ...]:
    """Tell of every provider what is configured, without asking any."""
    statuses = (_status(name, settings, environment) for name in MODEL_PROVIDERS)
    return tuple(_listed(status) for status in statuses)


def check_providers(settings: Settings, environment: Mapping[str, str]) -> tuple[Check, ...]:
    """Send one token to the session's providers; without any, to every one configured."""
    chosen = (settings.provider, *settings.fallback_providers)
    names = chosen if settings.provider != EMBEDDED else MODEL_PROVIDERS
    statuses = [_status(name, settings, environment) for name in names]
    return anyio.run(_ask_all, statuses, settings, environment)


async def _ask_all(
    statuses: Iterable[ProviderStatus], settings: Settings, environment: Mapping[str, str]
) -> tuple[Check, ...]:
    found: dict[str, Check] = {}

    async def ask(status: ProviderStatus) -> None:
        own = _own_settings(status.name, settings)
        try:
            endpoint = find_endpoint(status.name, Tier.SMALL, own, environment)
            response = await check_endpoint(endpoint)
        except RegooseError as error:
            found[status.name] = Check(status.name, "missing", error.message, error.remedy)
            return
        detail = f"{response.model} answered in {response.latency_s:.1f} s"
        found[status.name] = Check(status.name, "ok", detail)

    async with anyio.create_task_group() as tasks:
        for status in statuses:
            found[status.name] = _listed(status)
            if status.configured:
                tasks.start_soon(ask, status)
    return tuple(found.values())


def _own_settings(name: str, settings: Settings) -> ProviderSettings:
    return provider_settings(settings) if name == settings.provider else ProviderSettings()


def _status(name: str, settings: Settings, environment: Mapping[str, str]) -> ProviderStatus:
    return provider_status(name, _own_settings(name, settings), environment)


def _listed(status: ProviderStatus) -> Check:
    models = ", ".join(dict.fromkeys(status.models.values())) or "no model chosen"
    key = f", key from {status.key_from}" if status.key_from else ""
    if status.configured:
        return Check(status.name, "ok", f"{status.title}: {models}{key}")
    return Check(
        status.name, "missing", f"{status.title}: {models}", f"Set {' and '.join(status.missing)}."
    )
