from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from regoose_ci.action import texts
from regoose_ci.action.inputs import ActionSettings
from regoose_ci.action.plan import DonePlan, PublishPlan, ReviewPlan
from regoose_ci.action.publish import Published, clear, publish
from regoose_ci.errors import InfrastructureError
from regoose_ci.github import ForbiddenError, Ignored, RunId, StickyComment, parse_event
from regoose_ci.github.comment import COMMENT_LIMIT
from regoose_ci.github.errors import UnavailableError
from tests.unit.action.runs import (
    REPORT,
    REVIEW_RUN,
    THIS_RUN,
    phase,
    sticky_of,
    write_report,
    zipped,
)
from tests.unit.github.memory import HEAD, PULL, MemoryGitHub
from tests.unit.github.payloads import PULL_REQUEST, payload
from tests.unit.reports.sample import large_review

PLAN = ReviewPlan(
    run_id=THIS_RUN, run_attempt=1, title="", description="",
    base_sha=PULL.base_sha, head_sha=HEAD, comment_on=7,
)  # fmt: skip
FORKS = PublishPlan(number=7, run_id=REVIEW_RUN, run_attempt=1, head_sha=HEAD)


@pytest.fixture
def github() -> MemoryGitHub:
    """A pull request that this run has said to be working on."""
    github = MemoryGitHub()
    StickyComment(github, 7, RunId(THIS_RUN)).show_working(HEAD, "working")
    return github


def test_a_result_is_shown_everywhere(github: MemoryGitHub, tmp_path: Path) -> None:
    published = publish(phase(github), PLAN, write_report(tmp_path), 0)

    state, text = sticky_of(github)
    assert (state.phase, state.run) == ("result", RunId(THIS_RUN))
    assert text.startswith("**2 behaviour changes**")
    assert "actions/runs/50/attempts/1" in text
    assert "/regoose" not in text
    assert published.summary.startswith("**2 behaviour changes**")
    assert published.outputs == {
        "behaviour-changes": "2", "tests": "6", "sandbox-level": "rootless", "partial": "false",
        "comment-url": github.conversation[0].url,
    }  # fmt: skip
    assert [line.split(" ", 1)[0] for line in published.annotations] == ["::warning", "::notice"]
    assert published.problem == ""


def test_commands_are_told_of_where_they_are_heard(github: MemoryGitHub, tmp_path: Path) -> None:
    publish(phase(github, ActionSettings(commands=True)), PLAN, write_report(tmp_path), 0)

    assert "`/regoose explain <id>`" in sticky_of(github)[1]


def test_a_command_is_thanked_when_it_is_done(github: MemoryGitHub, tmp_path: Path) -> None:
    plan = PLAN.model_copy(update={"command_id": 5})
    publish(phase(github), plan, write_report(tmp_path), 0)

    assert github.reactions == [(5, "rocket")]


def test_a_result_for_an_older_head_is_marked(github: MemoryGitHub, tmp_path: Path) -> None:
    github.now = replace(PULL, head_sha="e" * 40)
    publish(phase(github), PLAN, write_report(tmp_path), 0)

    state, text = sticky_of(github)
    assert state.phase == "stale"
    assert text.startswith("> **Stale:**")


@pytest.mark.parametrize(("code", "said"), [(None, "cancelled"), (143, "cancelled"), (3, "code 3")])
def test_without_a_report_working_is_cleared(
    github: MemoryGitHub, tmp_path: Path, code: int | None, said: str
) -> None:
    plan = PLAN.model_copy(update={"command_id": 5})
    published = publish(phase(github), plan, tmp_path, code)

    state, text = sticky_of(github)
    assert state.phase == "stopped"
    assert said in text
    assert said in published.summary
    assert published.outputs == {"comment-url": github.conversation[0].url}
    assert github.reactions == [(5, "confused")]


@pytest.mark.parametrize("content", [b"", b"{", b'{"schema_version": "1"}', b"\xff" * 10])
def test_a_report_that_is_none_is_no_result(
    github: MemoryGitHub, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "report.json").write_bytes(content)
    published = publish(phase(github), PLAN, tmp_path, 0)

    assert sticky_of(github)[0].phase == "stopped"
    assert "schema" in published.problem


def test_a_report_of_another_commit_is_no_result(github: MemoryGitHub, tmp_path: Path) -> None:
    report = REPORT.model_copy(update={"head_sha": "f" * 40})
    publish(phase(github), PLAN, write_report(tmp_path, report), 0)

    assert sticky_of(github)[0].phase == "stopped"


