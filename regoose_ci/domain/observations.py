"""Calls, what came of them, and what two revisions made of the same call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from regoose_ci.domain.revisions import Revision
from regoose_ci.guest.protocol import (
    Call,
    CallKind,
    Outcome,
    OutcomeKind,
    Raised,
    Reach,
    Value,
)

__all__ = [
    "Call",
    "CallKind",
    "Observation",
    "Origin",
    "Outcome",
    "OutcomeKind",
    "Raised",
    "Reach",
    "Value",
]


class Origin(str, Enum):
    """Where an input came from, best first."""

    CARVED = "carved"
    CALL_SITE = "call_site"
    MODEL = "model"
    LITERALS = "literals"
    VARIATION = "variation"
    """One change away from what the project itself uses."""
    TYPES = "types"
    MUTATION = "mutation"


@dataclass(frozen=True, slots=True)
class Observation:
    """One call on the revisions it was tried on."""

    function_id: str
    call: Call
    origin: Origin
    outcomes: Mapping[Revision, Outcome]
    reached: Mapping[Revision, Reach]
    stable: bool = True
    """The outcome was the same in another process with another hash seed."""
    kills: frozenset[str] = frozenset()
    """Mutants of the function on head (by id) that this input tells from the original."""
