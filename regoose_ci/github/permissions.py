"""Who may command, and what a command may touch. Everything not known to be allowed is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from regoose_ci.github.base import GitHub, Pull
from regoose_ci.github.command import Command, Commit, Run
from regoose_ci.github.errors import GitHubError


@dataclass(frozen=True)
class Allowed:
    """The command may be carried out, on exactly this head."""

    head_sha: str


@dataclass(frozen=True)
class Refused:
    """The command is not carried out; ``reason`` is one sentence for the commander.

    ``cause`` tells who is refused: a stranger gets no more than a reaction, so that a crowd cannot
    make us write.
    """

    reason: str
    cause: Literal["commander", "command", "failure"]


def may_command(github: GitHub, login: str) -> Refused | None:
    """Ask GitHub whether ``login`` has write access; None if so.

    The event's ``author_association`` is not looked at: "member" says nothing of write access.
    """
    try:
        permission = github.permission(login)
    except GitHubError:
        return Refused("Your permission could not be read from GitHub.", "failure")
    if permission not in ("admin", "write"):
        return Refused("Commands are taken from people with write access only.", "commander")
    return None


def authorise(github: GitHub, login: str, command: Command, pull: Pull) -> Allowed | Refused:
    """Check the commander, then the command against the pull request as it is now."""
    return may_command(github, login) or _check_command(command, pull)


def _check_command(command: Command, pull: Pull) -> Allowed | Refused:
    if isinstance(command, Run):
        return _check_run(command, pull)
    if isinstance(command, Commit) and pull.is_fork:
        # A branch here that holds a fork's code would run with this repository's rights.
        return Refused(
            "Tests for a fork's pull request are not committed to this repository; "
            "take them from the report's artifact.",
            "command",
        )
    if isinstance(command, Commit) and command.here and not pull.is_open:
        return Refused("This pull request is closed.", "command")
    return Allowed(pull.head_sha)


def _check_run(command: Run, pull: Pull) -> Allowed | Refused:
    if not pull.is_open:
        return Refused("This pull request is closed.", "command")
    if pull.is_fork and command.sha != pull.head_sha:
        # A short SHA can be met by another commit, and the head can move after it was read.
        return Refused(
            "A fork's code is run only at the commit that you name in full: look at the head, "
            "then answer with `/regoose run` and all 40 characters of its SHA.",
            "command",
        )
    if command.sha is not None and not pull.head_sha.startswith(command.sha):
        return Refused(f"The head is {pull.head_sha[:10]} now, not what you named.", "command")
    return Allowed(pull.head_sha)
