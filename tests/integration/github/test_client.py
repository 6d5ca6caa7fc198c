from __future__ import annotations

import logging
import time
from dataclasses import replace

import pytest
from pydantic import SecretStr

from regoose_ci.errors import UsageError
from regoose_ci.github import GitHubClient, GitHubError
from regoose_ci.github.errors import (
    BadAnswerError,
    BadTokenError,
    ForbiddenError,
    NotFoundError,
    RateLimitedError,
    RejectedError,
    UnavailableError,
)
from regoose_ci.github.transport import Transport
from tests.fakes.github_api import TOKEN
from tests.fakes.github_server import (
    SECONDARY,
    Dripping,
    Dropped,
    Failed,
    FakeGitHub,
    Fault,
    Garbled,
    Refused,
    Silent,
)
from tests.fakes.github_shapes import BASE, BOT, HEAD, REPOSITORY, FakeArtifact, FakePull
from tests.integration.github.conftest import QUICK
from tests.unit.github.clock import FakeClock


def test_comments_of_all_pages_come_in_order(server: FakeGitHub, client: GitHubClient):
    for number in range(205):
        server.say(7, f"comment {number}", "bob")
    comments = client.comments(7)
    assert [one.body for one in comments] == [f"comment {number}" for number in range(205)]
    assert server.count("GET", "/comments") == 3
    assert not comments[0].author_is_bot


def test_a_comment_is_created_edited_and_deleted(server: FakeGitHub, client: GitHubClient):
    made = client.create_comment(7, "one")
    assert (made.author, made.author_is_bot) == (BOT, True)
    assert client.edit_comment(made.id, "two").body == "two"
    client.delete_comment(made.id)
    client.delete_comment(made.id)
    assert server.comments[7] == []


@pytest.mark.parametrize("fault", [Dropped(done=True), Failed(done=True)])
def test_a_comment_that_was_made_after_all_is_not_made_again(
    server: FakeGitHub, client: GitHubClient, fault: Fault
):
    server.fail("POST", "/comments", fault)
    made = client.create_comment(7, "only once\r\n")
    assert [one.id for one in server.comments[7]] == [made.id]


@pytest.mark.parametrize(
    "fault", [Dropped(done=False), Failed(done=False), Refused(503), Refused(403, SECONDARY)]
)
def test_a_comment_that_was_not_made_is_made_in_the_end(
    server: FakeGitHub, client: GitHubClient, fault: Fault
):
    server.fail("POST", "/comments", fault)
    client.create_comment(7, "only once")
    assert [one.body for one in server.comments[7]] == ["only once"]


def test_anothers_equal_comment_is_not_taken_for_ours(server: FakeGitHub, client: GitHubClient):
    server.say(7, "only once", "mallory")
    server.fail("POST", "/comments", Failed(done=False))
    client.create_comment(7, "only once")
    assert [one.login for one in server.comments[7]] == ["mallory", BOT]


def test_a_reaction_is_put_once(server: FakeGitHub, client: GitHubClient):
    comment = server.say(7, "/regoose", "alice")
    server.fail("POST", "/reactions", Dropped(done=True))
    client.react(comment.id, "eyes")
    assert comment.reactions == ["eyes"]


@pytest.mark.parametrize(
    ("role", "permission"),
    [("admin", "admin"), ("maintain", "write"), ("write", "write"), ("triage", "read"),
     ("read", "read"), ("none", "none")],
)  # fmt: skip
def test_roles_become_permissions(
    server: FakeGitHub, client: GitHubClient, role: str, permission: str
):
    server.permissions["carol"] = role
    assert client.permission("carol") == permission


@pytest.mark.parametrize("login", ["nobody", "../../issues/1", "a b", ""])
def test_who_is_not_known_has_no_permission(client: GitHubClient, login: str):
    assert client.permission(login) == "none"


def test_a_pull_request_is_read(client: GitHubClient):
    pull = client.pull(7)
    assert (pull.head_sha, pull.base_sha, pull.is_fork, pull.is_open) == (HEAD, BASE, False, True)
    assert (pull.title, pull.description) == ("Mend the slug", "It had two hyphens.")


def test_a_deleted_fork_is_a_fork(server: FakeGitHub, client: GitHubClient):
    server.pulls[7].head_repository = None
    assert client.pull(7).is_fork


