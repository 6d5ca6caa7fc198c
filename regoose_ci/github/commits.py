"""Committing tests, and nothing but tests, through the Git data API.

No working tree is touched and nothing is executed. What may be written is decided here, whatever
the caller was told to write.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

from pydantic import JsonValue, TypeAdapter

from regoose_ci.github.base import CommittedTests, TestFile
from regoose_ci.github.calls import Calls
from regoose_ci.github.errors import NotFoundError, RejectedError
from regoose_ci.github.wire import (
    BranchPart,
    CommitBody,
    CommitPart,
    MoveBody,
    RefBody,
    RefPart,
    RulePart,
    ShaPart,
    TreeBody,
    TreeEntry,
)

MOST_FILES = 100
LARGEST_FILE = 512 * 1024
"""Characters."""
BRANCH_PREFIX = "regoose/"

_TEST_PATH = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]*/){0,20}test_[A-Za-z0-9_]+\.py")
_BRANCH = re.compile(r"regoose/(?:[A-Za-z0-9_-]+[./])*[A-Za-z0-9_-]+")
_DOTTED = re.compile(r"(?:^|/)\.|\.\.")
_HARMLESS_RULES = {"creation", "deletion", "non_fast_forward", "required_linear_history"}
"""Rules that one more commit on top cannot break."""
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_COMMIT = TypeAdapter(CommitPart)
_OBJECT = TypeAdapter(ShaPart)
_REF = TypeAdapter(RefPart)
_HEAD = TypeAdapter(BranchPart)
_RULES = TypeAdapter(tuple[RulePart, ...])
_ANYTHING = TypeAdapter(JsonValue)


def check_files(files: Sequence[TestFile]) -> None:
    """Let only modules named ``test_*.py`` pass: no conftest, workflow, settings or hidden file.

    Raises:
        RejectedError: A file is not one of those, comes twice, or there is too much.
    """
    if not 0 < len(files) <= MOST_FILES:
        raise RejectedError(f"{len(files)} test files cannot be committed, 1 to {MOST_FILES} can.")
    # Names are compared without case: on some file systems they are one file.
    if len({file.path.casefold() for file in files}) < len(files):
        raise RejectedError("Two test files have the same path.")
    for file in files:
        if len(file.path) > 300 or not _TEST_PATH.fullmatch(file.path):
            raise RejectedError("Only files named test_*.py are committed.")
        if len(file.source) > LARGEST_FILE:
            raise RejectedError(f"A test file has more than {LARGEST_FILE} characters.")


class Committer:
    """Makes commits in one repository."""

    def __init__(self, calls: Calls, repository: str, server_url: str) -> None:
        """Commit to ``repository``, whose pages are under ``server_url``."""
        self._calls = calls
        self._repository = repository
        self._server_url = server_url.rstrip("/")

    def commit(
        self, parent_sha: str, branch: str, message: str, files: Sequence[TestFile]
    ) -> CommittedTests:
        """Put files on top of a commit and name the result ``branch``.

        Raises:
            RejectedError: A file or the branch is not allowed, or exists already.
            GitHubError: GitHub did not take it.
        """
        check_files(files)
        if not _BRANCH.fullmatch(branch) or branch.endswith(".lock") or len(branch) > 200:
            raise RejectedError(f"A branch for tests is named {BRANCH_PREFIX}… in plain letters.")
        sha = self._make_commit(parent_sha, message, files)
        self._make_branch(branch, sha)
        return CommittedTests(branch, sha, self._page(parent_sha, branch))

    def add(
        self, parent_sha: str, branch: str, message: str, files: Sequence[TestFile]
    ) -> CommittedTests:
        """Put files on top of a branch that is at ``parent_sha`` and that no rule guards.

        Raises:
            RejectedError: A file is not allowed or exists already, or the branch has moved or is
                guarded.
            GitHubError: GitHub did not take it.
        """
        check_files(files)
        if _DOTTED.search(branch):  # no name of git's, but one that leads a path astray
            raise RejectedError("The pull request's branch has no proper name.")
        self._check_open(branch, parent_sha)
        sha = self._make_commit(parent_sha, message, files)
        self._move_branch(branch, sha)
        return CommittedTests(branch, sha, self._page(parent_sha, sha))

    def _check_open(self, branch: str, parent_sha: str) -> None:
        # Whoever commands may write, and the token may be one that rules do not hold for.
        head = self._calls.get(self._path(f"branches/{quote(branch)}"), _HEAD)
        if head.protected or self._rules(branch) - _HARMLESS_RULES:
            raise RejectedError(
                "The pull request's branch is protected.", "Comment /regoose commit for a new one."
            )
        if head.commit.sha != parent_sha:
            raise RejectedError("The pull request's branch has moved.")

    def _rules(self, branch: str) -> set[str]:
        path = self._path(f"rules/branches/{quote(branch)}")
        try:
            return {rule.type for page in self._calls.pages(path, _RULES) for rule in page}
        except NotFoundError:  # an Enterprise Server from before there were such rules
            return set()

    def _check_free(self, sha: str, path: str) -> None:
        try:
            self._calls.get(self._path(f"contents/{quote(path)}"), _ANYTHING, {"ref": sha})
        except NotFoundError:
            return
        raise RejectedError(f"The pull request has {path} already; it is not overwritten.")

    def _make_commit(self, parent_sha: str, message: str, files: Sequence[TestFile]) -> str:
        if not _SHA.fullmatch(parent_sha):
            raise RejectedError("The commit to start from is not a full SHA.")
        for file in files:
            self._check_free(parent_sha, file.path)
        # Objects are named by their content (a commit also by its second), and one that nothing
        # points to is swept away, so these may be sent twice.
        parent = self._calls.get(self._path(f"git/commits/{parent_sha}"), _COMMIT)
        entries = tuple(TreeEntry(path=file.path, content=file.source) for file in files)
        tree = self._calls.write(
            "POST",
            self._path("git/trees"),
            TreeBody(base_tree=parent.tree.sha, tree=entries),
            _OBJECT,
        )
        body = CommitBody(message=message, tree=tree.sha, parents=(parent_sha,))
        return self._calls.write("POST", self._path("git/commits"), body, _COMMIT).sha

    def _make_branch(self, branch: str, sha: str) -> None:
        body = RefBody(ref=f"refs/heads/{branch}", sha=sha)
        path = self._path("git/refs")
        self._calls.write("POST", path, body, _REF, lambda: self._branch_at(branch, sha))

    def _move_branch(self, branch: str, sha: str) -> None:
        # Without force: what was pushed since the check is not a parent of ours, so it stays.
        path = self._path(f"git/refs/heads/{quote(branch)}")
        body = MoveBody(sha=sha)
        self._calls.write("PATCH", path, body, _REF, lambda: self._branch_at(branch, sha))

    def _branch_at(self, branch: str, sha: str) -> RefPart | None:
        try:
            found = self._calls.get(self._path(f"git/ref/heads/{quote(branch)}"), _REF)
        except NotFoundError:
            return None
        return found if found.object.sha == sha else None

    def _page(self, parent_sha: str, end: str) -> str:
        comparison = f"{parent_sha}...{quote(end)}"
        return f"{self._server_url}/{self._repository}/compare/{comparison}"

    def _path(self, rest: str) -> str:
        return f"/repos/{self._repository}/{rest}"
