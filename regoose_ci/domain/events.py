"""What happens during a session, as told to progress, logs, metrics and dashboards."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from regoose_ci.domain.report import ReviewReport


class Stage(str, Enum):
    """The stages of a review, in the order of its data flow."""

    ANALYSIS = "analysis"
    ENVIRONMENT = "environment"
    EXPLORATION = "exploration"
    GENERATION = "generation"
    EXECUTION = "execution"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """A session began."""

    session_id: str
    repository: str


@dataclass(frozen=True, slots=True)
class StageStarted:
    """A stage began; ``total``: how many functions it works on, 0 if no measure."""

    stage: Stage
    total: int = 0


@dataclass(frozen=True, slots=True)
class StageFinished:
    """A stage ended after ``seconds``; ``summary`` is a phrase (``3 changed functions``)."""

    stage: Stage
    seconds: float
    summary: str = ""


@dataclass(frozen=True, slots=True)
class FunctionStarted:
    """Work on one function began in a stage."""

    stage: Stage
    function_id: str


@dataclass(frozen=True, slots=True)
class FunctionFinished:
    """Work on one function ended in a stage; ``summary`` is one short phrase."""

    stage: Stage
    function_id: str
    summary: str = ""


@dataclass(frozen=True, slots=True)
class BehaviourChangeFound:
    """Base and head gave different results for one call."""

    function_id: str
    call: str
    base: str
    head: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user should know; ``degraded``, a fallback, a skipped file."""

    text: str


@dataclass(frozen=True, slots=True)
class SessionFinished:
    """A session ended, with its report."""

    report: ReviewReport


Event = (
    SessionStarted
    | StageStarted
    | StageFinished
    | FunctionStarted
    | FunctionFinished
    | BehaviourChangeFound
    | Notice
    | SessionFinished
)
