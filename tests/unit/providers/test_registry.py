from __future__ import annotations

import pytest
from pydantic import SecretStr

from regoose_ci.errors import UsageError
from regoose_ci.providers.base import Tier
from regoose_ci.providers.ollama import ADAPTER as OLLAMA
from regoose_ci.providers.registry import (
    NAMES,
    SECRET_VARIABLES,
    ProviderSettings,
    all_statuses,
    find_adapter,
    find_endpoint,
    provider_status,
    tier_endpoints,
)
from regoose_ci.repository.process import inherited_environment
from regoose_ci.sandbox.calls import engine_environment

NOTHING = ProviderSettings()


def test_lists_every_provider_once() -> None:
    assert sorted(set(NAMES)) == sorted(NAMES)
    assert set(NAMES) == {
        "openai",
        "azure-openai",
        "anthropic",
        "gemini",
        "ollama",
        "lm-studio",
        "openai-compatible",
    }


def test_names_may_be_written_as_identifiers() -> None:
    assert find_adapter("Azure_OpenAI").name == "azure-openai"


def test_an_unknown_provider_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UsageError) as caught:
        find_adapter("openal")
    assert "gemini" in caught.value.remedy


@pytest.mark.parametrize(
    ("name", "environment"),
    [
        ("openai", {"OPENAI_API_KEY": "k"}),
        ("anthropic", {"ANTHROPIC_API_KEY": "k"}),
        ("gemini", {"GEMINI_API_KEY": "k"}),
        ("gemini", {"GOOGLE_API_KEY": "k"}),
        ("ollama", {}),
    ],
)
def test_a_vendors_usual_variable_is_enough(name: str, environment: dict[str, str]) -> None:
    endpoint = find_endpoint(name, Tier.SMALL, NOTHING, environment)

    assert endpoint.api_key.get_secret_value() == ("k" if environment else "")
    assert endpoint.model == find_adapter(name).models[Tier.SMALL]
    assert provider_status(name, NOTHING, environment).configured


def test_both_tiers_have_a_model() -> None:
    environment = {"OPENAI_API_KEY": "k"}
    small = find_endpoint("openai", Tier.SMALL, NOTHING, environment)
    large = find_endpoint("openai", Tier.LARGE, NOTHING, environment)
    assert small.model != large.model


def test_one_named_model_serves_both_tiers() -> None:
    settings = ProviderSettings(model="mine", api_key=SecretStr("k"))
    assert find_endpoint("openai", Tier.LARGE, settings, {}).model == "mine"


def test_a_large_model_is_named_on_its_own() -> None:
    settings = ProviderSettings(model="mine", large_model="bigger", api_key=SecretStr("k"))
    assert find_endpoint("openai", Tier.LARGE, settings, {}).model == "bigger"
    assert find_endpoint("openai", Tier.SMALL, settings, {}).model == "mine"


def test_azure_needs_an_endpoint_and_a_deployment() -> None:
    status = provider_status("azure-openai", NOTHING, {"AZURE_OPENAI_API_KEY": "k"})
    assert [line.split(" or ")[0] for line in status.missing] == [
        "AZURE_OPENAI_ENDPOINT",
        "AZURE_OPENAI_DEPLOYMENT",
    ]


def test_azure_is_found_in_its_variables() -> None:
    environment = {
        "AZURE_OPENAI_API_KEY": "k",
        "AZURE_OPENAI_ENDPOINT": "https://mine.openai.azure.com",
        "AZURE_OPENAI_DEPLOYMENT": "mini",
        "OPENAI_API_VERSION": "2025-01-01",
    }
    endpoint = find_endpoint("azure-openai", Tier.SMALL, NOTHING, environment)
    assert (endpoint.model, endpoint.api_version) == ("mini", "2025-01-01")
    assert endpoint.host == "mine.openai.azure.com"


def test_what_is_missing_is_said_with_the_names_to_set() -> None:
    with pytest.raises(UsageError) as caught:
        find_endpoint("anthropic", Tier.SMALL, NOTHING, {})
    assert caught.value.message == "Anthropic is not configured"
    assert caught.value.remedy == "Set ANTHROPIC_API_KEY or REGOOSE_API_KEY."


