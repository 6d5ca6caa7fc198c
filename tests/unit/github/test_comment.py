from __future__ import annotations

from dataclasses import replace

import pytest

from regoose_ci.github import Absent, RunId, StickyComment, Superseded, Written, body_limit
from regoose_ci.github.comment import COMMENT_LIMIT
from regoose_ci.github.errors import RejectedError
from regoose_ci.github.marker import CommentState, read_marker, write_marker
from tests.unit.github.memory import HEAD, PULL, US, MemoryGitHub


@pytest.fixture
def github() -> MemoryGitHub:
    return MemoryGitHub()


def sticky(github: MemoryGitHub, run: int = 10) -> StickyComment:
    return StickyComment(github, 7, RunId(run))


def shown(github: MemoryGitHub) -> list[str]:
    """The comments without markers."""
    return [
        one.body.split("\n", 1)[1] if read_marker(one.body) else one.body
        for one in github.conversation
    ]


def marked(run: int, body: str, head: str = HEAD) -> str:
    return f"{write_marker(CommentState(RunId(run), head, 'working'))}\n{body}"


def test_one_comment_is_posted_and_then_edited(github: MemoryGitHub):
    first = sticky(github).show_working(HEAD, "working")
    assert shown(github) == ["working"]
    assert sticky(github).show_result(HEAD, "result") == first
    sticky(github, 11).show_working(HEAD, "working again")
    assert shown(github) == ["working again"]


def test_equal_text_is_not_sent_again(github: MemoryGitHub):
    sticky(github).show_result(HEAD, "result")
    sticky(github).show_result(HEAD, "result")
    assert github.edits == 0


def test_an_older_run_does_not_overwrite_a_newer_one(github: MemoryGitHub):
    sticky(github, 11).show_working(HEAD, "newer")
    for written in (
        sticky(github, 10).show_working(HEAD, "older"),
        sticky(github, 10).show_result(HEAD, "older"),
        sticky(github, 10).show_stopped(HEAD, "older"),
    ):
        assert written == Superseded("https://x/100", RunId(11))
    assert shown(github) == ["newer"]


def test_a_second_attempt_of_a_run_overwrites_the_first(github: MemoryGitHub):
    sticky(github).show_result(HEAD, "first")
    StickyComment(github, 7, RunId(10, 2)).show_result(HEAD, "second")
    assert shown(github) == ["second"]


def test_comments_of_others_are_never_taken_for_ours(github: MemoryGitHub):
    github.say(marked(999, "forged"), "mallory")
    github.say(f"quoted:\n{marked(999, 'echo')}", US)
    github.say("<!-- regoose:1 AAAA -->\nbroken", US)
    assert sticky(github).state() is None
    sticky(github).show_working(HEAD, "working")
    assert shown(github)[3:] == ["working"]
    assert github.edits == 0


def test_ours_is_found_behind_others(github: MemoryGitHub):
    for number in range(40):
        github.say(f"comment {number}", "bob")
    github.say(marked(9, "ours"))
    sticky(github).show_result(HEAD, "result")
    assert (shown(github)[-1], len(github.conversation)) == ("result", 41)


def test_a_result_for_another_head_is_marked_as_stale(github: MemoryGitHub):
    github.now = replace(PULL, head_sha="c" * 40)
    written = sticky(github).show_result(HEAD, "result")
    assert isinstance(written, Written)
    assert written.stale
    assert shown(github)[0].startswith("> **Stale:** this is about `aaaaaaaaaa`; the head is")
    assert shown(github)[0].endswith("\n\nresult")
    state = sticky(github).state()
    assert state
    assert state.phase == "stale"


def test_a_stale_result_does_not_replace_one_about_the_head(github: MemoryGitHub):
    github.now = replace(PULL, head_sha="c" * 40)
    sticky(github, 10).show_result("c" * 40, "result")
    assert isinstance(sticky(github, 11).show_result(HEAD, "stale"), Superseded)
    assert shown(github) == ["result"]


def test_ignored_ids_outlive_runs(github: MemoryGitHub):
    sticky(github).show_result(HEAD, "result")
    sticky(github, 12).ignore("3f9a")
    assert shown(github) == ["result"]
    sticky(github, 13).show_working("c" * 40, "working")
    state = sticky(github, 13).state()
    assert state
    assert (state.ignored, state.run, state.head_sha) == (("3f9a",), RunId(13), "c" * 40)


def test_ignoring_does_not_take_the_comment_from_its_run(github: MemoryGitHub):
    sticky(github, 10).show_working(HEAD, "working")
    sticky(github, 12).ignore("3f9a")
    assert isinstance(sticky(github, 10).show_result(HEAD, "result"), Written)
    assert shown(github) == ["result"]


def test_without_a_comment_nothing_can_be_ignored(github: MemoryGitHub):
    assert sticky(github).ignore("3f9a") == Absent()


def test_working_is_cleared_when_a_run_stops(github: MemoryGitHub):
    assert sticky(github).show_stopped(HEAD, "stopped") == Absent()
    sticky(github).show_working(HEAD, "working")
    sticky(github).show_stopped(HEAD, "stopped")
    assert shown(github) == ["stopped"]


def test_working_of_an_older_run_is_cleared_too(github: MemoryGitHub):
    sticky(github, 9).show_working(HEAD, "working")
    sticky(github, 10).show_stopped(HEAD, "stopped")
    assert shown(github) == ["stopped"]


def test_a_result_is_not_replaced_by_a_stop(github: MemoryGitHub):
    sticky(github).show_result(HEAD, "result")
    sticky(github, 11).show_stopped(HEAD, "stopped")
    assert shown(github) == ["result"]


@pytest.mark.parametrize(("other", "left"), [(9, "mine"), (11, "theirs")])
def test_of_two_comments_made_at_once_one_stays(github: MemoryGitHub, other: int, left: str):
    github.before_create = lambda: github.say(marked(other, "theirs"))
    sticky(github, 10).show_working(HEAD, "mine")
    assert shown(github) == [left]


def test_a_body_of_the_limit_fits_whatever_is_added(github: MemoryGitHub):
    sticky(github).show_working(HEAD, "working")
    for number in range(200):
        sticky(github).ignore(f"{number:064d}")
    limit = body_limit(sticky(github).state())
    github.now = replace(PULL, head_sha="c" * 40)
    sticky(github).show_result(HEAD, "x" * limit)
    assert COMMENT_LIMIT - 1_000 < len(github.conversation[0].body) <= COMMENT_LIMIT


def test_a_longer_body_is_refused_here(github: MemoryGitHub):
    with pytest.raises(RejectedError, match="GitHub takes 65536"):
        sticky(github).show_working(HEAD, "x" * COMMENT_LIMIT)
    assert github.conversation == []
