from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from regoose_ci.action import texts
from regoose_ci.action.inputs import ActionSettings
from regoose_ci.action.plan import DonePlan, Plan, PublishPlan, ReviewPlan, read_plan
from regoose_ci.action.prepare import prepare
from regoose_ci.errors import InfrastructureError
from regoose_ci.github import (
    ForbiddenError,
    GitHubError,
    RunId,
    StickyComment,
    parse_event,
)
from tests.unit.action.runs import REVIEW_RUN, THIS_RUN, phase, sticky_of
from tests.unit.github.memory import FORK, HEAD, PULL, MemoryGitHub
from tests.unit.github.payloads import (
    BASE,
    ISSUE_COMMENT,
    PULL_REQUEST,
    WORKFLOW_DISPATCH,
    WORKFLOW_RUN,
    payload,
)

COMMENT = 5


@pytest.fixture
def github() -> MemoryGitHub:
    github = MemoryGitHub()
    github.permissions["alice"] = "write"
    return github


class Preparing:
    """Prepares in a directory and notes what was fetched."""

    def __init__(self, github: MemoryGitHub, out: Path) -> None:
        self.github = github
        self.out = out
        self.fetched: list[tuple[tuple[str, ...], Path]] = []

    def __call__(self, name: str, event: bytes, inputs: ActionSettings | None = None) -> Plan:
        request = parse_event(name, event)
        plan = prepare(
            phase(self.github, inputs), request, lambda *asked: self.fetched.append(asked), self.out
        )
        assert read_plan(self.out) == plan
        return plan


@pytest.fixture
def preparing(github: MemoryGitHub, tmp_path: Path) -> Preparing:
    return Preparing(github, tmp_path / "out")


def test_a_pull_request_is_announced_planned_and_fetched(
    github: MemoryGitHub, preparing: Preparing
) -> None:
    plan = preparing("pull_request", payload(PULL_REQUEST))

    assert plan == ReviewPlan(
        run_id=THIS_RUN, run_attempt=1, title="Mend the slug",
        description="It had two hyphens.", base_sha=BASE, head_sha=HEAD, comment_on=7,
    )  # fmt: skip
    assert preparing.fetched == [((BASE, HEAD), preparing.out / "repository" / "tools")]
    state, text = sticky_of(github)
    assert (state.phase, state.head_sha, state.run) == ("working", HEAD, RunId(THIS_RUN))
    assert "https://github.com/octo/tools/actions/runs/50/attempts/1" in text


def test_what_the_comment_was_told_to_ignore_is_handed_on(
    github: MemoryGitHub, preparing: Preparing
) -> None:
    earlier = StickyComment(github, 7, RunId(REVIEW_RUN))
    earlier.show_working(HEAD, "working")
    earlier.ignore("b7f3a1")
    plan = preparing("pull_request", payload(PULL_REQUEST))

    assert isinstance(plan, ReviewPlan)
    assert plan.ignored == ("b7f3a1",)


@pytest.mark.parametrize(
    ("place", "value"),
    [("pull_request__head__repo", {"full_name": "mallory/tools"}),
     ("pull_request__head__repo", None),
     ("sender", {"login": "dependabot[bot]", "id": 1, "type": "Bot"})],
)  # fmt: skip
def test_a_run_that_may_only_read_writes_nothing_and_says_so(
    github: MemoryGitHub, preparing: Preparing, place: str, value: None
) -> None:
    plan = preparing("pull_request", payload(PULL_REQUEST, **{place: value}))

    assert isinstance(plan, ReviewPlan)
    assert (plan.comment_on, plan.notices) == (None, (texts.READ_ONLY,))
    assert github.conversation == []


def test_a_token_without_permission_reviews_all_the_same(
    github: MemoryGitHub, preparing: Preparing
) -> None:
    github.refusal = ForbiddenError("No.")
    plan = preparing("pull_request", payload(PULL_REQUEST))

    assert isinstance(plan, ReviewPlan)
    assert (plan.comment_on, plan.notices) == (None, (texts.FORBIDDEN,))
    assert preparing.fetched


def test_without_comments_none_is_made(github: MemoryGitHub, preparing: Preparing) -> None:
    preparing("pull_request", payload(PULL_REQUEST), ActionSettings(comment=False))

    assert github.conversation == []


def test_drafts_and_bots_are_skipped_as_configured(preparing: Preparing) -> None:
    draft = payload(PULL_REQUEST, pull_request__draft=True)
    bot = payload(PULL_REQUEST, pull_request__user__type="Bot")

    assert isinstance(preparing("pull_request", draft), DonePlan)
    assert isinstance(preparing("pull_request", bot), ReviewPlan)
    inputs = ActionSettings(skip=("bot",))
    assert isinstance(preparing("pull_request", draft, inputs), ReviewPlan)
    assert isinstance(preparing("pull_request", bot, inputs), DonePlan)


@pytest.mark.parametrize("name", ["push", "pull_request_target", "schedule"])
def test_other_events_end_with_a_sentence(preparing: Preparing, name: str) -> None:
    plan = preparing(name, payload(PULL_REQUEST))

    assert isinstance(plan, DonePlan)
    assert plan.reason.endswith(".")
    assert preparing.fetched == []


