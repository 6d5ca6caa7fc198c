"""Where changes come from: a git range, a work tree, two releases, or modules as they are."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from regoose_ci.domain.bounds import MAX_FILE_BYTES
from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import RepositoryError, UsageError
from regoose_ci.repository.create import Snapshot, create_repository
from regoose_ci.repository.git import GitRepository, RevisionRange
from regoose_ci.repository.worktree import addition

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
"""git's name for the tree without files."""
_NOT_COPIED = shutil.ignore_patterns("*.pyc", "__pycache__", "bin", ".lock")


@dataclass(frozen=True)
class GitChange:
    """A range of a repository as a change source."""

    repository: GitRepository
    revisions: RevisionRange

    @property
    def shas(self) -> dict[Revision, str]:
        """Commit ids of base and head."""
        return {Revision.BASE: self.revisions.base_sha, Revision.HEAD: self.revisions.head_sha}

    def diff(self) -> str:
        """Return the unified diff of Python files."""
        return self.repository.diff(self.revisions)

    def read(self, revision: Revision, path: str) -> bytes | None:
        """Return a file's bytes on a revision."""
        return self.repository.read_file(self.shas[revision], path)

    def read_many(self, revision: Revision, paths: tuple[str, ...]) -> dict[str, bytes]:
        """Return the bytes of the files that exist and are not too large to be reviewed."""
        return self.repository.read_files(self.shas[revision], paths, MAX_FILE_BYTES)

    def files(self, revision: Revision) -> tuple[str, ...]:
        """Return all paths of a revision."""
        return self.repository.list_files(self.shas[revision])

    def export(self, revision: Revision, destination: Path) -> None:
        """Write the revision's files below ``destination``."""
        self.repository.export_tree(self.shas[revision], destination)


@dataclass(frozen=True)
class GitModules:
    """Modules of a repository as they are, every function counting as changed; no base."""

    repository: GitRepository
    head_sha: str
    paths: tuple[str, ...]

    @property
    def shas(self) -> dict[Revision, str]:
        """The commit id of head."""
        return {Revision.HEAD: self.head_sha}

    def diff(self) -> str:
        """Return the diff that adds the modules to nothing."""
        return "".join(self._added(path) for path in self._chosen())

    def _chosen(self) -> list[str]:
        chosen = [
            path
            for path in self.files(Revision.HEAD)
            if path.endswith(".py")
            and any(path == p or path.startswith(f"{p.rstrip('/')}/") for p in self.paths)
        ]
        if not chosen:
            raise UsageError(
                f"no Python file of the repository is at {', '.join(self.paths)}",
                "Give paths of committed modules or directories, relative to the repository.",
            )
        return chosen

    def _added(self, path: str) -> str:
        content = self.read(Revision.HEAD, path) or b""
        return addition(path, content.decode("utf-8", "surrogateescape"))

    def read(self, revision: Revision, path: str) -> bytes | None:
        """Return a file's bytes on head."""
        return self.repository.read_file(self.shas[revision], path)

    def read_many(self, revision: Revision, paths: tuple[str, ...]) -> dict[str, bytes]:
        """Return the bytes of the files that exist and are not too large to be reviewed."""
        return self.repository.read_files(self.shas[revision], paths, MAX_FILE_BYTES)

    def files(self, revision: Revision) -> tuple[str, ...]:
        """Return all paths of head."""
        return self.repository.list_files(self.shas[revision])

    def export(self, revision: Revision, destination: Path) -> None:
        """Write head's files below ``destination``."""
        self.repository.export_tree(self.shas[revision], destination)


def releases_as_repository(base: Path, head: Path, names: tuple[str, str], directory: Path) -> Path:
    """Make a repository with two commits out of two unpacked releases.

    Dependency bumps are then reviewed like any other change. Metadata and byte code are left
    out; extension modules stay, so that both releases import as they would be installed.

    Raises:
        InfrastructureError: git could not make it.
    """
    snapshots = [Snapshot(base, names[0]), Snapshot(head, names[1])]
    create_repository(directory, snapshots, _NOT_COPIED)
    return directory


def repository_name(path: Path) -> str:
    """Return what to call a local repository: its directory's name, never its path."""
    return os.path.basename(path.resolve()) or "repository"  # noqa: PTH119


def check_not_empty(change: GitChange) -> None:
    """Refuse a range without commits.

    Raises:
        RepositoryError: base and head are the same commit.
    """
    if change.revisions.is_empty:
        raise RepositoryError(
            "base and head are the same commit: there is nothing to review",
            "Give another --base, or review uncommitted changes with --worktree.",
        )