def test_the_pull_request_of_a_forks_head_is_found(server: FakeGitHub, client: GitHubClient):
    fork = "mallory/tools"
    server.pulls[8] = FakePull(8, head_repository=fork, head_ref="fix/π", head_sha="c" * 40)
    server.pulls[9] = FakePull(9, head_repository="mallory/other", head_ref="fix/π")
    assert [pull.number for pull in client.pulls_of_head(fork, "fix/π", "c" * 40)] == [8]
    assert client.pulls_of_head(fork, "fix/π", HEAD) == []


def test_the_commit_that_a_change_grew_from_is_told(server: FakeGitHub, client: GitHubClient):
    server.merge_bases[f"{BASE}...{HEAD}"] = "d" * 40
    assert client.merge_base(BASE, HEAD) == "d" * 40
    with pytest.raises(NotFoundError):
        client.merge_base(HEAD, "e" * 40)


def test_the_commit_of_a_branch_is_told(server: FakeGitHub, client: GitHubClient):
    server.refs["refs/heads/fix/π"] = HEAD
    assert client.commit_at("heads/fix/π") == HEAD
    with pytest.raises(NotFoundError):
        client.commit_at("tags/fix/π")


def test_changed_files_of_all_pages_are_listed(server: FakeGitHub, client: GitHubClient):
    server.pulls[7].files = [f"m{number}.py" for number in range(130)]
    assert len(client.changed_files(7)) == 130


def test_an_artifact_is_listed_and_fetched_without_the_token(
    server: FakeGitHub, client: GitHubClient
):
    server.artifacts[5] = [FakeArtifact(50 + n, f"report-{n}", b"x" * 100) for n in range(120)]
    found = client.artifacts(5)
    assert (len(found), found[0].name, found[0].size) == (120, "report-0", 100)
    assert client.download_artifact(found[0].id, limit=100) == b"x" * 100


def test_an_artifact_larger_than_the_limit_is_not_read(server: FakeGitHub, client: GitHubClient):
    server.artifacts[5] = [FakeArtifact(50, "report", b"x" * 101)]
    with pytest.raises(BadAnswerError, match="larger than 100 bytes"):
        client.download_artifact(50, limit=100)


def test_an_expired_artifact_is_not_found(server: FakeGitHub, client: GitHubClient):
    server.artifacts[5] = [FakeArtifact(50, "report", b"", expired=True)]
    with pytest.raises(NotFoundError, match="expired"):
        client.download_artifact(50, limit=100)


def test_a_forks_token_may_read_but_not_write(server: FakeGitHub, client: GitHubClient):
    server.read_only = True
    assert client.pull(7).number == 7
    with pytest.raises(ForbiddenError, match="not accessible by integration") as caught:
        client.create_comment(7, "hello")
    assert server.count("POST", "/comments") == 1
    assert "permissions" in caught.value.remedy


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Refused(401, "Bad credentials"), BadTokenError),
        (Refused(403, "Must have admin rights"), ForbiddenError),
        (Refused(404, "Not Found"), NotFoundError),
        (Refused(410, "Gone"), NotFoundError),
        (Refused(422, "Validation Failed"), RejectedError),
        (Garbled(b"{half"), BadAnswerError),
        (Garbled(b"[]"), BadAnswerError),
        (Garbled(b"null"), BadAnswerError),
        (Garbled(b"<html>maintenance</html>"), BadAnswerError),
        (Garbled(b'{"number": 7, "head": {"sha": "HEAD"}}'), BadAnswerError),
        (Garbled(b"[" * 100_000), BadAnswerError),
    ],
)
def test_what_waiting_does_not_mend_is_an_error_at_once(
    server: FakeGitHub, client: GitHubClient, clock: FakeClock, fault: Fault,
    error: type[GitHubError],
):  # fmt: skip
    server.fail("GET", "/pulls/7", fault)
    with pytest.raises(error):
        client.pull(7)
    assert clock.slept == []


@pytest.mark.parametrize(
    ("fault", "waits"),
    [
        (Refused(429, "Too many", {"Retry-After": "7"}), [7.0]),
        (Refused(403, SECONDARY), [60.0]),
        (Refused(403, "slow down", {"Retry-After": "30"}), [30.0]),
        (Refused(403, "API rate limit exceeded", {
            "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1000020"}), [21.0]),
        (Refused(500), [1.0]),
        (Failed(done=False), [1.0]),
        (Dropped(done=False), [1.0]),
        (Silent(), [1.0]),
        (Dripping(), [1.0]),
    ],
)  # fmt: skip
def test_what_passes_is_waited_for(
    server: FakeGitHub, client: GitHubClient, clock: FakeClock, fault: Fault, waits: list[float]
):
    server.fail("GET", "/pulls/7", fault)
    assert client.pull(7).number == 7
    assert clock.slept == waits


