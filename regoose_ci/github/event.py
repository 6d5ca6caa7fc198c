"""What the event that started the workflow asks for.

Everything in an event but the repository's name can be chosen by a stranger.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from regoose_ci.github.command import Command, parse_command
from regoose_ci.github.errors import EventError
from regoose_ci.github.payload import (
    GHOST,
    AnyEvent,
    IssueCommentEvent,
    Payload,
    PullRequestEvent,
    WorkflowDispatchEvent,
    WorkflowRunEvent,
)

LARGEST_EVENT = 25 * 1024 * 1024
"""Bytes; GitHub sends no larger payload."""
PULL_REQUEST_ACTIONS = ("opened", "synchronize", "reopened", "ready_for_review")
PULL_REQUEST_INPUT = "pull-request"
"""The input of ``workflow_dispatch`` that names a pull request."""
DEPENDABOT = "dependabot[bot]"
"""Its runs are treated like a fork's, although the branch is in the repository."""

_LONGEST_TITLE = 1_000
_LONGEST_DESCRIPTION = 65_536
_PUBLISHED_CONCLUSIONS = ("success", "failure")

P = TypeVar("P", bound=Payload)


@dataclass(frozen=True)
class ReviewRequest:
    """A pull request was opened or changed. ``head_repository`` is None if it was deleted."""

    repository: str
    number: int
    title: str
    description: str
    base_ref: str
    base_sha: str
    head_ref: str
    head_sha: str
    head_repository: str | None
    author: str
    author_is_bot: bool
    sender: str
    sender_is_bot: bool
    is_draft: bool

    @property
    def is_fork(self) -> bool:
        """Whether the head comes from another repository than the base."""
        return not _same(self.head_repository, self.repository)

    @property
    def is_read_only(self) -> bool:
        """Whether GitHub gives the run a token that may not write, and no secrets."""
        return self.is_fork or self.sender == DEPENDABOT


@dataclass(frozen=True)
class CommandRequest:
    """Somebody wrote a ``/regoose`` comment. Nobody has checked yet whether they may."""

    repository: str
    number: int
    comment_id: int
    commander: str
    commander_is_bot: bool
    command: Command


@dataclass(frozen=True)
class ManualRequest:
    """Somebody with write access started the workflow by hand, for a pull request or ``ref``."""

    repository: str
    ref: str
    default_branch: str
    number: int | None


@dataclass(frozen=True)
class PublishRequest:
    """The review of a fork's or Dependabot's pull request is over; its artifact can be published.

    The pull request's number is not part of the event; `GitHub.pulls_of_head` finds it.
    """

    repository: str
    run_id: int
    run_attempt: int
    head_repository: str
    head_ref: str
    head_sha: str


@dataclass(frozen=True)
class Ignored:
    """Nothing is asked of us; ``reason`` is one sentence."""

    reason: str


Request = ReviewRequest | CommandRequest | ManualRequest | PublishRequest | Ignored


