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
    CommitBody,
    CommitPart,
    RefBody,
    RefPart,
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
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_COMMIT = TypeAdapter(CommitPart)
_OBJECT = TypeAdapter(ShaPart)
_REF = TypeAdapter(RefPart)
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
        if not _SHA.fullmatch(parent_sha):
            raise RejectedError("The commit to start from is not a full SHA.")
        for file in files:
            self._check_free(parent_sha, file.path)
        sha = self._make_commit(parent_sha, message, files)
        self._make_branch(branch, sha)
        page = f"{self._server_url}/{self._repository}/compare/{parent_sha}...{quote(branch)}"
        return CommittedTests(branch, sha, page)

    def _check_free(self, sha: str, path: str) -> None:
        try:
            self._calls.get(self._path(f"contents/{quote(path)}"), _ANYTHING, {"ref": sha})
        except NotFoundError:
            return
        raise RejectedError(f"The pull request has {path} already; it is not overwritten.")

    def _make_commit(self, parent_sha: str, message: str, files: Sequence[TestFile]) -> str:
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
        def done() -> RefPart | None:
            try:
                found = self._calls.get(self._path(f"git/ref/heads/{quote(branch)}"), _REF)
            except NotFoundError:
                return None
            return found if found.object.sha == sha else None

        body = RefBody(ref=f"refs/heads/{branch}", sha=sha)
        self._calls.write("POST", self._path("git/refs"), body, _REF, done)

    def _path(self, rest: str) -> str:
        return f"/repos/{self._repository}/{rest}"
