"""What the program needs of a code host, and the facts that it gets back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Reaction = Literal["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"]
Permission = Literal["admin", "write", "read", "none"]


@dataclass(frozen=True)
class Comment:
    """A comment in a pull request's conversation. ``body`` is anybody's text."""

    id: int
    author: str
    author_is_bot: bool
    body: str
    url: str


@dataclass(frozen=True)
class Pull:
    """A pull request as it is now. Title, description, branch names are anybody's text.

    ``head_repository`` is None where the fork has been deleted.
    """

    number: int
    title: str
    description: str
    head_sha: str
    head_ref: str
    head_repository: str | None
    base_sha: str
    base_ref: str
    base_repository: str
    is_draft: bool
    is_open: bool
    author: str
    author_is_bot: bool

    @property
    def is_fork(self) -> bool:
        """Whether the head comes from another repository than the base."""
        return (self.head_repository or "").casefold() != self.base_repository.casefold()


@dataclass(frozen=True)
class ChangedFile:
    """A file that a pull request changes."""

    path: str
    status: str
    previous_path: str | None


@dataclass(frozen=True)
class Artifact:
    """A file that a workflow run left."""

    id: int
    name: str
    size: int
    expired: bool


@dataclass(frozen=True)
class TestFile:
    """A test to be committed; ``path`` is relative to the repository's root."""

    __test__ = False  # pytest would take it for a test class

    path: str
    source: str


@dataclass(frozen=True)
class CommittedTests:
    """A commit with tests, its branch, and the page that compares it with what it grew from."""

    branch: str
    sha: str
    compare_url: str


class GitHub(Protocol):
    """One repository on a code host. Calls block, wait a bounded time, and raise `GitHubError`."""

    def login(self) -> str:
        """The name that our comments carry as author."""

    def comments(self, number: int) -> Sequence[Comment]:
        """All comments of a pull request, oldest first."""

    def create_comment(self, number: int, body: str) -> Comment:
        """Post a comment; one with this very body that an uncertain attempt left is taken."""

    def edit_comment(self, comment_id: int, body: str) -> Comment:
        """Replace a comment's text."""

    def delete_comment(self, comment_id: int) -> None:
        """Remove a comment; one that is gone already is no error."""

    def react(self, comment_id: int, reaction: Reaction) -> None:
        """Put a reaction on a comment; doing so twice is doing it once."""

    def permission(self, login: str) -> Permission:
        """What somebody may do with the repository; ``none`` for who is not known."""

    def pull(self, number: int) -> Pull:
        """The pull request as it is now."""

    def commit_at(self, ref: str) -> str:
        """The commit that ``heads/NAME`` or ``tags/NAME`` points to now."""

    def merge_base(self, base_sha: str, head_sha: str) -> str:
        """The commit that both grew from."""

    def pulls_of_head(self, head_repository: str, head_ref: str, sha: str) -> Sequence[Pull]:
        """Open pull requests of a branch of a repository whose head is ``sha``."""

    def changed_files(self, number: int) -> Sequence[ChangedFile]:
        """The files a pull request changes (GitHub tells of 3,000 at most)."""

    def artifacts(self, run_id: int) -> Sequence[Artifact]:
        """What a workflow run left."""

    def download_artifact(self, artifact_id: int, limit: int) -> bytes:
        """An artifact's zip file of at most ``limit`` bytes; its contents are hostile."""

    def commit_tests(
        self, parent_sha: str, branch: str, message: str, files: Sequence[TestFile]
    ) -> CommittedTests:
        """Commit new test files on top of ``parent_sha`` to a new branch, and nothing else."""

    def add_tests(
        self, parent_sha: str, branch: str, message: str, files: Sequence[TestFile]
    ) -> CommittedTests:
        """Commit new test files to an unprotected branch whose head is ``parent_sha``."""
