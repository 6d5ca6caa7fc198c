from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from regoose_ci.action import texts
from regoose_ci.action.plan import DonePlan
from regoose_ci.action.prepare import prepare
from regoose_ci.github import ForbiddenError, RunId, StickyComment, parse_event
from tests.unit.action.runs import REPORT, REVIEW_RUN, phase, sticky_of, zipped
from tests.unit.github.memory import FORK, HEAD, PULL, MemoryGitHub
from tests.unit.github.payloads import ISSUE_COMMENT, payload
from tests.unit.reports.sample import TESTS

COMMENT = 5


@pytest.fixture
def github() -> MemoryGitHub:
    """A pull request that was reviewed in an earlier run."""
    github = MemoryGitHub()
    github.permissions["alice"] = "write"
    StickyComment(github, 7, RunId(REVIEW_RUN)).show_result(HEAD, "the result")
    github.left[REVIEW_RUN] = {"regoose-report": zipped()}
    return github


def command(github: MemoryGitHub, body: str, out: Path) -> str:
    """Give a command and return what was answered."""
    event = payload(ISSUE_COMMENT, comment__body=body)
    before = len(github.conversation)
    plan = prepare(
        phase(github), parse_event("issue_comment", event), lambda *_: pytest.fail("fetched"), out
    )
    assert isinstance(plan, DonePlan)
    return "".join(one.body for one in github.conversation[before:])


def test_explain_tells_of_a_behaviour_change(github: MemoryGitHub, tmp_path: Path) -> None:
    answer = command(github, "/regoose explain b7f3a1", tmp_path)

    assert "slugify('Tom & Jerry')" in answer
    assert "214 inputs were tried" in answer
    assert "def test_slugify_joins_words_across_repeated_punctuation" in answer
    assert github.reactions == [(COMMENT, "eyes"), (COMMENT, "rocket")]


def test_explain_tells_of_a_test_by_its_name(github: MemoryGitHub, tmp_path: Path) -> None:
    answer = command(github, "/regoose explain test_slugify_uses_the_separator", tmp_path)

    assert "`test_slugify_uses_the_separator` in `tests/test_slugify.py`" in answer
    assert "reaches the changed lines 46, 47 and notices 1 mutants" in answer


def test_explain_of_nothing_known(github: MemoryGitHub, tmp_path: Path) -> None:
    assert texts.NO_SUCH_ID in command(github, "/regoose explain nothing", tmp_path)
    assert github.reactions[-1] == (COMMENT, "confused")


@pytest.mark.parametrize("verb", ["explain b7f3a1", "commit"])
def test_a_report_that_is_gone_or_of_another_commit_answers_nothing(
    github: MemoryGitHub, tmp_path: Path, verb: str
) -> None:
    github.left[REVIEW_RUN] = {
        "regoose-report": zipped(REPORT.model_copy(update={"head_sha": "f" * 40}))
    }
    assert texts.NO_REPORT in command(github, f"/regoose {verb}", tmp_path)
    github.left.clear()
    github.conversation = github.conversation[:1]
    assert texts.NO_REPORT in command(github, f"/regoose {verb}", tmp_path)
    assert github.committed == []


def test_commit_makes_a_branch_with_the_tests_that_hold(
    github: MemoryGitHub, tmp_path: Path
) -> None:
    answer = command(github, "/regoose commit", tmp_path)

    ((parent, branch, files),) = github.committed
    assert (parent, branch) == (HEAD, f"regoose/tests-7-{COMMENT}")
    assert {file.path: file.source for file in files} == {
        name: TESTS[name] for name in ("tests/test_slugify.py", "tests/test_registry_unique.py")
    }
    assert "[compare](https://github.com/x/compare/regoose/tests-7-5)" in answer
    assert texts.NO_CHECKS in answer


def test_commit_takes_the_files_of_the_tests_that_are_named(
    github: MemoryGitHub, tmp_path: Path
) -> None:
    command(github, "/regoose commit test_unique_numbers_repeated_slugs", tmp_path)

    assert [file.path for file in github.committed[0][2]] == ["tests/test_registry_unique.py"]
    github.conversation = github.conversation[:1]
    assert texts.NO_TESTS in command(github, "/regoose commit b7f3a1", tmp_path / "again")