def read_event(name: str, path: Path) -> Request:
    """Read the file of ``GITHUB_EVENT_PATH``; ``name`` is ``GITHUB_EVENT_NAME``.

    Raises:
        EventError: The file is missing, not a plain file, too large, or not such an event.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise EventError("The event is not a file.", _REMEDY)
            payload = file.read(LARGEST_EVENT + 1)
    except OSError as error:
        raise EventError(f"The event file cannot be read ({error.strerror}).", _REMEDY) from None
    return parse_event(name, payload)


_REMEDY = "Run this in a GitHub Actions workflow, which sets GITHUB_EVENT_PATH."


def parse_event(name: str, payload: bytes) -> Request:
    """Read an event's payload.

    Args:
        name: The event's name, such as ``pull_request``.
        payload: JSON in UTF-8.

    Raises:
        EventError: The payload is too large or not such an event.
    """
    parsers = {
        "pull_request": _pull_request,
        "issue_comment": _issue_comment,
        "workflow_dispatch": _workflow_dispatch,
        "workflow_run": _workflow_run,
    }
    if name == "pull_request_target":
        return Ignored(
            "The event pull_request_target gives strangers' code the repository's rights; "
            "use pull_request."
        )
    if name not in parsers:
        return Ignored(f"The event {_shown(name)} starts no review.")
    if len(payload) > LARGEST_EVENT:
        raise EventError(f"The {name} event is larger than any that GitHub sends.", _REMEDY)
    return parsers[name](_as(AnyEvent, payload, name).action or "", payload)


def _pull_request(action: str, payload: bytes) -> Request:
    if action not in PULL_REQUEST_ACTIONS:
        return Ignored(f"A pull request that is {_shown(action)} starts no review.")
    event = _as(PullRequestEvent, payload, "pull_request")
    pull = event.pull_request
    if not _same(pull.base.repo.full_name, event.repository.full_name):
        raise EventError("The pull request is of another repository than the event.", _REMEDY)
    author = pull.user or GHOST
    return ReviewRequest(
        repository=event.repository.full_name,
        number=pull.number,
        title=pull.title[:_LONGEST_TITLE],
        description=(pull.body or "")[:_LONGEST_DESCRIPTION],
        base_ref=pull.base.ref,
        base_sha=pull.base.sha,
        head_ref=pull.head.ref,
        head_sha=pull.head.sha,
        head_repository=pull.head.repo.full_name if pull.head.repo else None,
        author=author.login,
        author_is_bot=author.is_bot,
        sender=event.sender.login,
        sender_is_bot=event.sender.is_bot,
        is_draft=pull.draft,
    )


def _issue_comment(action: str, payload: bytes) -> Request:
    if action != "created":
        return Ignored("Only new comments are read, not edited or deleted ones.")
    event = _as(IssueCommentEvent, payload, "issue_comment")
    if event.issue.pull_request is None:
        return Ignored("The comment is on an issue, not on a pull request.")
    command = parse_command(event.comment.body)
    if command is None:
        return Ignored("The comment's first line is not a /regoose command.")
    return CommandRequest(
        repository=event.repository.full_name,
        number=event.issue.number,
        comment_id=event.comment.id,
        commander=event.comment.user.login,
        commander_is_bot=event.comment.user.is_bot,
        command=command,
    )


def _workflow_dispatch(_action: str, payload: bytes) -> Request:
    event = _as(WorkflowDispatchEvent, payload, "workflow_dispatch")
    given = (event.inputs or {}).get(PULL_REQUEST_INPUT)
    text = "" if given is None else str(given).strip().removeprefix("#")
    if text and not (text.isascii() and text.isdigit() and 0 < int(text[:20]) < 2**53):
        raise EventError(
            f"The input {PULL_REQUEST_INPUT} is not a pull request's number.",
            "Give a number such as 12, or leave it empty.",
        )
    repository = event.repository
    number = int(text) if text else None
    return ManualRequest(repository.full_name, event.ref, repository.default_branch, number)


def _workflow_run(action: str, payload: bytes) -> Request:
    if action != "completed":
        return Ignored("The workflow run is not completed yet.")
    event = _as(WorkflowRunEvent, payload, "workflow_run")
    run = event.workflow_run
    if run.event != "pull_request":
        return Ignored("The workflow run was not started by a pull request.")
    if run.head_repository is None or run.head_branch is None:
        return Ignored("The repository or branch that the workflow run was of is gone.")
    actor = run.actor.login if run.actor else ""
    if actor != DEPENDABOT and _same(run.head_repository.full_name, event.repository.full_name):
        return Ignored("The workflow run was not of a fork, so it has published its review itself.")
    if run.conclusion not in _PUBLISHED_CONCLUSIONS:
        return Ignored("The workflow run was not brought to its end.")
    return PublishRequest(
        repository=event.repository.full_name,
        run_id=run.id,
        run_attempt=run.run_attempt,
        head_repository=run.head_repository.full_name,
        head_ref=run.head_branch,
        head_sha=run.head_sha,
    )


def _as(model: type[P], payload: bytes, name: str) -> P:
    try:
        return model.model_validate_json(payload)
    except ValidationError as error:
        raise EventError(f"The {name} event is not as GitHub sends it: {_what(error)}.", _REMEDY
                         ) from None  # fmt: skip


def _what(error: ValidationError) -> str:
    """Name the place and the rule; the value is somebody's and is left out."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place} is {first['type'].replace('_', ' ')}" if place else "it is not JSON"


def _shown(word: str) -> str:
    return word if word.isascii() and word.replace("_", "").isalnum() else "without a proper name"


def _same(one: str | None, other: str) -> bool:
    """Compare repositories as GitHub does, which ignores case."""
    return one is not None and one.casefold() == other.casefold()
