"""Reporter: from the board, however far the session came, to the report and its test files."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass

from regoose_ci.agents.board import Board
from regoose_ci.agents.function_reports import Places, function_reports, kept
from regoose_ci.domain.candidates import CandidateTest
from regoose_ci.domain.events import Stage
from regoose_ci.domain.report import (
    EnvironmentInfo,
    FunctionReport,
    ReviewReport,
    SandboxInfo,
    Timings,
    Totals,
)
from regoose_ci.generation.embedded.files import assemble
from regoose_ci.generation.embedded.placement import plan_files


@dataclass(frozen=True, slots=True)
class Finished:
    """What a session leaves behind: the report's parts and the accepted tests' files."""

    functions: tuple[FunctionReport, ...]
    left_alone: tuple[str, ...]
    totals: Totals
    timings: Timings
    sandbox: SandboxInfo
    environment: EnvironmentInfo
    files: dict[str, str]


def finish(board: Board) -> Finished:
    """Report what the board holds. Complete for a session that ended early too."""
    files = _files(board)
    functions = tuple(function_reports(board, _places(board)))
    rejected = Counter(r.reason for f in functions for r in f.rejected)
    totals = Totals(
        functions=len(functions),
        tests=sum(len(f.tests) for f in functions),
        behaviour_changes=sum(len(f.behaviour_changes) for f in functions),
        rejected=dict(sorted(rejected.items())),
        ignored=_ignored(board),
        not_chosen=board.material.not_chosen if board.material else 0,
    )
    laboratory = board.laboratory
    return Finished(
        functions,
        board.material.changes.left_alone if board.material else (),
        totals,
        _timings(board),
        laboratory.sandbox if laboratory else SandboxInfo(),
        laboratory.environment if laboratory else EnvironmentInfo(),
        files,
    )


def report_of(board: Board, finished: Finished, envelope: ReviewReport) -> ReviewReport:
    """Fill the session's envelope (ids, commits, errors) with what was found."""
    return envelope.model_copy(
        update={
            "duration_s": round(time.monotonic() - board.started, 3),
            "functions": finished.functions,
            "left_alone": finished.left_alone,
            "totals": finished.totals,
            "timings": finished.timings,
            "sandbox": finished.sandbox,
            "environment": finished.environment,
        }
    )


def _accepted(board: Board) -> list[CandidateTest]:
    return [v.candidate for found in board.verdicts.values() for v in kept(board, found)]


def _ignored(board: Board) -> int:
    accepted = sum(v.accepted for found in board.verdicts.values() for v in found)
    return accepted - len(_accepted(board))


def _files(board: Board) -> dict[str, str]:
    if board.material is None:
        return {}
    material = board.material
    written = assemble(_accepted(board), material.style, material.packages)
    return {f"tests/{name}": source for name, source in written.items()}


def _places(board: Board) -> Places:
    places: dict[tuple[str, str], tuple[str, str]] = {}
    if board.material is None:
        return places
    for placed in plan_files(_accepted(board), board.material.style):
        candidate = placed.candidate
        places[candidate.function_id, candidate.code] = (
            f"tests/{placed.file}",
            placed.written.name,
        )
    return places


def _timings(board: Board) -> Timings:
    seconds = {stage: round(board.seconds.get(stage, 0.0), 3) for stage in Stage}
    return Timings(
        analysis_s=seconds[Stage.ANALYSIS],
        environment_s=seconds[Stage.ENVIRONMENT],
        exploration_s=seconds[Stage.EXPLORATION],
        generation_s=seconds[Stage.GENERATION],
        execution_s=seconds[Stage.EXECUTION],
        report_s=seconds[Stage.REPORT],
        first_change_s=None if board.first_change is None else round(board.first_change, 3),
    )
