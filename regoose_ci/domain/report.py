"""The report of one session: ``report.json``, schema version 1.

Every field is always present. Times are seconds; lines are 1-based. The keys are a contract
with other programs: add, never rename (``docs/schema/report-1.json``).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

SCHEMA_VERSION: Literal["1"] = "1"

SkipReason = Literal[
    "no_behaviour_change_possible",
    "import_failed",
    "nondeterministic",
    "inputs_not_buildable",
    "change_not_reached",
    "does_not_return",
    "budget",
    "needs_unavailable_resource",
    "no_sandbox",
    "syntax_error",
    "host_python_too_old",
    "too_large",
]
RunOutcomeName = Literal["passed", "failed", "error", "timeout", "not_run"]
Level = Literal["rootless", "userns", "docker", "none"]
InputOrigin = Literal["carved", "call_site", "model", "literals", "variation", "types", "mutation"]


Whole = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""What every reader of JSON can hold; Python itself prints no number of 4,301 digits."""


class ReportModel(BaseModel):
    """Base of all report parts: frozen, and strict about unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ReportError(ReportModel):
    """Why a session ended early, in the words the user was shown."""

    kind: str
    message: str
    remedy: str = ""


class Packages(ReportModel):
    """The two releases of a comparison, as ``name==version``."""

    base: str
    head: str


class GeneratorInfo(ReportModel):
    """Who wrote the tests; ``model`` is null for the embedded generator."""

    name: str
    model: str | None = None


class Limits(ReportModel):
    """What one guest may use. Sizes in MiB, times in seconds."""

    memory_mb: Whole = 0
    pids: Whole = 0
    cpus: float = 0
    tmp_mb: Whole = 0
    output_kb: Whole = 0
    deadline_s: float = 0


class SandboxInfo(ReportModel):
    """What the reviewed code ran in; ``degraded`` names limits the engine does not hold."""

    engine: str | None = None
    level: Level = "none"
    limits: Limits = Limits()
    degraded: tuple[str, ...] = ()


class EnvironmentInfo(ReportModel):
    """Python version, where dependencies came from; ``fallbacks`` are sentences."""

    python: str = ""
    source: str = ""
    fallbacks: tuple[str, ...] = ()


class Explored(ReportModel):
    """How many inputs were tried, and how many reached changed lines on each revision."""

    inputs: Whole = 0
    reached_change_on_base: Whole = 0
    reached_change_on_head: Whole = 0


class RanLines(ReportModel):
    """Lines of the function that a call ran, by revision, as lines of the file."""

    base: tuple[Whole, ...] = ()
    head: tuple[Whole, ...] = ()


class BehaviourChangeReport(ReportModel):
    """One kind of difference: the smallest call that shows it and both outcomes."""

    id: str
    call: str
    base: str
    head: str
    test: str
    """Source of the catching test."""
    intended: Literal["yes", "no", "unknown"] = "unknown"
    confidence: float = Field(default=0.0, ge=0, le=1)
    rationale: str | None = None
    origin: InputOrigin | None = None
    """Where the input came from."""
    ran: RanLines = RanLines()


class AcceptedTestReport(ReportModel):
    """An accepted test. ``file`` is relative to the report directory; ``kills`` counts mutants."""

    id: str
    name: str
    file: str
    kind: Literal["hardening", "catching"]
    origin: Literal["embedded", "model", "repaired"]
    base: RunOutcomeName
    head: RunOutcomeName
    covers_lines: tuple[Whole, ...] = ()
    kills: Whole = 0
    input_origins: tuple[InputOrigin, ...] = ()
    """Where its inputs came from; none for a model's test that was not observed."""


class RejectedTestReport(ReportModel):
    """A candidate that was not accepted, and why."""

    name: str
    reason: str


class ScreenedTestReport(ReportModel):
    """A candidate that was not even run, and what was found in it."""

    name: str
    finding: str


class CoverageReport(ReportModel):
    """Changed lines and branches of a function on head, and how many the tests reach."""

    changed_lines: tuple[Whole, ...] = ()
    covered: tuple[Whole, ...] = ()
    branches: Whole = 0
    covered_branches: Whole = 0


class SurvivorReport(ReportModel):
    """A mutant no test noticed."""

    line: Whole
    description: str


class MutationReport(ReportModel):
    """Mutants of the changed lines and how many the tests killed."""

    mutants: Whole = 0
    killed: Whole = 0
    survivors: tuple[SurvivorReport, ...] = ()


class BaseVersion(ReportModel):
    """Where a function stood on base, and its text there."""

    path: str
    qualname: str
    line: Whole
    source: str


class FunctionReport(ReportModel):
    """One changed function. ``line`` is its first line on head (on base if removed)."""

    path: str
    qualname: str
    change: Literal["added", "modified", "removed", "renamed", "impacted"]
    line: Whole
    status: Literal["tested", "skipped", "failed"]
    reason: SkipReason | None = None
    detail: str = ""
    explored: Explored = Explored()
    behaviour_changes: tuple[BehaviourChangeReport, ...] = ()
    tests: tuple[AcceptedTestReport, ...] = ()
    rejected: tuple[RejectedTestReport, ...] = ()
    screened: tuple[ScreenedTestReport, ...] = ()
    coverage: CoverageReport = CoverageReport()
    mutation: MutationReport = MutationReport()
    source: str = ""
    """The function's text on head (on base if removed), for showing coverage in its margin."""
    before: BaseVersion | None = None
    """The function on base; null where it is not on both revisions."""


class Totals(ReportModel):
    """Counts over all functions; ``rejected`` by reason, ``ignored`` as the reviewers asked.

    ``not_chosen`` are functions that changed and that ``only`` leaves out.
    """

    functions: Whole = 0
    tests: Whole = 0
    behaviour_changes: Whole = 0
    rejected: dict[str, Whole] = {}
    ignored: Whole = 0
    not_chosen: Whole = 0


class Timings(ReportModel):
    """Where the time went; ``first_change_s`` is from start to the first behaviour change."""

    analysis_s: float = 0
    environment_s: float = 0
    exploration_s: float = 0
    generation_s: float = 0
    execution_s: float = 0
    report_s: float = 0
    first_change_s: float | None = None


class Cost(ReportModel):
    """What language models were asked and what it cost; ``usd`` is null when unknown."""

    requests: Whole = 0
    prompt_tokens: Whole = 0
    completion_tokens: Whole = 0
    usd: float | None = None
    cached_requests: Whole = 0


class ReviewReport(ReportModel):
    """Everything one session found out."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    session_id: str
    started_at: AwareDatetime
    duration_s: float = 0
    error: ReportError | None = None
    partial: bool = False
    partial_reason: str | None = None
    repository: str = ""
    title: str = ""
    description: str = ""
    base_sha: str | None = None
    head_sha: str = ""
    packages: Packages | None = None
    generator: GeneratorInfo = GeneratorInfo(name="embedded")
    sandbox: SandboxInfo = SandboxInfo()
    environment: EnvironmentInfo = EnvironmentInfo()
    functions: tuple[FunctionReport, ...] = ()
    left_alone: tuple[str, ...] = ()
    """Changed Python files that are tests, documentation, vendored or generated code."""
    totals: Totals = Totals()
    timings: Timings = Timings()
    cost: Cost = Cost()
