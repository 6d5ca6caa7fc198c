"""The comment, replies and permissions over real HTTP."""

from __future__ import annotations

import pytest

from regoose_ci.github import (
    HELP,
    HELP_KEY,
    Allowed,
    ForbiddenError,
    GitHubClient,
    Refused,
    RunId,
    StickyComment,
    Superseded,
    authorise,
    reply_once,
)
from regoose_ci.github.command import Run
from regoose_ci.github.marker import read_marker
from tests.fakes.github_server import Dropped, Failed, FakeGitHub, Fault
from tests.fakes.github_server import Refused as RefusedFault
from tests.fakes.github_shapes import BOT, HEAD


def sticky(client: GitHubClient, run: int = 10) -> StickyComment:
    return StickyComment(client, 7, RunId(run))


def ours(server: FakeGitHub) -> list[str]:
    return [one.body for one in server.comments.get(7, []) if read_marker(one.body)]


def test_working_becomes_the_result_in_one_comment(server: FakeGitHub, client: GitHubClient):
    for number in range(250):
        server.say(7, f"comment {number}", "bob")
    sticky(client).show_working(HEAD, "working")
    written = sticky(client).show_result(HEAD, "result")
    assert isinstance(sticky(client, 9).show_result(HEAD, "older"), Superseded)
    assert [body.split("\n", 1)[1] for body in ours(server)] == ["result"]
    assert not isinstance(written, Superseded)
    assert written.url.endswith(str(server.comments[7][-1].id))


@pytest.mark.parametrize(
    "fault",
    [Dropped(done=True), Dropped(done=False), Failed(done=True), Failed(done=False),
     RefusedFault(429, "Too many", {"Retry-After": "3"})],
)  # fmt: skip
@pytest.mark.parametrize("verb", ["POST", "PATCH", "GET"])
def test_one_fault_neither_loses_nor_doubles_the_comment(
    server: FakeGitHub, client: GitHubClient, verb: str, fault: Fault
):
    server.fail(verb, "/comments", fault)
    sticky(client).show_working(HEAD, "working")
    sticky(client).show_result(HEAD, "result")
    assert [body.split("\n", 1)[1] for body in ours(server)] == ["result"]


def test_a_push_during_the_review_makes_the_result_stale(server: FakeGitHub, client: GitHubClient):
    sticky(client).show_working(HEAD, "working")
    server.pulls[7].head_sha = "c" * 40
    sticky(client).show_result(HEAD, "result")
    assert "**Stale:**" in ours(server)[0]


def test_a_forks_token_posts_nothing_and_says_so_at_once(server: FakeGitHub, client: GitHubClient):
    server.read_only = True
    with pytest.raises(ForbiddenError):
        sticky(client).show_working(HEAD, "working")
    assert server.count("POST", "/comments") == 1


def test_a_comment_of_the_largest_size_is_taken(server: FakeGitHub, client: GitHubClient):
    client.create_comment(7, "\u00e9" * 65_536)
    assert len(server.comments[7]) == 1


def test_a_comment_under_an_apps_name_is_found_again(server: FakeGitHub, client: GitHubClient):
    server.viewer = "our-app[bot]"
    sticky(client).show_working(HEAD, "working")
    sticky(client).show_result(HEAD, "result")
    assert [one.login for one in server.comments[7]] == ["our-app[bot]"]


def test_help_is_given_once(server: FakeGitHub, client: GitHubClient):
    reply_once(client, 7, HELP_KEY, HELP)
    reply_once(client, 7, HELP_KEY, HELP)
    assert [one.login for one in server.comments[7]] == [BOT]


@pytest.mark.parametrize(
    "fault", [RefusedFault(404), RefusedFault(403, "no"), RefusedFault(401), RefusedFault(422)]
)
def test_a_permission_that_cannot_be_read_allows_nothing(
    server: FakeGitHub, client: GitHubClient, fault: Fault
):
    pull = client.pull(7)
    assert authorise(client, "alice", Run(), pull) == Allowed(HEAD)
    server.fail("GET", "/permission", fault)
    assert isinstance(authorise(client, "alice", Run(), pull), Refused)
    server.fail("GET", "/permission", *[Failed(done=False)] * 9)
    assert isinstance(authorise(client, "alice", Run(), pull), Refused)
