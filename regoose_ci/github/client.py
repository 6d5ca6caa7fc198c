"""The `GitHub` port over GitHub's REST API, on github.com or an Enterprise Server."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

from pydantic import JsonValue, SecretStr, TypeAdapter

from regoose_ci.errors import UsageError
from regoose_ci.github.base import (
    Artifact,
    ChangedFile,
    Comment,
    CommittedTests,
    Permission,
    Pull,
    Reaction,
    TestFile,
)
from regoose_ci.github.calls import Calls
from regoose_ci.github.commits import Committer
from regoose_ci.github.errors import (
    BadAnswerError,
    ForbiddenError,
    NotFoundError,
    RejectedError,
)
from regoose_ci.github.payload import REPOSITORY, PullPart
from regoose_ci.github.retry import Clock, Retrier, RetryPolicy, SystemClock
from regoose_ci.github.transport import Transport
from regoose_ci.github.wire import (
    ArtifactsPart,
    CommentBody,
    CommentPart,
    ComparisonPart,
    FilePart,
    PermissionPart,
    ReactionBody,
    ShaPart,
    ViewerPart,
    told_pull,
)

API_URL = "https://api.github.com"
SERVER_URL = "https://github.com"
WORKFLOW_LOGIN = "github-actions[bot]"
"""Who writes with a workflow's own token."""

_LOGIN = re.compile(r"[A-Za-z0-9_-]+(?:\[bot\])?")
_COMMENT = TypeAdapter(CommentPart)
_COMMENTS = TypeAdapter(tuple[CommentPart, ...])
_PULL = TypeAdapter(PullPart)
_PULLS = TypeAdapter(tuple[PullPart, ...])
_COMPARISON = TypeAdapter(ComparisonPart)
_NAMED = TypeAdapter(ShaPart)
_FILES = TypeAdapter(tuple[FilePart, ...])
_ARTIFACTS = TypeAdapter(ArtifactsPart)
_PERMISSION = TypeAdapter(PermissionPart)
_VIEWER = TypeAdapter(ViewerPart)
_ANYTHING = TypeAdapter(JsonValue)


