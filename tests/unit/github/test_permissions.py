from __future__ import annotations

from dataclasses import replace

import pytest

from regoose_ci.github import Allowed, GitHubError, Permission, Refused, authorise
from regoose_ci.github.command import Command, Commit, Explain, Help, Ignore, Run
from regoose_ci.github.errors import UnavailableError
from tests.unit.github.memory import FORK, HEAD, PULL, MemoryGitHub


def github(permission: Permission | GitHubError) -> MemoryGitHub:
    memory = MemoryGitHub()
    memory.permissions["alice"] = permission
    return memory


@pytest.mark.parametrize("permission", ["admin", "write"])
def test_who_may_write_may_command(permission: Permission):
    assert authorise(github(permission), "alice", Run(), PULL) == Allowed(HEAD)


@pytest.mark.parametrize("permission", ["read", "none"])
@pytest.mark.parametrize("command", [Run(), Explain("x"), Commit(), Ignore("x"), Help()])
def test_who_may_not_write_may_command_nothing(permission: Permission, command: Command):
    answer = authorise(github(permission), "alice", command, PULL)
    assert isinstance(answer, Refused)
    assert answer.cause == "commander"


def test_a_bot_is_asked_for_its_permission_too():
    assert isinstance(authorise(github("admin"), "helper[bot]", Run(), PULL), Refused)


def test_a_permission_that_cannot_be_read_is_none():
    answer = authorise(github(UnavailableError("502")), "alice", Run(), PULL)
    assert isinstance(answer, Refused)
    assert answer.cause == "failure"


@pytest.mark.parametrize("sha", [None, HEAD[:7], HEAD[:39], "c" * 40])
def test_a_forks_code_runs_only_at_the_head_named_in_full(sha: str | None):
    answer = authorise(github("write"), "alice", Run(sha=sha), FORK)
    assert isinstance(answer, Refused)
    assert answer.cause == "command"
    assert authorise(github("write"), "alice", Run(sha=HEAD), FORK) == Allowed(HEAD)


def test_a_deleted_fork_is_a_fork():
    pull = replace(PULL, head_repository=None)
    assert isinstance(authorise(github("write"), "alice", Run(), pull), Refused)


def test_a_sha_that_is_not_the_head_is_refused():
    assert authorise(github("write"), "alice", Run(sha=HEAD[:7]), PULL) == Allowed(HEAD)
    answer = authorise(github("write"), "alice", Run(sha="c" * 7), PULL)
    assert isinstance(answer, Refused)
    assert "aaaaaaaaaa now" in answer.reason


def test_a_closed_pull_request_is_not_run():
    answer = authorise(github("write"), "alice", Run(), replace(PULL, is_open=False))
    assert answer == Refused("This pull request is closed.", "command")


def test_a_forks_tests_are_not_committed_here():
    assert isinstance(authorise(github("admin"), "alice", Commit(), FORK), Refused)
    assert authorise(github("admin"), "alice", Commit(), PULL) == Allowed(HEAD)
    assert authorise(github("admin"), "alice", Explain("x"), FORK) == Allowed(HEAD)
