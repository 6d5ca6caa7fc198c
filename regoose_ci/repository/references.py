"""The commits that references of a repository stand for, and what to do where one is missing."""

from __future__ import annotations

from regoose_ci.errors import RepositoryError
from regoose_ci.repository.process import GitCommandError, GitProcess

_DEFAULT_BRANCHES = ("origin/HEAD", "origin/main", "origin/master", "main", "master")


class References:
    """Looks up commits; every method raises ``RepositoryError`` where there is none."""

    def __init__(self, git: GitProcess) -> None:
        self._git = git

    def commit(self, reference: str) -> str:
        """The id of a commit, branch or tag; a branch may be known of origin only."""
        sha = self._find_commit(reference) or self._find_commit(f"origin/{reference}")
        if sha is None:
            raise RepositoryError(
                f"{reference!r} is not a commit, branch or tag of this repository.",
                self._shallow_remedy() or f"Check its name, or run: git fetch origin {reference}.",
            )
        return sha

    def default_branch(self) -> str:
        """The name of the branch that changes are made for."""
        for name in _DEFAULT_BRANCHES:
            if self._find_commit(name) is not None:
                return name
        raise RepositoryError(
            "The repository has no default branch (origin/HEAD, main or master).",
            "Say what to compare with: --base REF.",
        )

    def merge_base(self, base: str, head: str) -> str:
        """The id of the commit at which ``head``, an id, left ``base``, a reference."""
        try:
            return self._git.text("merge-base", self.commit(base), head).strip()
        except GitCommandError as error:
            remedy = self._shallow_remedy()
            if remedy:
                raise RepositoryError(
                    f"This shallow clone does not reach the merge base of {base!r} and "
                    f"{head[:12]}.",
                    remedy,
                ) from error
            raise RepositoryError(
                f"{base!r} and {head[:12]} have no common history.",
                "Give a --base that head was branched from.",
            ) from error

    def first_parent(self, head: str, branch: str) -> str:
        """The id of the parent of ``head``, an id, which is the tip of ``branch``."""
        parent = self._find_commit(f"{head}^")
        if parent is None:
            raise RepositoryError(
                f"{head[:12]} is the tip of {branch} and its parent is not in this repository.",
                self._shallow_remedy() or "Say what to compare with: --base REF.",
            )
        return parent

    def _find_commit(self, reference: str) -> str | None:
        wanted = f"{reference}^{{commit}}"
        try:
            return self._git.text(
                "rev-parse", "--verify", "--quiet", "--end-of-options", wanted
            ).strip()
        except GitCommandError:
            return None

    def _shallow_remedy(self) -> str:
        if self._git.text("rev-parse", "--is-shallow-repository").strip() != "true":
            return ""
        return "Run: git fetch --unshallow (in a workflow: actions/checkout with fetch-depth: 0)."
