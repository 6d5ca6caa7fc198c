"""What ``regoose doctor`` and ``regoose providers`` found out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from regoose_ci.domain.report import SandboxInfo

CheckStatus = Literal["ok", "degraded", "missing"]

_NEEDED = frozenset({"git", "python"})
"""What a review cannot do without beside a sandbox."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing a review needs or can use; ``remedy`` mends it, and is empty when it is ok."""

    name: str
    status: CheckStatus
    detail: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All checks, and the sandbox that a review started now would get."""

    checks: tuple[Check, ...]
    sandbox: SandboxInfo

    @property
    def can_review(self) -> bool:
        """True when some sandbox works, and git and a Python for it are there."""
        return self.sandbox.level != "none" and not self.lacking

    @property
    def lacking(self) -> tuple[str, ...]:
        """What every review needs beside a sandbox, and is missing."""
        return tuple(c.name for c in self.checks if c.status == "missing" and c.name in _NEEDED)