def test_links_and_devices_in_the_report_are_not_read(github: MemoryGitHub, tmp_path: Path) -> None:
    secret = write_report(tmp_path / "elsewhere")
    (tmp_path / "report").mkdir()
    (tmp_path / "report/report.json").symlink_to(secret / "report.json")
    publish(phase(github), PLAN, tmp_path / "report", 0)
    assert sticky_of(github)[0].phase == "stopped"

    directory = write_report(tmp_path / "other", REPORT, {})
    secret_test = tmp_path / "secret.py"
    secret_test.write_text("TOP = 'SECRET'")
    (directory / "tests/test_slugify.py").symlink_to(secret_test)
    (directory / "tests/test_registry_unique.py").mkdir()
    StickyComment(github, 7, RunId(THIS_RUN)).show_working(HEAD, "working")
    published = publish(phase(github), PLAN, directory, 0)
    assert "SECRET" not in published.summary + sticky_of(github)[1]
    assert sticky_of(github)[0].phase == "result"


@pytest.mark.parametrize("problem", [ForbiddenError("No."), UnavailableError("Down.")])
def test_where_github_takes_no_comment_the_summary_and_outputs_remain(
    github: MemoryGitHub, tmp_path: Path, problem: Exception
) -> None:
    assert isinstance(problem, ForbiddenError | UnavailableError)
    github.refusal = problem
    published = publish(phase(github), PLAN, write_report(tmp_path), 0)

    assert published.summary.startswith("**2 behaviour changes**")
    assert published.outputs["behaviour-changes"] == "2"
    assert "comment-url" not in published.outputs
    assert published.problem != ""


def test_a_plan_without_comments_writes_none(github: MemoryGitHub, tmp_path: Path) -> None:
    plan = PLAN.model_copy(update={"comment_on": None, "notices": (texts.READ_ONLY,)})
    published = publish(phase(github), plan, write_report(tmp_path), 0)

    assert sticky_of(github)[1] == "working"
    assert published.summary.startswith(f"> {texts.READ_ONLY}\n\n**2 behaviour changes**")


def test_the_largest_report_fits(github: MemoryGitHub, tmp_path: Path) -> None:
    report, tests = large_review(60)
    report = report.model_copy(update={"head_sha": HEAD})
    published = publish(phase(github), PLAN, write_report(tmp_path, report, tests), 0)

    (comment,) = github.conversation
    assert 50_000 < len(comment.body) <= COMMENT_LIMIT
    assert "Left out for length" in comment.body
    assert len(published.annotations) == 10
    assert len(published.summary.encode()) <= 1024 * 1024


def test_a_forks_result_comes_from_its_runs_artifact() -> None:
    github = MemoryGitHub()
    github.left[REVIEW_RUN] = {"regoose-report": zipped()}
    publish(phase(github), FORKS, Path("nowhere"), None)

    state, text = sticky_of(github)
    assert (state.run, state.phase) == (RunId(REVIEW_RUN), "result")
    assert text.startswith(f"> {texts.FROM_A_FORK}\n\n**2 behaviour changes**")
    assert "actions/runs/40/attempts/1" in text


@pytest.mark.parametrize(
    "data", [b"no zip", zipped(REPORT.model_copy(update={"head_sha": "f" * 40}))]
)
def test_a_forks_artifact_that_is_not_about_its_commit_is_not_published(data: bytes) -> None:
    github = MemoryGitHub()
    github.left[REVIEW_RUN] = {"regoose-report": data}
    with pytest.raises(InfrastructureError):
        publish(phase(github), FORKS, Path("nowhere"), None)
    assert github.conversation == []


def test_nothing_to_do_is_said(tmp_path: Path) -> None:
    published = publish(phase(MemoryGitHub()), DonePlan(reason="Nothing."), tmp_path, None)

    assert (published.summary, dict(published.outputs)) == ("Nothing.\n", {})


def test_working_is_cleared_without_a_plan_if_it_is_this_runs(github: MemoryGitHub) -> None:
    request = parse_event("pull_request", payload(PULL_REQUEST))
    published = clear(phase(github), request)

    assert sticky_of(github)[0].phase == "stopped"
    assert "cancelled" in published.summary
    assert clear(phase(github), Ignored("No.")) == Published("")


def test_anothers_working_is_left_without_a_plan() -> None:
    github = MemoryGitHub()
    StickyComment(github, 7, RunId(REVIEW_RUN)).show_working(HEAD, "working")
    clear(phase(github), parse_event("pull_request", payload(PULL_REQUEST)))

    assert sticky_of(github)[0].phase == "working"
