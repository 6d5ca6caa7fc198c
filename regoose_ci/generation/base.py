"""What every generator takes and gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from regoose_ci.analysis.style import ProjectTestStyle
from regoose_ci.domain.candidates import CandidateTest
from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.observations import Observation


@dataclass(frozen=True, slots=True)
class FunctionContext:
    """A changed function and how tests of it should look.

    ``first_party`` are the project's own top-level packages, whose imports come last.
    """

    function: ChangedFunction
    style: ProjectTestStyle = field(default_factory=ProjectTestStyle)
    first_party: tuple[str, ...] = ()


class Generator(Protocol):
    """Writes candidate tests for one changed function from what was observed of it."""

    async def generate(
        self, context: FunctionContext, observations: Sequence[Observation]
    ) -> Sequence[CandidateTest]:
        """Propose tests, best first, names unique among those of one kind."""
        ...
