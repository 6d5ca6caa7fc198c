from __future__ import annotations

import pytest

from regoose_ci.github import GitHubClient, TestFile
from regoose_ci.github.errors import RejectedError
from tests.fakes.github_server import Dropped, Failed, FakeGitHub, Fault, Pushed, Refused
from tests.fakes.github_shapes import BASE, HEAD, REPOSITORY

TEST = TestFile("tests/test_slug.py", "def test_slug():\n    assert True\n")


def test_tests_are_committed_to_a_new_branch(server: FakeGitHub, client: GitHubClient):
    made = client.commit_tests(HEAD, "regoose/tests-7", "Add tests", [TEST])
    assert server.refs == {"refs/heads/regoose/tests-7": made.sha}
    assert server.parents[made.sha] == [HEAD]
    assert server.files[made.sha] == {"slug.py": "", TEST.path: TEST.source}
    assert made.compare_url == f"https://github.com/{REPOSITORY}/compare/{HEAD}...{made.branch}"


@pytest.mark.parametrize("fault", [Dropped(done=True), Failed(done=True), Failed(done=False)])
def test_a_branch_is_made_once(server: FakeGitHub, client: GitHubClient, fault: Fault):
    server.fail("POST", "/git/refs", fault)
    made = client.commit_tests(HEAD, "regoose/tests-7", "Add tests", [TEST])
    assert server.refs == {"refs/heads/regoose/tests-7": made.sha}


def test_a_file_of_the_pull_request_is_not_overwritten(server: FakeGitHub, client: GitHubClient):
    server.files[HEAD][TEST.path] = "theirs"
    with pytest.raises(RejectedError, match=r"has tests/test_slug\.py already"):
        client.commit_tests(HEAD, "regoose/tests-7", "Add tests", [TEST])
    assert server.refs == {}


def test_a_branch_that_exists_is_not_moved(server: FakeGitHub, client: GitHubClient):
    server.refs["refs/heads/regoose/tests-7"] = BASE
    with pytest.raises(RejectedError, match="exists"):
        client.commit_tests(HEAD, "regoose/tests-7", "Add tests", [TEST])
    assert server.refs["refs/heads/regoose/tests-7"] == BASE


def test_a_branch_of_anothers_is_not_taken_for_ours(server: FakeGitHub, client: GitHubClient):
    server.refs["refs/heads/regoose/tests-7"] = BASE
    server.fail("POST", "/git/refs", Failed(done=False))
    with pytest.raises(RejectedError, match="exists"):
        client.commit_tests(HEAD, "regoose/tests-7", "Add tests", [TEST])


@pytest.fixture
def branch(server: FakeGitHub) -> str:
    server.refs["refs/heads/fix/slug"] = HEAD
    server.rules["fix/slug"] = ["deletion", "non_fast_forward"]
    return "fix/slug"


def test_tests_are_added_to_a_branch(server: FakeGitHub, client: GitHubClient, branch: str):
    made = client.add_tests(HEAD, branch, "Add tests", [TEST])
    assert server.refs == {f"refs/heads/{branch}": made.sha}
    assert server.parents[made.sha] == [HEAD]
    assert server.files[made.sha] == {"slug.py": "", TEST.path: TEST.source}
    assert made.compare_url == f"https://github.com/{REPOSITORY}/compare/{HEAD}...{made.sha}"


@pytest.mark.parametrize("fault", [Dropped(done=True), Failed(done=True), Failed(done=False)])
def test_a_branch_is_moved_once(
    server: FakeGitHub, client: GitHubClient, branch: str, fault: Fault
):
    server.fail("PATCH", "/git/refs", fault)
    made = client.add_tests(HEAD, branch, "Add tests", [TEST])
    assert server.refs == {f"refs/heads/{branch}": made.sha}
    assert len(server.parents) == 1


@pytest.mark.parametrize("kind", ["update", "pull_request", "required_status_checks"])
def test_nothing_is_added_to_a_branch_with_rules(
    server: FakeGitHub, client: GitHubClient, branch: str, kind: str
):
    server.rules[branch] = ["deletion", kind]
    with pytest.raises(RejectedError, match="protected"):
        client.add_tests(HEAD, branch, "Add tests", [TEST])
    assert server.refs == {f"refs/heads/{branch}": HEAD}


def test_nothing_is_added_to_a_protected_branch(
    server: FakeGitHub, client: GitHubClient, branch: str
):
    server.protected.add(branch)
    with pytest.raises(RejectedError, match="protected") as caught:
        client.add_tests(HEAD, branch, "Add tests", [TEST])
    assert "/regoose commit" in caught.value.remedy
    assert server.count("POST", "/git/") == 0


def test_a_guard_that_was_not_told_of_is_respected(
    server: FakeGitHub, client: GitHubClient, branch: str
):
    server.fail("PATCH", "/git/refs", Refused(422, "Changes must be made through a pull request."))
    with pytest.raises(RejectedError, match="through a pull request"):
        client.add_tests(HEAD, branch, "Add tests", [TEST])
    assert server.refs == {f"refs/heads/{branch}": HEAD}


def test_an_old_server_without_rules_is_no_hindrance(
    server: FakeGitHub, client: GitHubClient, branch: str
):
    server.fail("GET", "/rules/", Refused(404, "Not Found"))
    made = client.add_tests(HEAD, branch, "Add tests", [TEST])
    assert server.refs[f"refs/heads/{branch}"] == made.sha


def test_what_was_pushed_before_stays(server: FakeGitHub, client: GitHubClient, branch: str):
    server.refs[f"refs/heads/{branch}"] = BASE
    with pytest.raises(RejectedError, match="moved"):
        client.add_tests(HEAD, branch, "Add tests", [TEST])
    assert server.refs == {f"refs/heads/{branch}": BASE}


def test_what_was_pushed_meanwhile_stays(server: FakeGitHub, client: GitHubClient, branch: str):
    server.fail("PATCH", "/git/refs", Pushed(branch, BASE))
    with pytest.raises(RejectedError, match="fast forward"):
        client.add_tests(HEAD, branch, "Add tests", [TEST])
    assert server.refs == {f"refs/heads/{branch}": BASE}


@pytest.mark.parametrize("name", ["../../x", "a/../b", ".x", "a/.b"])
def test_a_branch_needs_a_name(server: FakeGitHub, client: GitHubClient, name: str):
    with pytest.raises(RejectedError, match="proper name"):
        client.add_tests(HEAD, name, "Add tests", [TEST])
    assert server.asked == []


def test_a_test_file_of_the_branch_is_not_overwritten(
    server: FakeGitHub, client: GitHubClient, branch: str
):
    server.files[HEAD][TEST.path] = "theirs"
    with pytest.raises(RejectedError, match=r"has tests/test_slug\.py already"):
        client.add_tests(HEAD, branch, "Add tests", [TEST])
