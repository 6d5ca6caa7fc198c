"""What runs of a test say about it. Pure."""

from __future__ import annotations

import dataclasses

from regoose_ci.domain.candidates import (
    CandidateKind,
    CandidateTest,
    RejectionReason,
    RunOutcome,
    RunRecord,
    Verdict,
)
from regoose_ci.domain.revisions import Revision


def judge_runs(test: CandidateTest, runs: dict[Revision, RunRecord]) -> Verdict:
    """Judge a test by one run on each revision."""
    return Verdict(test, tuple(runs.values()), *_rejection(test, runs))


def _rejection(
    test: CandidateTest, runs: dict[Revision, RunRecord]
) -> tuple[RejectionReason | None, str]:
    head = runs[Revision.HEAD]
    untrusted = next((run for run in runs.values() if not run.trusted), None)
    if untrusted is not None:
        return RejectionReason.INTEGRITY, untrusted.detail
    if test.kind is CandidateKind.CATCHING:
        base = runs.get(Revision.BASE)
        if base is None or base.outcome is not RunOutcome.PASSED:
            return RejectionReason.DOES_NOT_COLLECT, "it does not pass on base"
        if head.outcome is RunOutcome.PASSED:
            return RejectionReason.NO_GAIN, "it passes on head too"
        return None, ""
    if head.outcome is RunOutcome.PASSED:
        return None, ""
    if head.outcome is RunOutcome.TIMEOUT:
        return RejectionReason.TIMEOUT, "it does not finish on head"
    if head.outcome is RunOutcome.ERROR:
        return RejectionReason.DOES_NOT_COLLECT, head.detail
    return RejectionReason.FAILS_ON_HEAD, head.detail


def telling_passes(verdict: Verdict) -> tuple[Revision, ...]:
    """Return where a test's pass is what the verdict rests on."""
    if verdict.rejection is RejectionReason.NO_GAIN:
        return (Revision.BASE, Revision.HEAD)
    is_catching = verdict.candidate.kind is CandidateKind.CATCHING
    return (Revision.BASE if is_catching else Revision.HEAD,)


def judge_twin(verdict: Verdict, runs: dict[Revision, RunRecord]) -> Verdict:
    """Keep a verdict whose test's negation fails wherever the test passes.

    Where that holds on one revision alone, the other one lies: the assertion is worth something.
    """
    hollow = [r for r, run in runs.items() if run.outcome is not RunOutcome.FAILED]
    if not hollow:
        return verdict
    if any(not run.trusted for run in runs.values()):
        return rejected(verdict, RejectionReason.INTEGRITY, "its negation is not believed")
    if len(hollow) < len(runs):
        detail = f"on {hollow[0].value} it passes, and so does its negation"
        return rejected(verdict, RejectionReason.INTEGRITY, detail)
    return rejected(
        verdict,
        RejectionReason.ASSERTS_NOTHING,
        "it does not fail when its assertion is negated",
    )


def rejected(verdict: Verdict, reason: RejectionReason, detail: str) -> Verdict:
    """Turn an accepted test down after all."""
    return dataclasses.replace(verdict, rejection=reason, detail=detail)
