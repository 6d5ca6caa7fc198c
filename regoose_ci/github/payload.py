"""The parts of GitHub's event payloads that are read, with the forms that values may have.

Shapes: https://docs.github.com/webhooks/webhook-events-and-payloads.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue

Sha = Annotated[str, Field(pattern=r"^(?:[0-9a-f]{40}|[0-9a-f]{64})\z")]
REPOSITORY = r"[A-Za-z0-9_][A-Za-z0-9_-]*/\.{0,2}[A-Za-z0-9_-][A-Za-z0-9_.-]*"
"""Owner and name; a name is neither ``.`` nor ``..``."""
Repository = Annotated[str, Field(pattern=rf"^{REPOSITORY}\z", max_length=200)]
Login = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+(?:\[bot\])?\z", max_length=100)]
Ref = Annotated[str, Field(pattern=r"^[^\x00-\x20\x7f~^:?*\[\\-][^\x00-\x20\x7f~^:?*\[\\]*\z",
                           max_length=255)]  # fmt: skip
Number = Annotated[int, Field(gt=0, lt=2**53)]


class Payload(BaseModel):
    """A part of a payload; keys that are not named are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class UserPart(Payload):
    """An account."""

    login: Login
    type: str = "User"

    @property
    def is_bot(self) -> bool:
        """Whether GitHub says that a program owns the account."""
        return self.type == "Bot" or self.login.endswith("[bot]")


GHOST = UserPart(login="ghost")
"""Stands for an account that has been deleted, as on GitHub's own pages."""


class RepositoryPart(Payload):
    """A repository."""

    full_name: Repository


class SidePart(Payload):
    """One side of a pull request; ``repo`` is null where it was deleted."""

    ref: Ref
    sha: Sha
    repo: RepositoryPart | None


class BasePart(Payload):
    """The side that is merged into."""

    ref: Ref
    sha: Sha
    repo: RepositoryPart


class PullPart(Payload):
    """A pull request."""

    number: Number
    title: str
    body: str | None = None
    draft: bool = False
    state: str
    user: UserPart | None
    head: SidePart
    base: BasePart


class AnyEvent(Payload):
    """What tells events of one name apart."""

    action: str | None = None


class PullRequestEvent(Payload):
    """``pull_request``."""

    pull_request: PullPart
    repository: RepositoryPart
    sender: UserPart


class IssuePart(Payload):
    """An issue, or the conversation of a pull request if ``pull_request`` is there."""

    number: Number
    pull_request: dict[str, JsonValue] | None = None


class CommentPart(Payload):
    """A comment."""

    id: Number
    body: str
    user: UserPart


class IssueCommentEvent(Payload):
    """``issue_comment``."""

    issue: IssuePart
    comment: CommentPart
    repository: RepositoryPart


class DispatchedPart(RepositoryPart):
    """The repository that a workflow was started in."""

    default_branch: Ref


class WorkflowDispatchEvent(Payload):
    """``workflow_dispatch``."""

    inputs: dict[str, JsonValue] | None = None
    ref: Ref
    repository: DispatchedPart


class WorkflowRunPart(Payload):
    """A workflow run."""

    id: Number
    run_attempt: Number = 1
    event: str
    conclusion: str | None
    head_branch: Ref | None
    head_sha: Sha
    head_repository: RepositoryPart | None
    actor: UserPart | None = None


class WorkflowRunEvent(Payload):
    """``workflow_run``."""

    workflow_run: WorkflowRunPart
    repository: RepositoryPart
