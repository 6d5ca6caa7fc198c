"""How much of a change accepted tests hold on to: lines, branches and mutants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from regoose_ci.analysis.branches import branch_exits
from regoose_ci.domain.candidates import CandidateKind, Verdict
from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.report import CoverageReport, MutationReport, SurvivorReport
from regoose_ci.domain.revisions import Revision
from regoose_ci.execution.findings import FunctionFindings
from regoose_ci.execution.mutation import survivors


def coverage(function: ChangedFunction, accepted: Sequence[Verdict]) -> CoverageReport:
    """Count the changed lines that accepted tests run on head, and the branches they take there."""
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
    taken = _arcs_taken(function, accepted)
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


def _arcs_taken(function: ChangedFunction, accepted: Iterable[Verdict]) -> set[tuple[int, int]]:
    """Return the line pairs that accepted tests' inputs took on head."""
    assert function.head is not None
    return {
        arc
        for verdict in accepted
        for observation in verdict.candidate.observations
        if Revision.HEAD in observation.reached
        for arc in observation.reached[Revision.HEAD].arcs.get(function.head.path, ())
    }


def kills(verdict: Verdict) -> frozenset[str]:
    """Return the mutants that a hardening test's inputs tell from the original."""
    if verdict.candidate.kind is not CandidateKind.HARDENING:
        return frozenset()
    return frozenset(m for o in verdict.candidate.observations for m in o.kills)


def mutation(findings: FunctionFindings | None, accepted: Iterable[Verdict]) -> MutationReport:
    """Count the mutants that accepted tests kill, and list those that survive."""
    if findings is None or not findings.mutants:
        return MutationReport()
    killed = frozenset(m for verdict in accepted for m in kills(verdict))
    left = survivors(findings, killed)
    return MutationReport(
        mutants=len(findings.mutants),
        killed=len(findings.mutants) - len(left),
        survivors=tuple(SurvivorReport(line=m.line, description=m.description) for m in left),
    )
