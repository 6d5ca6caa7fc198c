"""The first phase: from the event to a plan. It talks to GitHub and executes nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from regoose_ci.action import texts
from regoose_ci.action.answers import answer
from regoose_ci.action.phase import Phase
from regoose_ci.action.plan import (
    REPOSITORY_DIRECTORY,
    DonePlan,
    Plan,
    PublishPlan,
    ReviewPlan,
    write_plan,
)
from regoose_ci.github import (
    CommandRequest,
    ForbiddenError,
    GitHub,
    Ignored,
    ManualRequest,
    PublishRequest,
    Pull,
    Refused,
    Request,
    ReviewRequest,
    Superseded,
    authorise,
    key_of_comment,
    reply_once,
)
from regoose_ci.github.command import Run

Fetch = Callable[[tuple[str, ...], Path], None]
"""Puts commits into a new bare repository."""


def prepare(phase: Phase, request: Request, fetch: Fetch, out: Path) -> Plan:
    """Decide what is to be done, tell the pull request, and leave the plan and the commits.

    Raises:
        RegooseError: GitHub or git did not do what they were asked. A plan that was made by then
            is in ``out``, so that the last phase can clear what the first has announced.
    """
    plan = _plan(phase, request)
    write_plan(plan, out)
    if isinstance(plan, ReviewPlan):
        plan = _announce(phase, plan)
        write_plan(plan, out)
    if isinstance(plan, ReviewPlan):
        name = phase.run.repository.rpartition("/")[2]
        fetch((plan.base_sha, plan.head_sha), out / REPOSITORY_DIRECTORY / name)
    return plan


def _plan(phase: Phase, request: Request) -> Plan:
    if isinstance(request, Ignored):
        return DonePlan(reason=request.reason)
    if isinstance(request, ReviewRequest):
        return _review_pull_request(phase, request)
    if isinstance(request, ManualRequest):
        return _review_by_hand(phase, request)
    if isinstance(request, CommandRequest):
        return _command(phase, request)
    return _publish(phase.github, request)


def _review_pull_request(phase: Phase, request: ReviewRequest) -> Plan:
    skip = phase.inputs.skip
    if request.is_draft and "draft" in skip:
        return DonePlan(reason="Drafts are not reviewed; mark it as ready, or change `skip`.")
    if request.author_is_bot and "bot" in skip:
        return DonePlan(reason="Pull requests of bots are not reviewed, as `skip` says.")
    return ReviewPlan(
        run_id=phase.run.id.id,
        run_attempt=phase.run.id.attempt,
        title=request.title,
        description=request.description,
        base_sha=phase.github.merge_base(request.base_sha, request.head_sha),
        head_sha=request.head_sha,
        comment_on=None if request.is_read_only else _commented(phase, request.number),
        notices=(texts.READ_ONLY,) if request.is_read_only else (),
    )


def _review_by_hand(phase: Phase, request: ManualRequest) -> Plan:
    if request.number is None:
        return _review_ref(phase, request)
    pull = phase.github.pull(request.number)
    return _review_as_it_is(phase, pull, pull.head_sha)


def _review_ref(phase: Phase, request: ManualRequest) -> Plan:
    head_sha = phase.github.commit_at(request.ref.removeprefix("refs/"))
    default_sha = phase.github.commit_at(f"heads/{request.default_branch}")
    base_sha = phase.github.merge_base(default_sha, head_sha)
    if base_sha == head_sha:
        return DonePlan(reason=texts.NOTHING_NEW)
    return ReviewPlan(
        run_id=phase.run.id.id,
        run_attempt=phase.run.id.attempt,
        title="",
        description="",
        base_sha=base_sha,
        head_sha=head_sha,
        comment_on=None,
        notices=(texts.without_pull_request(request.ref, request.default_branch),),
    )


def _review_as_it_is(phase: Phase, pull: Pull, head_sha: str) -> ReviewPlan:
    return ReviewPlan(
        run_id=phase.run.id.id,
        run_attempt=phase.run.id.attempt,
        title=pull.title,
        description=pull.description,
        base_sha=phase.github.merge_base(pull.base_sha, head_sha),
        head_sha=head_sha,
        comment_on=_commented(phase, pull.number),
    )


def _commented(phase: Phase, number: int) -> int | None:
    return number if phase.inputs.comment else None


def _command(phase: Phase, request: CommandRequest) -> Plan:
    github, comment = phase.github, request.comment_id
    pull = github.pull(request.number)
    checked = authorise(github, request.commander, request.command, pull)
    if isinstance(checked, Refused):
        github.react(comment, "confused")
        if checked.cause != "commander":
            reply_once(github, request.number, key_of_comment(comment), checked.reason)
        return DonePlan(reason=checked.reason)
    github.react(comment, "eyes")
    if not isinstance(request.command, Run):
        return DonePlan(reason=answer(phase, request, pull))
    plan = _review_as_it_is(phase, pull, checked.head_sha)
    only = (request.command.function,) if request.command.function else ()
    return plan.model_copy(update={"only": only, "command_id": comment})


def _publish(github: GitHub, request: PublishRequest) -> Plan:
    pulls = github.pulls_of_head(request.head_repository, request.head_ref, request.head_sha)
    if len(pulls) != 1:
        found = "No open pull request has" if not pulls else "Several pull requests have"
        return DonePlan(reason=f"{found} the commit that was reviewed as its head.")
    return PublishPlan(
        number=pulls[0].number,
        run_id=request.run_id,
        run_attempt=request.run_attempt,
        head_sha=request.head_sha,
    )


def _announce(phase: Phase, plan: ReviewPlan) -> Plan:
    if plan.comment_on is None:
        return plan
    sticky = phase.sticky(plan.comment_on)
    try:
        state = sticky.state()
        written = sticky.show_working(plan.head_sha, texts.working(plan.head_sha, phase.run.page))
    except ForbiddenError:
        notices = (*plan.notices, texts.FORBIDDEN)
        return plan.model_copy(update={"comment_on": None, "notices": notices})
    if isinstance(written, Superseded):
        return DonePlan(reason="A newer run reviews this pull request.")
    return plan.model_copy(update={"ignored": state.ignored if state else ()})
