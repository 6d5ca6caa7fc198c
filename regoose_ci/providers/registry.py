"""Every provider there is, and what the environment says about each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr

from regoose_ci.errors import UsageError
from regoose_ci.providers import (
    anthropic,
    azure_openai,
    gemini,
    lm_studio,
    ollama,
    openai,
    openai_compatible,
)
from regoose_ci.providers.base import Tier
from regoose_ci.providers.endpoint import Adapter, Endpoint

ADAPTERS: tuple[Adapter, ...] = (
    openai.ADAPTER,
    azure_openai.ADAPTER,
    anthropic.ADAPTER,
    gemini.ADAPTER,
    ollama.ADAPTER,
    lm_studio.ADAPTER,
    openai_compatible.ADAPTER,
)
NAMES: tuple[str, ...] = tuple(adapter.name for adapter in ADAPTERS)
SECRET_VARIABLES: frozenset[str] = frozenset(
    {"REGOOSE_API_KEY", "OPENAI_ADMIN_KEY", "AZURE_OPENAI_AD_TOKEN", "ANTHROPIC_AUTH_TOKEN"}
    | {variable for adapter in ADAPTERS for variable in adapter.key_variables}
)
"""Variables that hold keys: no subprocess gets them, and logs blacken what they hold."""


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """What the user's own settings say; what is None is looked up in the environment."""

    model: str | None = None
    large_model: str | None = None
    base_url: str | None = None
    api_key: SecretStr | None = None
    max_answer_tokens: int | None = None
    request_timeout_s: float | None = None


@dataclass(frozen=True, slots=True)
class ProviderStatus:
    """One line of ``regoose providers``: names of variables, never what they hold."""

    name: str
    title: str
    models: Mapping[Tier, str]
    key_from: str | None
    missing: tuple[str, ...]

    @property
    def configured(self) -> bool:
        """Whether it could be asked as things are."""
        return not self.missing


def find_adapter(name: str) -> Adapter:
    """The adapter of that name; ``azure_openai`` is ``azure-openai``.

    Raises:
        UsageError: There is none.
    """
    wanted = name.lower().replace("_", "-")
    for adapter in ADAPTERS:
        if adapter.name == wanted:
            return adapter
    raise UsageError(f"There is no provider {name!r}", f"Providers are: {', '.join(NAMES)}.")


def find_endpoint(
    name: str,
    tier: Tier,
    settings: ProviderSettings,
    environment: Mapping[str, str],
) -> Endpoint:
    """Put together where and how a tier's model is reached.

    Keys are read anew by each call, so that a rotated one is used by the next session.

    Args:
        name: The provider.
        tier: Which of its models.
        settings: The user's, never anything read from the reviewed change.
        environment: Where the vendor's usual variables are looked up.

    Raises:
        UsageError: Something is missing that only the user knows.
    """
    adapter = find_adapter(name)
    missing = _missing(adapter, settings, environment)
    if missing:
        raise UsageError(f"{adapter.title} is not configured", f"Set {' and '.join(missing)}.")
    key = _key(adapter, settings, environment)
    base_url = _base_url(adapter, settings, environment) or ""
    _check_address(base_url, adapter)
    return Endpoint(
        provider=adapter.name,
        model=_models(adapter, settings, environment)[tier],
        base_url=base_url,
        api_key=SecretStr(environment[key]) if key else settings.api_key or SecretStr(""),
        max_tokens=settings.max_answer_tokens or adapter.max_tokens,
        timeout_s=settings.request_timeout_s or adapter.timeout_s,
        api_version=_first_value(adapter.version_variables, environment) or adapter.api_version,
    )


def tier_endpoints(
    names: Sequence[str], settings: ProviderSettings, environment: Mapping[str, str]
) -> dict[Tier, tuple[Endpoint, ...]]:
    """The endpoints of both tiers, for a `ModelPlan`.

    Args:
        names: The provider and those that stand in for it. The settings are the first one's; the
            others are found by their vendors' usual variables.
        settings: The user's.
        environment: Where the vendors' usual variables are looked up.

    Raises:
        UsageError: One of them is not configured.
    """
    pairs = [(name, settings if at == 0 else ProviderSettings()) for at, name in enumerate(names)]
    return {
        tier: tuple(find_endpoint(name, tier, own, environment) for name, own in pairs)
        for tier in Tier
    }


def provider_status(
    name: str, settings: ProviderSettings, environment: Mapping[str, str]
) -> ProviderStatus:
    """What is configured and what is missing of a provider.

    Raises:
        UsageError: There is no such provider.
    """
    adapter = find_adapter(name)
    key = _key(adapter, settings, environment)
    return ProviderStatus(
        name=adapter.name,
        title=adapter.title,
        models=_models(adapter, settings, environment),
        key_from="REGOOSE_API_KEY" if settings.api_key else key,
        missing=_missing(adapter, settings, environment),
    )


def all_statuses(environment: Mapping[str, str]) -> tuple[ProviderStatus, ...]:
    """Every provider by the vendors' usual variables alone, in the order of the registry."""
    return tuple(provider_status(name, ProviderSettings(), environment) for name in NAMES)


def _missing(
    adapter: Adapter, settings: ProviderSettings, environment: Mapping[str, str]
) -> tuple[str, ...]:
    missing = []
    has_key = settings.api_key or _key(adapter, settings, environment)
    if adapter.needs_key and not has_key:
        missing.append(" or ".join((*adapter.key_variables, "REGOOSE_API_KEY")))
    if not _base_url(adapter, settings, environment):
        missing.append(" or ".join((*adapter.url_variables, "REGOOSE_BASE_URL")))
    if Tier.SMALL not in _models(adapter, settings, environment):
        missing.append(" or ".join((*adapter.model_variables, "REGOOSE_MODEL")))
    return tuple(missing)


def _key(
    adapter: Adapter, settings: ProviderSettings, environment: Mapping[str, str]
) -> str | None:
    """The variable that holds the key; None where the settings have one, or nobody has."""
    if settings.api_key:
        return None
    return next((name for name in adapter.key_variables if environment.get(name)), None)


def _base_url(
    adapter: Adapter, settings: ProviderSettings, environment: Mapping[str, str]
) -> str | None:
    if settings.base_url:
        return settings.base_url
    url = _first_value(adapter.url_variables, environment)
    return adapter.complete_url(url) if url else adapter.base_url


def _check_address(url: str, adapter: Adapter) -> None:
    """Refuse what is no URL, and one with secrets in it: HTTP libraries log URLs."""
    try:
        parts = urlsplit(url)
        is_url = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_url = False
    if not is_url:
        raise UsageError(
            f"The address of {adapter.title} is not a URL",
            "It begins with http:// or https:// and a host, and usually ends in /v1.",
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UsageError(
            f"The address of {adapter.title} has more than scheme, host and path",
            "Leave user, password and query out, and set the key as REGOOSE_API_KEY.",
        )


def _models(
    adapter: Adapter, settings: ProviderSettings, environment: Mapping[str, str]
) -> Mapping[Tier, str]:
    """The models of both tiers; one model that the user names alone serves as both."""
    named = settings.model or _first_value(adapter.model_variables, environment)
    small = named or adapter.models.get(Tier.SMALL)
    if small is None:
        return {}
    usual_large = named or adapter.models.get(Tier.LARGE, small)
    return {Tier.SMALL: small, Tier.LARGE: settings.large_model or usual_large}


def _first_value(names: tuple[str, ...], environment: Mapping[str, str]) -> str | None:
    return next((environment[name] for name in names if environment.get(name)), None)
