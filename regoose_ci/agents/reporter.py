"""Reporter: from the board, however far the session came, to the report and its test files."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import cast, get_args

from regoose_ci.agents.board import Board, Intent, Skip
from regoose_ci.agents.change_ids import behaviour_changes, is_left_out, witness_of
from regoose_ci.agents.generator import file_of
from regoose_ci.analysis.branches import branch_exits
from regoose_ci.comparison.outcomes import describe_pair
from regoose_ci.domain.candidates import CandidateKind, CandidateTest, Verdict
from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.events import Stage
from regoose_ci.domain.observations import Observation
from regoose_ci.domain.report import (
    AcceptedTestReport,
    BaseVersion,
    BehaviourChangeReport,
    CoverageReport,
    EnvironmentInfo,
    Explored,
    FunctionReport,
    InputOrigin,
    MutationReport,
    RanLines,
    RejectedTestReport,
    ReviewReport,
    SandboxInfo,
    ScreenedTestReport,
    SkipReason,
    SurvivorReport,
    Timings,
    Totals,
)
from regoose_ci.domain.revisions import Revision
from regoose_ci.execution.findings import FunctionFindings, sources_of
from regoose_ci.execution.mutation import survivors
from regoose_ci.generation.embedded.arranging import call_in_words
from regoose_ci.generation.embedded.files import assemble
from regoose_ci.generation.embedded.placement import plan_files
from regoose_ci.generation.llm.rounds import Dropped


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
    functions = tuple(_functions(board, _places(board)))
    rejected = Counter(r.reason for f in functions for r in f.rejected)
    totals = Totals(
        functions=len(functions),
        tests=sum(len(f.tests) for f in functions),
        behaviour_changes=sum(len(f.behaviour_changes) for f in functions),
        rejected=dict(sorted(rejected.items())),
        ignored=_ignored(board),
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
    return [v.candidate for found in board.verdicts.values() for v in _kept(board, found)]


def _kept(board: Board, verdicts: list[Verdict]) -> list[Verdict]:
    """The accepted tests, without those for behaviour changes that are to be left out."""
    ignored = board.request.ignored
    return [v for v in verdicts if v.accepted and not is_left_out(v, ignored)]


def _ignored(board: Board) -> int:
    accepted = sum(v.accepted for found in board.verdicts.values() for v in found)
    return accepted - len(_accepted(board))


def _files(board: Board) -> dict[str, str]:
    if board.material is None:
        return {}
    material = board.material
    written = assemble(_accepted(board), material.style, material.packages)
    return {f"tests/{name}": source for name, source in written.items()}


def _places(board: Board) -> dict[tuple[str, str], tuple[str, str]]:
    """Return the file and the final name of every accepted test, by its function and code."""
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


def _functions(
    board: Board, places: dict[tuple[str, str], tuple[str, str]]
) -> Iterator[FunctionReport]:
    if board.material is None:
        return
    for material in board.material.functions:
        function = material.function
        verdicts = board.verdicts.get(function.id, [])
        findings = board.findings.get(function.id)
        accepted = _kept(board, verdicts)
        # Where exploring found nothing, a model may still have.
        skip = None if accepted else board.skipped.get(function.id) or _unfinished(board, function)
        skip = skip or _unshown(findings, verdicts)
        here = function.current
        yield FunctionReport(
            path=here.path,
            qualname=here.qualname,
            change=function.change.value,
            line=here.first_line,
            status="tested" if skip is None else "skipped" if skip.reason else "failed",
            reason=skip.reason if skip else None,
            detail=skip.detail if skip else "",
            explored=findings.explored if findings else Explored(),
            behaviour_changes=tuple(_behaviour_changes(board, accepted)),
            tests=tuple(_test_report(v, places) for v in accepted),
            rejected=tuple(
                RejectedTestReport(name=v.candidate.name, reason=v.rejection.value)
                for v in (*board.refused.get(function.id, ()), *verdicts)
                if v.rejection is not None
            ),
            screened=tuple(_screened(board.screened.get(function.id, ()))),
            coverage=_coverage(board, function, accepted),
            mutation=_mutation(findings, accepted),
            source=here.source,
            before=_before(function),
        )
    for skipped in board.material.changes.skipped:
        known = get_args(SkipReason)
        reason = skipped.reason if skipped.reason in known else "syntax_error"
        yield FunctionReport(
            path=skipped.path,
            qualname="",
            change="modified",
            line=1,
            status="skipped",
            reason=cast("SkipReason", reason),
            detail=skipped.detail,
        )


def _before(function: ChangedFunction) -> BaseVersion | None:
    base = function.base
    if base is None or function.head is None:
        return None
    return BaseVersion(
        path=base.path, qualname=base.qualname, line=base.first_line, source=base.source
    )


def _screened(dropped: Iterable[Dropped]) -> Iterator[ScreenedTestReport]:
    for found in dict.fromkeys(dropped):  # a model may say the same again
        first, *more = found.what.strip().splitlines() or [""]
        name = f"{first} …" if more else first
        yield ScreenedTestReport(name=name, finding="; ".join(found.reasons))


def _unfinished(board: Board, function: ChangedFunction) -> Skip | None:
    if function.id in board.findings:
        return None
    return Skip("budget", "the session ended before it was reached")


def _unshown(findings: FunctionFindings | None, verdicts: list[Verdict]) -> Skip | None:
    """Tell of differences that were seen and that no accepted test shows: not silence."""
    catching = [v for v in verdicts if v.candidate.kind is CandidateKind.CATCHING]
    if findings is None or not findings.witnesses or any(v.accepted for v in catching):
        return None
    reasons = sorted({v.rejection.value for v in catching if v.rejection is not None})
    why = ", ".join(reasons) or "not expressible"
    return Skip(None, f"base and head were seen to differ, but no test could show it ({why})")


def _behaviour_changes(board: Board, accepted: list[Verdict]) -> Iterator[BehaviourChangeReport]:
    for identity, verdict in behaviour_changes(accepted).items():
        witness = witness_of(verdict)
        function = board.findings[witness.function_id].function
        base, head = describe_pair(
            witness.outcomes[Revision.BASE], witness.outcomes[Revision.HEAD], function.parameters
        )
        intent = board.intents.get(identity, Intent("unknown", 0.0, ""))
        yield BehaviourChangeReport(
            id=identity,
            call=call_in_words(witness.call, function.parameters),
            base=base,
            head=head,
            test=file_of(board, verdict.candidate),
            intended=intent.intended,
            confidence=intent.confidence,
            rationale=intent.rationale or None,
            origin=witness.origin.value,
            ran=RanLines(
                base=_ran(function, witness, Revision.BASE),
                head=_ran(function, witness, Revision.HEAD),
            ),
        )


def _ran(function: ChangedFunction, witness: Observation, revision: Revision) -> tuple[int, ...]:
    """The lines of a function that a call ran on one revision."""
    source = sources_of(function).get(revision)
    if source is None or revision not in witness.reached:
        return ()
    inside = range(source.first_line, source.last_line + 1)
    reached = witness.reached[revision].lines.get(source.path, ())
    return tuple(sorted({line for line in reached if line in inside}))


def _test_report(
    verdict: Verdict, places: dict[tuple[str, str], tuple[str, str]]
) -> AcceptedTestReport:
    test = verdict.candidate
    file, name = places[test.function_id, test.code]
    outcomes = {revision: verdict.outcome(revision).value for revision in Revision}
    lines = {n for run in verdict.runs if run.revision is Revision.HEAD for n in _lines(run)}
    return AcceptedTestReport(
        id=f"{file}::{name}",
        name=name,
        file=file,
        kind=test.kind.value,
        origin=test.origin,
        base=outcomes[Revision.BASE],
        head=outcomes[Revision.HEAD],
        covers_lines=tuple(sorted(lines)),
        kills=len(_kills(verdict)),
        input_origins=_origins(test),
    )


def _origins(test: CandidateTest) -> tuple[InputOrigin, ...]:
    return tuple(dict.fromkeys(o.origin.value for o in test.observations))


def _kills(verdict: Verdict) -> frozenset[str]:
    """Return the mutants that a hardening test's inputs tell from the original."""
    if verdict.candidate.kind is not CandidateKind.HARDENING:
        return frozenset()
    return frozenset(m for o in verdict.candidate.observations for m in o.kills)


