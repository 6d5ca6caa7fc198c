from __future__ import annotations

from pathlib import Path

import anyio
import pytest
from pydantic import SecretStr

from regoose_ci.assembly.models import (
    cost_of,
    generator_info,
    missing_for_model,
    open_models,
    secrets_of,
)
from regoose_ci.assembly.provider_checks import list_providers
from regoose_ci.config import MODEL_PROVIDERS, Settings
from regoose_ci.domain.report import Cost, GeneratorInfo
from regoose_ci.errors import UsageError
from regoose_ci.providers.base import Spent

KEYS = {"OPENAI_API_KEY": "sk-vendor", "ANTHROPIC_API_KEY": "sk-other"}


def settings(cache: Path, **values: object) -> Settings:
    return Settings.model_validate({"cache_dir": cache, **values})


def test_the_embedded_generator_needs_no_model(tmp_path: Path) -> None:
    assert open_models(settings(tmp_path), KEYS) is None


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"record": "a"}, "--record is for sessions with a model"),
        ({"provider": "openai", "record": "a", "replay": "b"}, "--record and --replay exclude"),
        ({"replay": "missing"}, "missing is not a recording"),
        ({"provider": "gemini"}, "is not configured"),
        ({"provider": "openai", "fallback_providers": "gemini"}, "is not configured"),
        ({"provider": "openai", "prices": "missing"}, "price table missing cannot be read"),
        ({"provider": "openai", "base_url": "localhost"}, "is not a URL"),
    ],
)
def test_what_cannot_work_is_said_before_anything_is_sent(
    tmp_path: Path, values: dict[str, str], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        open_models(settings(tmp_path, **values), KEYS)


@pytest.mark.parametrize(
    ("provider", "missing"),
    [
        ("embedded", ""),
        ("openai", ""),
        ("gemini", "Google Gemini is not configured: GEMINI_API_KEY or GOOGLE_API_KEY or"),
    ],
)
def test_what_a_model_cannot_do_without_is_named(
    tmp_path: Path, provider: str, missing: str
) -> None:
    found = missing_for_model(settings(tmp_path, provider=provider), KEYS)

    assert found.startswith(missing)
    assert bool(found) is bool(missing)


def test_the_report_names_provider_and_models(tmp_path: Path) -> None:
    chosen = settings(tmp_path, provider="openai", model="small", large_model="large")
    models = open_models(chosen, KEYS)

    assert models is not None
    assert generator_info(models) == GeneratorInfo(name="openai", model="small, large")
    models.budget.book(Spent(2, 10, 5, 0.1 + 0.2, 1))
    assert cost_of(models) == Cost(
        requests=2, prompt_tokens=10, completion_tokens=5, usd=0.3, cached_requests=1
    )
    anyio.run(models.__aexit__, None, None, None)


def test_answers_are_kept_where_others_cannot_read_them(tmp_path: Path) -> None:
    models = open_models(settings(tmp_path, provider="openai"), KEYS)

    assert models is not None
    assert (tmp_path / "models").stat().st_mode & 0o077 == 0
    anyio.run(models.__aexit__, None, None, None)


def test_every_key_that_is_set_is_a_secret(tmp_path: Path) -> None:
    own = settings(tmp_path, api_key=SecretStr("sk-own"))

    assert set(secrets_of(own, {**KEYS, "OTHER": "no"})) == {"sk-own", "sk-vendor", "sk-other"}


def test_every_provider_is_listed_without_keys(tmp_path: Path) -> None:
    checks = list_providers(settings(tmp_path), KEYS)

    assert tuple(check.name for check in checks) == MODEL_PROVIDERS
    shown = {check.name: check for check in checks}
    assert (shown["openai"].status, shown["gemini"].status) == ("ok", "missing")
    assert "OPENAI_API_KEY" in shown["openai"].detail
    assert "REGOOSE_API_KEY" in shown["gemini"].remedy
    assert not any("sk-" in check.detail + check.remedy for check in checks)


def test_the_settings_are_those_of_the_chosen_provider(tmp_path: Path) -> None:
    chosen = settings(tmp_path, provider="gemini", api_key=SecretStr("sk-own"), model="mine")
    shown = {check.name: check for check in list_providers(chosen, {})}

    assert (shown["gemini"].status, shown["openai"].status) == ("ok", "missing")
    assert "mine" in shown["gemini"].detail