class GitHubClient:
    """One repository. Only one thread at a time may use it."""

    def __init__(
        self,
        token: SecretStr,
        repository: str,
        *,
        api_url: str = API_URL,
        server_url: str = SERVER_URL,
        policy: RetryPolicy | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Connect at the first call.

        Args:
            token: What GitHub gave the run.
            repository: ``GITHUB_REPOSITORY``, owner and name.
            api_url: ``GITHUB_API_URL``.
            server_url: ``GITHUB_SERVER_URL``.
            policy: How long a call may take.
            clock: What it waits on.

        Raises:
            UsageError: There is no token, or the repository or address has no proper form.
        """
        if not re.fullmatch(REPOSITORY, repository):
            raise UsageError("The repository is not of the form owner/name.")
        self._repository = repository
        policy, clock = policy or RetryPolicy(), clock or SystemClock()
        transport = Transport(token, api_url, policy, clock)
        self._calls = Calls(transport, Retrier(policy, clock))
        self._committer = Committer(self._calls, repository, server_url)
        self._login: str | None = None

    def __repr__(self) -> str:
        """Show which repository, never the token."""
        return f"GitHubClient({self._repository!r})"

    def login(self) -> str:
        """The name that our comments carry as author; asked for once.

        A server that does not say it leaves the name of a workflow's own token.
        """
        if self._login is None:
            try:
                answer = self._calls.again(lambda: self._calls.transport.viewer().as_(_VIEWER))
                self._login = answer.data.viewer.login
            except (ForbiddenError, NotFoundError, RejectedError, BadAnswerError):
                self._login = WORKFLOW_LOGIN
        return self._login

    def comments(self, number: int) -> Sequence[Comment]:
        """All comments of a pull request, oldest first."""
        pages = self._calls.pages(self._path(f"issues/{number}/comments"), _COMMENTS)
        return [part.told() for page in pages for part in page]

    def create_comment(self, number: int, body: str) -> Comment:
        """Post a comment; one with this very body that an uncertain attempt left is taken."""

        def done() -> CommentPart | None:
            pages = self._calls.pages(self._path(f"issues/{number}/comments"), _COMMENTS)
            mine = [
                part
                for page in pages
                for part in page
                if _same_text(part.body or "", body) and part.told().author == self.login()
            ]
            return mine[-1] if mine else None

        path = self._path(f"issues/{number}/comments")
        return self._calls.write("POST", path, CommentBody(body=body), _COMMENT, done).told()

    def edit_comment(self, comment_id: int, body: str) -> Comment:
        """Replace a comment's text."""
        path = self._path(f"issues/comments/{comment_id}")
        return self._calls.write("PATCH", path, CommentBody(body=body), _COMMENT).told()

    def delete_comment(self, comment_id: int) -> None:
        """Remove a comment; one that is gone already is no error."""
        try:
            path = self._path(f"issues/comments/{comment_id}")
            self._calls.write("DELETE", path, None, _ANYTHING)
        except NotFoundError:
            return

    def react(self, comment_id: int, reaction: Reaction) -> None:
        """Put a reaction on a comment; doing so twice is doing it once."""
        path = self._path(f"issues/comments/{comment_id}/reactions")
        self._calls.write("POST", path, ReactionBody(content=reaction), _ANYTHING)

    def permission(self, login: str) -> Permission:
        """What somebody may do with the repository; ``none`` for who is not known."""
        if not _LOGIN.fullmatch(login):
            return "none"
        try:
            path = self._path(f"collaborators/{quote(login)}/permission")
            return self._calls.get(path, _PERMISSION).permission
        except NotFoundError:
            return "none"

    def pull(self, number: int) -> Pull:
        """The pull request as it is now."""
        return told_pull(self._calls.get(self._path(f"pulls/{number}"), _PULL))

    def commit_at(self, ref: str) -> str:
        """The commit that ``heads/NAME`` or ``tags/NAME`` points to now."""
        return self._calls.get(self._path(f"commits/{quote(ref)}"), _NAMED).sha

    def merge_base(self, base_sha: str, head_sha: str) -> str:
        """The commit that both grew from."""
        path = self._path(f"compare/{quote(base_sha)}...{quote(head_sha)}")
        # Of the commits between them, GitHub shows one page; one commit is enough for us.
        asked: dict[str, str | int] = {"per_page": 1, "page": 1}
        return self._calls.get(path, _COMPARISON, asked).merge_base_commit.sha

    def pulls_of_head(self, head_repository: str, head_ref: str, sha: str) -> Sequence[Pull]:
        """Open pull requests of a branch of a repository whose head is ``sha``."""
        owner = head_repository.partition("/")[0]
        asked: dict[str, str | int] = {"state": "open", "head": f"{owner}:{head_ref}"}
        pages = self._calls.pages(self._path("pulls"), _PULLS, asked)
        pulls = [told_pull(part) for page in pages for part in page]
        wanted = head_repository.casefold()
        return [
            pull
            for pull in pulls
            if pull.head_sha == sha and (pull.head_repository or "").casefold() == wanted
        ]

    def changed_files(self, number: int) -> Sequence[ChangedFile]:
        """The files a pull request changes (GitHub tells of 3,000 at most)."""
        pages = self._calls.pages(self._path(f"pulls/{number}/files"), _FILES)
        return [part.told() for page in pages for part in page]

    def artifacts(self, run_id: int) -> Sequence[Artifact]:
        """What a workflow run left."""
        pages = self._calls.pages(self._path(f"actions/runs/{run_id}/artifacts"), _ARTIFACTS)
        return [part.told() for page in pages for part in page.artifacts]

    def download_artifact(self, artifact_id: int, limit: int) -> bytes:
        """An artifact's zip file of at most ``limit`` bytes; its contents are hostile."""
        path = self._path(f"actions/artifacts/{artifact_id}/zip")
        transport = self._calls.transport
        # The address that is given lives for a minute, so both steps are tried together.
        return self._calls.again(lambda: transport.download(transport.location(path), limit))

    def commit_tests(
        self, parent_sha: str, branch: str, message: str, files: Sequence[TestFile]
    ) -> CommittedTests:
        """Commit new test files on top of ``parent_sha`` to a new branch, and nothing else."""
        return self._committer.commit(parent_sha, branch, message, files)

    def add_tests(
        self, parent_sha: str, branch: str, message: str, files: Sequence[TestFile]
    ) -> CommittedTests:
        """Commit new test files to an unprotected branch whose head is ``parent_sha``."""
        return self._committer.add(parent_sha, branch, message, files)

    def _path(self, rest: str) -> str:
        return f"/repos/{self._repository}/{rest}"


def _same_text(one: str, other: str) -> bool:
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()
