"""Candidate tests, their runs, and what was decided about them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from regoose_ci.domain.observations import Observation
from regoose_ci.domain.revisions import Revision


class CandidateKind(str, Enum):
    """Catching: passes on base, fails on head. Hardening: passes on head and protects it."""

    HARDENING = "hardening"
    CATCHING = "catching"


@dataclass(frozen=True, slots=True)
class CandidateTest:
    """A generated test before it was judged. ``code`` is one test function (or class method).

    ``imports`` are the import statements it needs; ``negated`` is the same test with its
    assertion flipped, which must fail wherever the test passes.
    """

    function_id: str
    name: str
    kind: CandidateKind
    code: str
    imports: tuple[str, ...]
    origin: Literal["embedded", "model", "repaired"]
    observations: tuple[Observation, ...] = ()
    negated: str | None = None

    def renamed(self, name: str) -> CandidateTest:
        """The same test under another name."""
        old = rf"(?<=\bdef ){re.escape(self.name)}\b"
        negated = None if self.negated is None else re.sub(old, name, self.negated, count=1)
        code = re.sub(old, name, self.code, count=1)
        return dataclasses.replace(self, name=name, code=code, negated=negated)


class RunOutcome(str, Enum):
    """What pytest and the supervisor agree a test did on one revision."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    TIMEOUT = "timeout"
    NOT_RUN = "not_run"


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One test on one revision. ``duration`` in seconds; ``detail`` is a short failure text."""

    revision: Revision
    outcome: RunOutcome
    duration: float = 0.0
    detail: str = ""
    covered_lines: Mapping[str, frozenset[int]] | None = None
    trusted: bool = True
    """False when the guest's record and the supervisor's wait status do not agree."""


class RejectionReason(str, Enum):
    """Why a candidate was not accepted."""

    DOES_NOT_COLLECT = "does_not_collect"
    FAILS_ON_HEAD = "fails_on_head"
    FLAKY = "flaky"
    NO_GAIN = "no_gain"
    DUPLICATE = "duplicate"
    ASSERTS_NOTHING = "asserts_nothing"
    TIMEOUT = "timeout"
    INTEGRITY = "integrity"
    TOO_LARGE = "too_large"
    INFRA_ERROR = "infra_error"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judged candidate: accepted as a kind of test, or rejected with a reason."""

    candidate: CandidateTest
    runs: tuple[RunRecord, ...]
    rejection: RejectionReason | None = None
    detail: str = ""

    @property
    def accepted(self) -> bool:
        """True when nothing spoke against the candidate."""
        return self.rejection is None

    def outcome(self, revision: Revision) -> RunOutcome:
        """The first recorded outcome on ``revision``; ``not_run`` when there is none."""
        return next((r.outcome for r in self.runs if r.revision is revision), RunOutcome.NOT_RUN)
