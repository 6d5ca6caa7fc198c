"""What tokens cost: a table in data, with the user's own file on top."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from regoose_ci.errors import UsageError
from regoose_ci.providers.base import Usage

_SNAPSHOT = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{8}|latest)$")
_ANYONES_NAMES = frozenset({"openai-compatible"})
_MILLION = 1_000_000


class Price(BaseModel):
    """US dollars for a million tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: float = Field(ge=0)
    output: float = Field(ge=0)

    def of(self, usage: Usage) -> float:
        """What ``usage`` costs in US dollars."""
        return (usage.prompt_tokens * self.input + usage.completion_tokens * self.output) / _MILLION


class _File(BaseModel):
    model_config = ConfigDict(extra="ignore")

    as_of: str = ""
    models: dict[str, Price]


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Prices by ``model``, ``provider/model`` or ``provider/*``."""

    prices: Mapping[str, Price]
    as_of: str

    def find(self, provider: str, model: str) -> Price | None:
        """The price of a model, None if unknown.

        A dated snapshot costs what its model costs. What an OpenAI-compatible server calls by a
        vendor's name need not be that vendor's, so only ``provider/…`` entries count for it.
        """
        names = [f"{provider}/{model}"]
        if provider not in _ANYONES_NAMES:
            names += [model, _SNAPSHOT.sub("", model)]
        names.append(f"{provider}/*")
        return next((self.prices[name] for name in names if name in self.prices), None)


def load_prices(own: Path | None = None) -> PriceTable:
    """Read the table that comes with us and, on top of it, the user's own in the same form.

    Raises:
        UsageError: The user's file cannot be read.
    """
    shipped = _File.model_validate_json(files(__package__).joinpath("prices.json").read_bytes())
    if own is None:
        return PriceTable(shipped.models, shipped.as_of)
    try:
        added = _File.model_validate_json(own.read_bytes())
    except (OSError, ValidationError) as error:
        raise UsageError(
            f"The price table {own.name} cannot be read",
            '{"models": {"my-model": {"input": 0.5, "output": 1.5}}} is one, in US dollars per '
            "million tokens.",
        ) from error
    return PriceTable({**shipped.models, **added.models}, added.as_of or shipped.as_of)
