"""Real changes of public libraries: is the behaviour change found, how fast, is silence earned?

    python -m benchmarks.regressions CASES.json MIRRORS [--only ID …] [--budget S] [--json FILE]

CASES.json is a list of objects with ``id``, ``repo`` (``owner/name``), ``kind`` (``regression`` or
``refactor``), ``base``, ``head`` and, for a regression, ``fix``. MIRRORS is a directory that holds
each repository as ``owner+name/repo`` (bare). A regression counts as caught when some catching
test passes on base, fails on head and passes again on the fix.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import anyio

from regoose_ci.agents.analyzer import Analyzer
from regoose_ci.agents.board import Board
from regoose_ci.app import run_session
from regoose_ci.assembly.laboratory import LaboratoryBuilder
from regoose_ci.assembly.sources import GitChange
from regoose_ci.config import Settings
from regoose_ci.config_sources import load_settings
from regoose_ci.domain.report import ReviewReport
from regoose_ci.domain.request import RequestKind, ReviewRequest
from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import InfrastructureError
from regoose_ci.execution.jobs import run_test
from regoose_ci.guest.protocol import RunTestJob
from regoose_ci.observability.bus import EventBus
from regoose_ci.repository.git import GitRepository


@dataclass
class Result:
    """What came of one case."""

    id: str
    kind: str
    seconds: float = 0.0
    exploring: float = 0.0
    first_change: float | None = None
    error: str = ""
    inputs: int = 0
    reached_base: int = 0
    reached_head: int = 0
    changes: list[str] = field(default_factory=list)
    caught: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Caught, or honestly silent."""
        if self.kind == "regression":
            return bool(self.caught)
        return not self.changes and min(self.reached_base, self.reached_head) > 0


def main() -> int:
    """Run the cases and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", type=Path)
    parser.add_argument("mirrors", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--budget", type=float, default=25.0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    cases = json.loads(options.cases.read_text())
    chosen = [c for c in cases if not options.only or c["id"] in options.only]
    results = []
    for case in chosen:
        result = run_case(case, options.mirrors, options.budget)
        results.append(result)
        print_result(result)
    good = sum(r.good for r in results)
    print(f"{good} of {len(results)} as they should be")
    if options.json:
        options.json.write_text(json.dumps([asdict(r) for r in results], indent=1))
    return 0 if good == len(results) else 1


def print_result(result: Result) -> None:
    """Print one case's row and its behaviour changes."""
    mark = "ok " if result.good else "-- "
    reach = f"{result.reached_base}/{result.reached_head} of {result.inputs}"
    first = "" if result.first_change is None else f" first {result.first_change:.1f}"
    print(f"{mark}{result.id:38} {result.kind:10} {result.seconds:5.1f} s{first} reached {reach}")
    if result.error:
        print(f"      error: {result.error}")
    for change in result.changes:
        print(f"      {'caught ' if change in result.caught else '       '}{change[:200]}")
    sys.stdout.flush()


def run_case(case: dict[str, str], mirrors: Path, budget: float) -> Result:
    """Review one case, and run its catching tests on the fix."""
    repository = mirrors / case["repo"].replace("/", "+") / "repo"
    settings = load_settings(repository, {}, trusted_files=False)
    result = Result(case["id"], case["kind"])
    with tempfile.TemporaryDirectory() as out:
        request = ReviewRequest(
            RequestKind.REVIEW, repository, Path(out), base=case["base"], head=case["head"],
            budget=budget, title=case.get("pr_title", ""),
            env=tuple((k, v) for k, v in case.get("env", {}).items()),  # type: ignore[attr-defined]
        )  # fmt: skip
        started = time.monotonic()
        report = run_session(request, settings, EventBus())
        result.seconds = round(time.monotonic() - started, 1)
        fill(result, report)
        if "fix" in case and result.changes:
            try:
                result.caught = passing_on_fix(request, settings, case["fix"], report)
            except InfrastructureError as error:
                result.error += f" the fix could not be run: {error.message}"
    return result


def fill(result: Result, report: ReviewReport) -> None:
    """Copy what the report says."""
    result.error = report.error.message if report.error else ""
    result.exploring = report.timings.exploration_s
    result.first_change = report.timings.first_change_s
    for function in report.functions:
        result.inputs += function.explored.inputs
        result.reached_base += function.explored.reached_change_on_base
        result.reached_head += function.explored.reached_change_on_head
        if function.status != "tested":
            result.error += f" {function.qualname}: {function.reason} {function.detail[:120]}"
        result.changes += [f"{c.call} | {c.base} -> {c.head}" for c in function.behaviour_changes]


def passing_on_fix(
    request: ReviewRequest, settings: Settings, fix: str, report: ReviewReport
) -> list[str]:
    """Return the behaviour changes whose catching test passes on the fix."""

    async def run() -> list[str]:
        repository = GitRepository.open(request.repository)
        whole = GitChange(repository, repository.resolve_range(request.base, request.head))
        revisions = type(whole.revisions)(whole.revisions.base_sha, fix)
        source = GitChange(repository, revisions)
        board = Board(request, source, EventBus())
        await Analyzer().run(board)
        assert board.material is not None
        passed = []
        with tempfile.TemporaryDirectory() as scratch:
            os.chmod(scratch, 0o755)  # noqa: PTH101 - pathlib would count as blocking here
            builder = LaboratoryBuilder(request, settings, source, Path(scratch))
            laboratory = await builder.build(board.material)
            async with laboratory.pairs.testing_pair() as pair:
                for function in report.functions:
                    for change in function.behaviour_changes:
                        name = change.test.split("def ")[1].split("(")[0]
                        job = RunTestJob("test_fix.py", change.test, name)
                        ended = await run_test(pair.guests[Revision.HEAD], job)
                        if ended.run is not None and ended.run.outcome == "passed":
                            passed.append(f"{change.call} | {change.base} -> {change.head}")
        return passed

    return anyio.run(run)


if __name__ == "__main__":
    sys.exit(main())