def test_a_newer_run_is_left_to_it(github: MemoryGitHub, preparing: Preparing) -> None:
    StickyComment(github, 7, RunId(THIS_RUN + 1)).show_working(HEAD, "working")

    assert isinstance(preparing("pull_request", payload(PULL_REQUEST)), DonePlan)
    assert preparing.fetched == []


def test_where_the_commits_do_not_come_the_plan_is_left_for_clearing_up(
    github: MemoryGitHub, tmp_path: Path
) -> None:
    def fails(shas: tuple[str, ...], place: Path) -> None:
        raise InfrastructureError("No.")

    request = parse_event("pull_request", payload(PULL_REQUEST))
    with pytest.raises(InfrastructureError):
        prepare(phase(github), request, fails, tmp_path)
    assert isinstance(read_plan(tmp_path), ReviewPlan)


def test_a_run_by_hand_reviews_the_pull_request_that_it_names(
    github: MemoryGitHub, preparing: Preparing
) -> None:
    github.now = replace(PULL, head_sha="e" * 40)
    plan = preparing("workflow_dispatch", payload(WORKFLOW_DISPATCH))

    assert isinstance(plan, ReviewPlan)
    assert (plan.head_sha, plan.base_sha) == ("e" * 40, PULL.base_sha)
    assert plan.comment_on == 7


def test_a_run_by_hand_without_a_pull_request_reviews_its_branch_without_a_comment(
    github: MemoryGitHub, preparing: Preparing
) -> None:
    event = payload(WORKFLOW_DISPATCH, inputs=None, ref="refs/heads/fix")
    plan = preparing("workflow_dispatch", event)

    assert isinstance(plan, ReviewPlan)
    assert (plan.base_sha, plan.head_sha, plan.comment_on) == (BASE, HEAD, None)
    assert "`refs/heads/fix` is compared with where it left `main`" in plan.notices[0]
    assert preparing.fetched == [((BASE, HEAD), preparing.out / "repository" / "tools")]
    assert github.conversation == []


def test_a_run_by_hand_for_the_default_branch_has_nothing_to_do(preparing: Preparing) -> None:
    plan = preparing("workflow_dispatch", payload(WORKFLOW_DISPATCH, inputs=None))

    assert plan == DonePlan(reason=texts.NOTHING_NEW)
    assert preparing.fetched == []


def test_run_reviews_one_function_and_reacts(github: MemoryGitHub, preparing: Preparing) -> None:
    plan = preparing("issue_comment", payload(ISSUE_COMMENT))

    assert isinstance(plan, ReviewPlan)
    assert (plan.only, plan.command_id, plan.head_sha) == (("slugify",), COMMENT, HEAD)
    assert github.reactions == [(COMMENT, "eyes")]


def test_a_stranger_gets_a_reaction_and_nothing_else(
    github: MemoryGitHub, preparing: Preparing
) -> None:
    github.permissions["alice"] = "read"
    plan = preparing("issue_comment", payload(ISSUE_COMMENT))

    assert isinstance(plan, DonePlan)
    assert github.reactions == [(COMMENT, "confused")]
    assert github.conversation == []
    assert preparing.fetched == []


def test_who_cannot_be_checked_is_refused(github: MemoryGitHub, preparing: Preparing) -> None:
    github.permissions["alice"] = GitHubError("Down.")

    assert isinstance(preparing("issue_comment", payload(ISSUE_COMMENT)), DonePlan)
    assert preparing.fetched == []


def test_a_forks_code_is_run_only_at_the_commit_that_is_named(
    github: MemoryGitHub, preparing: Preparing
) -> None:
    github.now = FORK
    refused = preparing("issue_comment", payload(ISSUE_COMMENT, comment__body="/regoose"))
    assert isinstance(refused, DonePlan)
    assert "40 characters" in github.conversation[0].body
    named = payload(ISSUE_COMMENT, comment__body=f"/regoose run {HEAD}")
    plan = preparing("issue_comment", named)
    assert isinstance(plan, ReviewPlan)
    assert plan.head_sha == HEAD


def test_a_forks_result_is_published_to_the_one_pull_request_of_its_head(
    github: MemoryGitHub, preparing: Preparing
) -> None:
    github.found = [FORK]
    plan = preparing("workflow_run", payload(WORKFLOW_RUN))

    assert plan == PublishPlan(number=7, run_id=99, run_attempt=2, head_sha=HEAD)
    assert preparing.fetched == []
    assert github.conversation == []


@pytest.mark.parametrize("pulls", [[], [FORK, replace(FORK, number=8)]])
def test_a_forks_result_for_none_or_several_is_not_published(
    github: MemoryGitHub, preparing: Preparing, pulls: list[object]
) -> None:
    github.found = [pull for pull in pulls if isinstance(pull, type(PULL))]

    assert isinstance(preparing("workflow_run", payload(WORKFLOW_RUN)), DonePlan)
