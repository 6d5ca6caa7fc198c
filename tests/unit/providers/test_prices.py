from __future__ import annotations

from pathlib import Path

import pytest

from regoose_ci.errors import UsageError
from regoose_ci.providers.base import Usage
from regoose_ci.providers.prices import load_prices
from regoose_ci.providers.registry import ADAPTERS


def test_every_default_model_has_a_price() -> None:
    table = load_prices()
    for adapter in ADAPTERS:
        for model in adapter.models.values():
            assert table.find(adapter.name, model) is not None, model
    assert table.as_of


def test_a_dated_snapshot_costs_what_its_model_costs() -> None:
    table = load_prices()
    assert table.find("openai", "gpt-4o-mini-2024-07-18") == table.find("openai", "gpt-4o-mini")
    assert table.find("anthropic", "claude-haiku-4-5-20251001") is not None


def test_a_longer_name_is_another_model() -> None:
    assert load_prices().find("openai", "gpt-5-mini-ultra") is None


def test_a_vendors_name_on_any_server_has_no_known_price() -> None:
    assert load_prices().find("openai-compatible", "gpt-4o") is None


def test_local_models_cost_nothing() -> None:
    price = load_prices().find("ollama", "anything:7b")
    assert price is not None
    assert price.of(Usage(10**6, 10**6)) == 0


def test_ones_own_prices_come_first(tmp_path: Path) -> None:
    own = tmp_path / "prices.json"
    own.write_text(
        '{"as_of": "2030", "models": {"gpt-4o": {"input": 1, "output": 2},'
        ' "openai-compatible/mine": {"input": 3, "output": 4}}}'
    )
    table = load_prices(own)

    price = table.find("openai", "gpt-4o")
    assert price is not None
    assert price.of(Usage(1_000_000, 500_000)) == 2
    assert table.find("openai-compatible", "mine") is not None
    assert table.as_of == "2030"


@pytest.mark.parametrize(
    "text", ["", "[]", '{"models": {"m": {"input": -1, "output": 0}}}', '{"models": {"m": 3}}']
)
def test_a_table_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    own = tmp_path / "prices.json"
    own.write_text(text)
    with pytest.raises(UsageError, match=r"prices\.json cannot be read"):
        load_prices(own)
