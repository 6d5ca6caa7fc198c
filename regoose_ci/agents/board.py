"""What the agents of one session read and write, each part written by one of them."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from regoose_ci.analysis.material import ChangeMaterial, ChangeSource
from regoose_ci.domain.candidates import CandidateTest, Verdict
from regoose_ci.domain.events import (
    Event,
    FunctionFinished,
    FunctionStarted,
    Notice,
    Stage,
    StageFinished,
    StageStarted,
)
from regoose_ci.domain.report import EnvironmentInfo, SandboxInfo, SkipReason
from regoose_ci.domain.request import ReviewRequest
from regoose_ci.execution.findings import FunctionFindings
from regoose_ci.execution.pairs import PairFactory
from regoose_ci.generation.llm.rounds import Dropped
from regoose_ci.observability.bus import EventBus


@dataclass(frozen=True, slots=True)
class Skip:
    """Why a function has no tests: a reason of the report, in the words of the run.

    Without a reason something around the function failed.
    """

    reason: SkipReason | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Intent:
    """Whether a behaviour change was meant: ``yes``, ``no`` or ``unknown``, and why."""

    intended: str
    confidence: float
    rationale: str


@dataclass(frozen=True, slots=True)
class Laboratory:
    """Both revisions, ready to run in guests."""

    pairs: PairFactory
    sandbox: SandboxInfo
    environment: EnvironmentInfo


@dataclass(slots=True)
class Board:
    """One session's state. ``findings``, ``candidates``, … are by function id."""

    request: ReviewRequest
    source: ChangeSource
    bus: EventBus
    title: str = ""
    description: str = ""
    started: float = field(default_factory=time.monotonic)
    material: ChangeMaterial | None = None
    laboratory: Laboratory | None = None
    findings: dict[str, FunctionFindings] = field(default_factory=dict)
    skipped: dict[str, Skip] = field(default_factory=dict)
    candidates: dict[str, tuple[CandidateTest, ...]] = field(default_factory=dict)
    verdicts: dict[str, list[Verdict]] = field(default_factory=dict)
    intents: dict[str, Intent] = field(default_factory=dict)
    """By behaviour change id."""
    screened: dict[str, list[Dropped]] = field(default_factory=dict)
    """What a model proposed that was not run, by function id."""
    refused: dict[str, list[Verdict]] = field(default_factory=dict)
    """Whole tests of a model that failed when it could still mend them, by function id."""
    unanswered: dict[str, str] = field(default_factory=dict)
    """Why a model did not finish a function, by function id."""
    unjudged: list[str] = field(default_factory=list)
    """Why a model did not judge a behaviour change, one for each."""
    seconds: dict[Stage, float] = field(default_factory=dict)
    first_change: float | None = None
    out_of_budget: bool = False

    @property
    def unfinished(self) -> str:
        """What models left to the embedded generator and to the rules, and why; mostly nothing."""
        parts = []
        if self.unanswered:
            ids = [i for i in self.findings if i in self.unanswered]
            some = f"{len(ids)} of {len(self.findings)} functions"
            parts.append(f"the model did not finish {some}: {self.unanswered[ids[0]]}")
        if self.unjudged:
            some = f"{len(self.unjudged)} behaviour changes"
            parts.append(f"the model did not judge {some}: {self.unjudged[0]}")
        return "; ".join(parts)

    def publish(self, event: Event) -> None:
        """Tell subscribers of the bus."""
        self.bus.publish(event)

    def notice(self, text: str) -> None:
        """Tell the user something worth knowing."""
        self.bus.publish(Notice(text))

    @contextmanager
    def stage(self, stage: Stage, total: int = 0) -> Iterator[list[str]]:
        """Time a stage and tell of it; append a summary to the list that is yielded."""
        summary: list[str] = []
        self.publish(StageStarted(stage, total))
        begun = time.monotonic()
        try:
            yield summary
        finally:
            took = time.monotonic() - begun
            self.seconds[stage] = self.seconds.get(stage, 0.0) + took
            self.publish(StageFinished(stage, took, "".join(summary[-1:])))

    @asynccontextmanager
    async def function(self, stage: Stage, function_id: str) -> AsyncIterator[list[str]]:
        """Tell of work on one function; append a summary to the list that is yielded."""
        summary: list[str] = []
        self.publish(FunctionStarted(stage, function_id))
        try:
            yield summary
        finally:
            self.publish(FunctionFinished(stage, function_id, "".join(summary[-1:])))