def _mutation(findings: FunctionFindings | None, accepted: list[Verdict]) -> MutationReport:
    if findings is None or not findings.mutants:
        return MutationReport()
    killed = frozenset(m for verdict in accepted for m in _kills(verdict))
    left = survivors(findings, killed)
    return MutationReport(
        mutants=len(findings.mutants),
        killed=len(findings.mutants) - len(left),
        survivors=tuple(SurvivorReport(line=m.line, description=m.description) for m in left),
    )


def _lines(run: object) -> frozenset[int]:
    covered = getattr(run, "covered_lines", None) or {}
    return frozenset(line for lines in covered.values() for line in lines)


def _coverage(board: Board, function: ChangedFunction, accepted: list[Verdict]) -> CoverageReport:
    source = function.head
    if source is None:
        return CoverageReport()
    hit = {
        line
        for verdict in accepted
        for run in verdict.runs
        if run.revision is Revision.HEAD and run.covered_lines
        for line in run.covered_lines.get(source.path, ())
    }
    changed = sorted(source.changed_lines)
    exits = {
        line + source.first_line - 1: count for line, count in branch_exits(source.source).items()
    }
    branching = [line for line in changed if line in exits]
    taken = _arcs_taken(board, function)
    return CoverageReport(
        changed_lines=tuple(changed),
        covered=tuple(line for line in changed if line in hit),
        branches=sum(exits[line] for line in branching),
        covered_branches=sum(
            min(exits[line], len({end for start, end in taken if start == line}))
            for line in branching
            if line in hit
        ),
    )


def _arcs_taken(board: Board, function: ChangedFunction) -> set[tuple[int, int]]:
    """Return the line pairs that accepted tests' inputs took on head."""
    assert function.head is not None
    return {
        arc
        for verdict in board.verdicts.get(function.id, [])
        if verdict.accepted
        for observation in verdict.candidate.observations
        if Revision.HEAD in observation.reached
        for arc in observation.reached[Revision.HEAD].arcs.get(function.head.path, ())
    }


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
