"""The parts of GitHub's answers that are read, and the bodies that are sent.

Forms: GitHub's REST API description, version 2022-11-28.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from regoose_ci.github.base import (
    Artifact,
    ChangedFile,
    Comment,
    Permission,
    Pull,
    Reaction,
)
from regoose_ci.github.payload import GHOST, Number, PullPart, Sha, UserPart


class Part(BaseModel):
    """A part of an answer; keys that are not named are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class CommentPart(Part):
    """A comment. ``user`` is null where the account was deleted."""

    id: Number
    body: str | None = None
    html_url: str
    user: UserPart | None

    def told(self) -> Comment:
        """Return it as the rest of the program knows it."""
        user = self.user or GHOST
        return Comment(self.id, user.login, user.is_bot, self.body or "", self.html_url)


class PermissionPart(Part):
    """The legacy permission: maintain counts as write, triage as read."""

    permission: Permission


class FilePart(Part):
    """A changed file."""

    filename: str
    status: str
    previous_filename: str | None = None

    def told(self) -> ChangedFile:
        """Return it as the rest of the program knows it."""
        return ChangedFile(self.filename, self.status, self.previous_filename)


class ArtifactPart(Part):
    """An artifact."""

    id: Number
    name: str
    size_in_bytes: Annotated[int, Field(ge=0)]
    expired: bool

    def told(self) -> Artifact:
        """Return it as the rest of the program knows it."""
        return Artifact(self.id, self.name, self.size_in_bytes, self.expired)


class ArtifactsPart(Part):
    """One page of a run's artifacts."""

    artifacts: tuple[ArtifactPart, ...]


class ShaPart(Part):
    """Any object of git."""

    sha: Sha


class CommitPart(Part):
    """A commit of git."""

    sha: Sha
    tree: ShaPart


class ComparisonPart(Part):
    """What lies between two commits."""

    merge_base_commit: ShaPart


class RefPart(Part):
    """A reference of git."""

    ref: str
    object: ShaPart


class BranchPart(Part):
    """A branch; ``protected`` tells of the older kind of protection."""

    commit: ShaPart
    protected: bool


class RulePart(Part):
    """A rule of the newer kind of protection."""

    type: str


def told_pull(part: PullPart) -> Pull:
    """Return a pull request as the rest of the program knows it."""
    author = part.user or GHOST
    return Pull(
        number=part.number,
        title=part.title,
        description=part.body or "",
        head_sha=part.head.sha,
        head_ref=part.head.ref,
        head_repository=part.head.repo.full_name if part.head.repo else None,
        base_sha=part.base.sha,
        base_ref=part.base.ref,
        base_repository=part.base.repo.full_name,
        is_draft=part.draft,
        is_open=part.state == "open",
        author=author.login,
        author_is_bot=author.is_bot,
    )


class _LoginPart(Part):
    login: Annotated[str, Field(min_length=1, max_length=100)]


class _ViewerDataPart(Part):
    viewer: _LoginPart


class ViewerPart(Part):
    """Who the token belongs to."""

    data: _ViewerDataPart


class CommentBody(Part):
    """Creates or edits a comment."""

    body: str


class ReactionBody(Part):
    """Creates a reaction."""

    content: Reaction


class TreeEntry(Part):
    """A new text file in a tree."""

    path: str
    content: str
    mode: Literal["100644"] = "100644"
    type: Literal["blob"] = "blob"


class TreeBody(Part):
    """Creates a tree."""

    base_tree: str
    tree: tuple[TreeEntry, ...]


class CommitBody(Part):
    """Creates a commit."""

    message: str
    tree: str
    parents: tuple[str, ...]


class RefBody(Part):
    """Creates a reference."""

    ref: str
    sha: str


class MoveBody(Part):
    """Moves a reference to a commit that grew from where it is."""

    sha: str
    force: Literal[False] = False