def test_our_own_settings_come_before_the_vendors_variables() -> None:
    settings = ProviderSettings(api_key=SecretStr("ours"), base_url="http://127.0.0.1:1/v1")
    environment = {"OPENAI_API_KEY": "theirs", "OPENAI_BASE_URL": "http://127.0.0.1:2/v1"}
    endpoint = find_endpoint("openai", Tier.SMALL, settings, environment)
    assert endpoint.api_key.get_secret_value() == "ours"
    assert endpoint.base_url == "http://127.0.0.1:1/v1"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/v1",
        "example.com/v1",
        "https://?pw",
        "http://[",
        "http://ada:pw@example.com/v1",
        "http://example.com/v1?key=pw",
    ],
)
def test_an_address_that_is_none_is_refused_without_repeating_it(url: str) -> None:
    settings = ProviderSettings(model="m", base_url=url)
    with pytest.raises(UsageError) as caught:
        find_endpoint("openai-compatible", Tier.SMALL, settings, {})
    assert url not in f"{caught.value.message} {caught.value.remedy}"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1:11434", "http://127.0.0.1:11434/v1"),
        ("0.0.0.0", "http://127.0.0.1:11434/v1"),  # noqa: S104
        ("0.0.0.0:8080", "http://127.0.0.1:8080/v1"),
        (":8080", "http://127.0.0.1:8080/v1"),
        ("http://box:1234", "http://box:1234/v1"),
        ("https://box.example", "https://box.example:443/v1"),
        ("https://box.example/ollama/", "https://box.example:443/ollama/v1"),
        ("http://box:1/v1", "http://box:1/v1"),
    ],
)
def test_ollamas_host_becomes_a_url(host: str, url: str) -> None:
    assert OLLAMA.complete_url(host) == url


def test_an_identity_has_no_credentials() -> None:
    settings = ProviderSettings(model="m", base_url="http://box:1/v1", api_key=SecretStr("pw"))
    endpoint = find_endpoint("openai-compatible", Tier.SMALL, settings, {})
    assert endpoint.identity == "openai-compatible/m@box:1/v1"


def test_says_of_every_provider_whether_it_is_configured() -> None:
    statuses = all_statuses({"GEMINI_API_KEY": "secret"})

    assert [status.name for status in statuses] == list(NAMES)
    assert {status.name for status in statuses if status.configured} == {"gemini", "ollama"}
    assert "secret" not in repr(statuses)


def test_no_subprocess_is_given_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRET_VARIABLES:
        monkeypatch.setenv(name, "planted")

    for environment in (engine_environment(), inherited_environment()):
        assert "planted" not in environment.values()


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (None, "max_completion_tokens"),
        ("https://eu.api.openai.com/v1", "max_completion_tokens"),
        ("http://127.0.0.1:8000/v1", "max_tokens"),
        ("https://proxy.example/v1", "max_tokens"),
    ],
)
def test_the_limit_goes_by_the_vendors_name_at_the_vendors_address_only(
    url: str | None, name: str
) -> None:
    settings = ProviderSettings(base_url=url, api_key=SecretStr("k"))
    endpoint = find_endpoint("openai", Tier.SMALL, settings, {})
    assert find_adapter("openai").limit_name_at(endpoint).value == name


def test_azure_is_always_asked_by_the_newer_name() -> None:
    settings = ProviderSettings(
        model="m", base_url="https://mine.openai.azure.com", api_key=SecretStr("k")
    )
    endpoint = find_endpoint("azure-openai", Tier.SMALL, settings, {})
    assert find_adapter("azure-openai").limit_name_at(endpoint).value == "max_completion_tokens"


def test_who_stands_in_is_found_by_its_own_variables() -> None:
    settings = ProviderSettings(model="mine", api_key=SecretStr("ours"))
    tiers = tier_endpoints(["openai", "gemini"], settings, {"GEMINI_API_KEY": "theirs"})

    found = {
        tier: [(e.provider, e.model, e.api_key.get_secret_value()) for e in endpoints]
        for tier, endpoints in tiers.items()
    }
    assert found == {
        Tier.SMALL: [("openai", "mine", "ours"), ("gemini", "gemini-2.5-flash", "theirs")],
        Tier.LARGE: [("openai", "mine", "ours"), ("gemini", "gemini-2.5-pro", "theirs")],
    }