def test_commit_here_adds_to_the_branch_of_the_pull_request(
    github: MemoryGitHub, tmp_path: Path
) -> None:
    answer = command(github, "/regoose commit here", tmp_path)

    ((parent, branch, files),) = github.committed
    assert (parent, branch, len(files)) == (HEAD, PULL.head_ref, 2)
    assert "are on the branch `fix`: [compare]" in answer
    assert texts.NO_CHECKS in answer


def test_commit_here_refuses_once_the_pull_request_is_closed(
    github: MemoryGitHub, tmp_path: Path
) -> None:
    github.now = replace(PULL, is_open=False)
    assert "closed" in command(github, "/regoose commit here", tmp_path)
    assert github.committed == []


@pytest.mark.parametrize("verb", ["commit", "commit here"])
def test_commit_refuses_after_a_push_and_for_forks(
    github: MemoryGitHub, tmp_path: Path, verb: str
) -> None:
    github.now = replace(PULL, head_sha="e" * 40)
    assert texts.MOVED in command(github, f"/regoose {verb}", tmp_path)
    github.now, github.conversation = FORK, github.conversation[:1]
    assert "fork" in command(github, f"/regoose {verb}", tmp_path)
    assert github.committed == []


def test_commit_never_writes_what_is_no_test(github: MemoryGitHub, tmp_path: Path) -> None:
    function = REPORT.functions[0]
    evil = tuple(t.model_copy(update={"file": "tests/conftest.py"}) for t in function.tests)
    report = REPORT.model_copy(update={"functions": (function.model_copy(update={"tests": evil}),)})
    github.left[REVIEW_RUN] = {"regoose-report": zipped(report, {"tests/conftest.py": "x"})}

    assert texts.NO_TESTS in command(github, "/regoose commit", tmp_path)
    assert github.committed == []


def test_ignore_is_remembered_and_leaves_the_result(github: MemoryGitHub, tmp_path: Path) -> None:
    assert command(github, "/regoose ignore b7f3a1", tmp_path) == ""

    state, text = sticky_of(github)
    assert (state.ignored, state.run, text) == (("b7f3a1",), RunId(REVIEW_RUN), "the result")
    assert github.reactions[-1] == (COMMENT, "rocket")


@pytest.mark.parametrize("identity", ["b7f3", "h-slugify_kee", "nothing"])
def test_only_a_behaviour_change_that_was_reported_can_be_ignored(
    github: MemoryGitHub, tmp_path: Path, identity: str
) -> None:
    assert texts.NO_SUCH_ID in command(github, f"/regoose ignore {identity}", tmp_path)

    assert sticky_of(github)[0].ignored == ()
    assert github.reactions[-1] == (COMMENT, "confused")


def test_without_a_report_to_look_into_an_id_is_believed(
    github: MemoryGitHub, tmp_path: Path
) -> None:
    github.left.clear()
    assert command(github, "/regoose ignore 0123456789ab", tmp_path) == ""

    assert sticky_of(github)[0].ignored == ("0123456789ab",)


def test_help_and_the_unknown(github: MemoryGitHub, tmp_path: Path) -> None:
    assert "| `/regoose explain ID` |" in command(github, "/regoose dance <b>", tmp_path)
    assert command(github, "/regoose sing", tmp_path) == ""
    assert "| `/regoose explain ID` |" in command(github, "/regoose help", tmp_path)
    assert [reaction for _, reaction in github.reactions][1::2] == [
        "confused", "confused", "rocket",
    ]  # fmt: skip
    assert not [one for one in github.conversation if "dance" in one.body]


def test_a_token_that_may_not_write_is_an_error_before_anything_is_done(
    github: MemoryGitHub, tmp_path: Path
) -> None:
    github.refusal = ForbiddenError("No.")
    with pytest.raises(ForbiddenError):
        command(github, "/regoose commit", tmp_path)
    assert github.committed == []
