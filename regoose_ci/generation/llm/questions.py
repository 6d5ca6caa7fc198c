"""What a judge is asked about."""

from __future__ import annotations

from dataclasses import dataclass

from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.generation.llm.evidence import Seen


@dataclass(frozen=True, slots=True)
class IntentQuestion:
    """One behaviour change, and what the change says about itself."""

    function: ChangedFunction
    witness: Seen
    title: str = ""
    description: str = ""
