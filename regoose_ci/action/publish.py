"""The last phase: from a report that cannot be trusted to the comment, the summary and outputs.

It talks to GitHub, executes nothing, and runs however the review ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from regoose_ci.action import texts
from regoose_ci.action.annotations import annotate
from regoose_ci.action.phase import Phase
from regoose_ci.action.plan import DonePlan, Plan, PublishPlan, ReviewPlan
from regoose_ci.action.reported import read_artifact
from regoose_ci.domain.report import ReviewReport
from regoose_ci.errors import InfrastructureError
from regoose_ci.github import (
    ForbiddenError,
    GitHubError,
    Ignored,
    PublishRequest,
    Request,
    StickyComment,
    Superseded,
    Written,
    body_limit,
)
from regoose_ci.reports import render_comment, render_summary
from regoose_ci.reports.directory import Reported, read_directory
from regoose_ci.reports.markdown import SUMMARY_LIMIT

_ROOM = 2_000
"""Characters for what `texts.signed` adds."""


@dataclass(frozen=True)
class Published:
    """What the run shows besides the comment.

    Attributes:
        summary: The job summary, Markdown of ours.
        outputs: The action's outputs by name, each on one line.
        annotations: Workflow commands.
        problem: Why the comment could not be written; empty if it was.
    """

    summary: str
    outputs: Mapping[str, str] = field(default_factory=dict)
    annotations: tuple[str, ...] = ()
    problem: str = ""


def publish(phase: Phase, plan: Plan, directory: Path, exit_code: int | None) -> Published:
    """Show what came of a plan.

    Args:
        phase: The run and its clients.
        plan: The first phase's.
        directory: Where the review's report is, if there is one.
        exit_code: How the review ended; None where it did not.

    Raises:
        InfrastructureError: What a fork's run has left is not a report of its pull request.
    """
    if isinstance(plan, DonePlan):
        return Published(f"{plan.reason}\n")
    if isinstance(plan, PublishPlan):
        return _publish_for_fork(phase, plan)
    reported, problem = _read(directory)
    if reported is None or reported.report.head_sha not in ("", plan.head_sha):
        return _stop(phase, plan, exit_code, problem)
    return _show(phase, plan, reported, plan.notices, plan.comment_on)


def clear(phase: Phase, request: Request) -> Published:
    """Replace "working…" where the first phase was torn away before it could leave a plan."""
    number = None if isinstance(request, Ignored | PublishRequest) else request.number
    if number is None or not phase.inputs.comment:
        return Published("")
    sticky = phase.sticky(number)
    try:
        state = sticky.state()
        if state is None or state.run != phase.run.id:
            return Published("")
        text = texts.stopped(state.head_sha, phase.run.page, None)
        sticky.show_stopped(state.head_sha, text)
    except GitHubError as error:
        return Published("", problem=error.message)
    return Published(f"{text}\n")


def _read(directory: Path) -> tuple[Reported | None, str]:
    try:
        return read_directory(directory), ""
    except InfrastructureError as error:
        return None, error.message


def _publish_for_fork(phase: Phase, plan: PublishPlan) -> Published:
    reported = read_artifact(phase.github, plan.run_id, phase.inputs.artifact)
    if reported is None:
        return Published("The run that reviewed has left no report.\n")
    if reported.report.head_sha != plan.head_sha:
        raise InfrastructureError(
            "The report is not about the commit that the fork's run was started for.",
            "It is not published.",
        )
    number = plan.number if phase.inputs.comment else None
    return _show(phase, plan, reported, (texts.FROM_A_FORK,), number)


def _show(
    phase: Phase,
    plan: ReviewPlan | PublishPlan,
    reported: Reported,
    notices: tuple[str, ...],
    number: int | None,
) -> Published:
    page = phase.run.page_of(plan.run)
    summary = render_summary(reported.report, reported.tests, SUMMARY_LIMIT - _ROOM)
    published = Published(
        texts.signed(summary, page, notices),
        _outputs(reported.report),
        tuple(annotate(reported.report)),
    )
    if number is None:
        return published
    try:
        written = _comment(phase, plan, reported, notices, number)
    except ForbiddenError:
        return replace(published, problem=texts.FORBIDDEN)
    except GitHubError as error:
        return replace(published, problem=f"The comment could not be written. {error.message}")
    if isinstance(written, Superseded):
        return replace(published, problem="A newer run has written the comment.")
    return replace(published, outputs={**published.outputs, "comment-url": written.url})


def _comment(
    phase: Phase,
    plan: ReviewPlan | PublishPlan,
    reported: Reported,
    notices: tuple[str, ...],
    number: int,
) -> Written | Superseded:
    sticky = StickyComment(phase.github, number, plan.run)
    body = render_comment(reported.report, reported.tests, body_limit(sticky.state()) - _ROOM)
    last = texts.COMMANDS if phase.inputs.commands else ""
    text = texts.signed(body, phase.run.page_of(plan.run), notices, last)
    written = sticky.show_result(plan.head_sha, text)
    if isinstance(plan, ReviewPlan) and plan.command_id is not None:
        phase.github.react(plan.command_id, "rocket")
    return written


def _outputs(report: ReviewReport) -> dict[str, str]:
    return {
        "behaviour-changes": str(sum(len(f.behaviour_changes) for f in report.functions)),
        "tests": str(sum(len(f.tests) for f in report.functions)),
        "sandbox-level": report.sandbox.level,
        "partial": str(report.partial).lower(),
    }


def _stop(phase: Phase, plan: ReviewPlan, exit_code: int | None, problem: str) -> Published:
    """Replace "working…" by why there is no result."""
    text = texts.stopped(plan.head_sha, phase.run.page, exit_code)
    published = Published(f"{text}\n", problem=problem)
    if plan.comment_on is None:
        return published
    try:
        written = phase.sticky(plan.comment_on).show_stopped(plan.head_sha, text)
        if plan.command_id is not None:
            phase.github.react(plan.command_id, "confused")
    except GitHubError as error:
        return replace(published, problem=f"{problem} {error.message}".strip())
    outputs = {"comment-url": written.url} if isinstance(written, Written) else {}
    return replace(published, outputs=outputs)