def test_an_answer_that_drips_is_given_up(server: FakeGitHub, clock: FakeClock):
    once = replace(QUICK, attempts=1)
    client = GitHubClient(
        SecretStr(TOKEN), REPOSITORY, api_url=server.url, policy=once, clock=clock
    )
    server.fail("GET", "/pulls/7", Dripping())
    began = time.monotonic()
    with pytest.raises(UnavailableError, match="no whole answer"):
        client.pull(7)
    assert time.monotonic() - began < QUICK.whole_s + 3


@pytest.mark.parametrize(
    "fault",
    [
        Refused(429, "Too many", {"Retry-After": "3600"}),
        Refused(429, "Too many", {"Retry-After": "9" * 400}),
        Refused(403, "API rate limit exceeded", {
            "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9999999999"}),
    ],
)  # fmt: skip
def test_a_limit_that_lasts_too_long_is_not_waited_for(
    server: FakeGitHub, client: GitHubClient, clock: FakeClock, fault: Fault
):
    server.fail("GET", "/pulls/7", fault)
    with pytest.raises(RateLimitedError, match="takes no more requests"):
        client.pull(7)
    assert clock.slept == []


def test_attempts_end(server: FakeGitHub, client: GitHubClient, clock: FakeClock):
    server.fail("GET", "/pulls/7", *[Failed(done=False)] * 9)
    with pytest.raises(UnavailableError, match=r"has a fault \(502\)"):
        client.pull(7)
    assert clock.slept == [1.0, 2.0]


def test_a_server_that_is_not_there_is_named_unreachable(clock: FakeClock):
    away = GitHubClient(
        SecretStr(TOKEN), REPOSITORY, api_url="http://127.0.0.1:9", policy=QUICK, clock=clock
    )
    with pytest.raises(UnavailableError, match="cannot be reached"):
        away.pull(7)


def test_our_name_is_asked_for_once(server: FakeGitHub, client: GitHubClient):
    server.viewer = "regoose-app[bot]"
    assert {client.login(), client.login()} == {"regoose-app[bot]"}
    assert server.count("POST", "/graphql") == 1


def test_a_token_that_may_not_ask_is_the_workflows(server: FakeGitHub, client: GitHubClient):
    server.viewer = None
    assert client.login() == BOT


def test_an_enterprise_servers_prefix_is_kept(server: FakeGitHub, clock: FakeClock):
    client = GitHubClient(
        SecretStr(TOKEN), REPOSITORY, api_url=f"{server.url}/api/v3/", policy=QUICK, clock=clock
    )
    with pytest.raises(NotFoundError):
        client.pull(7)
    assert server.asked[-1].path == f"/api/v3/repos/{REPOSITORY}/pulls/7"
    client.login()
    assert server.asked[-1].path == "/api/graphql"


def test_a_file_is_not_fetched_in_the_clear():
    transport = Transport(SecretStr(TOKEN), "https://api.github.com", QUICK, FakeClock())
    with pytest.raises(BadAnswerError, match="not encrypted"):
        transport.download("http://127.0.0.1:9/blobs/1", 10)


def test_the_token_is_shown_nowhere(server: FakeGitHub, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    client = GitHubClient(SecretStr(TOKEN), REPOSITORY, api_url=server.url, policy=QUICK)
    server.fail("GET", "/pulls/7", Refused(422, f"no such thing as {TOKEN}"))
    with pytest.raises(RejectedError) as caught:
        client.pull(7)
    client.comments(7)
    error = caught.value
    shown = [repr(client), repr(vars(client)), str(error), repr(error), error.remedy, caplog.text]
    assert TOKEN not in "".join(shown)
    assert "[redacted]" in str(error)
    assert error.__suppress_context__


@pytest.mark.parametrize(
    ("token", "repository", "url"),
    [
        ("", REPOSITORY, "https://api.github.com"),
        (TOKEN, "tools", "https://api.github.com"),
        (TOKEN, "octo/tools/../x", "https://api.github.com"),
        (TOKEN, REPOSITORY, "file:///etc"),
        (TOKEN, REPOSITORY, "api.github.com"),
    ],
)
def test_wrong_settings_are_named_without_the_token(token: str, repository: str, url: str):
    with pytest.raises(UsageError) as caught:
        GitHubClient(SecretStr(token), repository, api_url=url)
    assert TOKEN not in str(caught.value)
