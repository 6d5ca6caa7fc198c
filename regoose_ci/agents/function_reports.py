"""What is reported of each function: its changes, its tests, and what was not kept and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import cast, get_args

from regoose_ci.agents.board import Board, Intent, Skip
from regoose_ci.agents.change_ids import behaviour_changes, is_left_out, witness_of
from regoose_ci.agents.generator import file_of
from regoose_ci.agents.strength import coverage, kills, mutation
from regoose_ci.comparison.outcomes import describe_pair
from regoose_ci.domain.candidates import CandidateKind, CandidateTest, RunRecord, Verdict
from regoose_ci.domain.changes import ChangedFunction, SkippedFile
from regoose_ci.domain.observations import Observation
from regoose_ci.domain.report import (
    AcceptedTestReport,
    BaseVersion,
    BehaviourChangeReport,
    Explored,
    FunctionReport,
    InputOrigin,
    RanLines,
    RejectedTestReport,
    ScreenedTestReport,
    SkipReason,
)
from regoose_ci.domain.revisions import Revision
from regoose_ci.execution.findings import FunctionFindings, sources_of
from regoose_ci.generation.embedded.arranging import call_in_words
from regoose_ci.generation.llm.rounds import Dropped

Places = Mapping[tuple[str, str], tuple[str, str]]
"""File and final name of every accepted test, by its function and code."""


def kept(board: Board, verdicts: list[Verdict]) -> list[Verdict]:
    """The accepted tests, without those for behaviour changes that are to be left out."""
    ignored = board.request.ignored
    return [v for v in verdicts if v.accepted and not is_left_out(v, ignored)]


def function_reports(board: Board, places: Places) -> Iterator[FunctionReport]:
    """Report what the board holds of every function, and every file that is not reviewed."""
    if board.material is None:
        return
    for material in board.material.functions:
        yield _function_report(board, material.function, places)
    yield from map(_file_report, board.material.changes.skipped)


def _function_report(board: Board, function: ChangedFunction, places: Places) -> FunctionReport:
    verdicts = board.verdicts.get(function.id, [])
    findings = board.findings.get(function.id)
    accepted = kept(board, verdicts)
    # Where exploring found nothing, a model may still have.
    skip = None if accepted else board.skipped.get(function.id) or _unfinished(board, function)
    skip = skip or _unshown(findings, verdicts)
    here = function.current
    return FunctionReport(
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
        coverage=coverage(function, accepted),
        mutation=mutation(findings, accepted),
        source=here.source,
        before=_before(function),
    )


def _file_report(skipped: SkippedFile) -> FunctionReport:
    reason = skipped.reason if skipped.reason in get_args(SkipReason) else "syntax_error"
    return FunctionReport(
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


def _test_report(verdict: Verdict, places: Places) -> AcceptedTestReport:
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
        kills=len(kills(verdict)),
        input_origins=_origins(test),
    )


def _origins(test: CandidateTest) -> tuple[InputOrigin, ...]:
    return tuple(dict.fromkeys(o.origin.value for o in test.observations))


def _lines(run: RunRecord) -> frozenset[int]:
    return frozenset(line for lines in (run.covered_lines or {}).values() for line in lines)
