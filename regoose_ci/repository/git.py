"""A git repository as a review sees it: a range, its diff, and the files of both revisions."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from regoose_ci.domain.bounds import MAX_DIFF_BYTES, MAX_TREE_BYTES
from regoose_ci.errors import RepositoryError
from regoose_ci.repository.export import TreeEntry, TreeWriter, check_tree
from regoose_ci.repository.process import (
    GitCommandError,
    GitProcess,
    OutputTooLargeError,
    disabled_filters,
    find_root,
)
from regoose_ci.repository.references import References
from regoose_ci.repository.worktree import (
    add_worktree,
    diff_of_untracked,
    list_worktree,
    paths_left_out,
    read_worktree_file,
)

_WORKTREE = "-worktree"
_DIFF = (
    "diff",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--no-relative",
    "--ignore-submodules=all",
    "-O/dev/null",
)
_PATCH = (
    "--find-renames",
    "--unified=0",
    "--inter-hunk-context=0",
    "--diff-algorithm=histogram",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--text",
)


@dataclass(frozen=True, slots=True)
class RevisionRange:
    """Base and head of a review: commit ids, or ``<id>-worktree`` for a dirty work tree."""

    base_sha: str
    head_sha: str

    @property
    def is_empty(self) -> bool:
        """Base and head are the same commit, so that there is nothing to review."""
        return self.base_sha == self.head_sha

    @property
    def is_worktree(self) -> bool:
        """Head is the work tree with its uncommitted changes."""
        return self.head_sha.endswith(_WORKTREE)


class GitRepository:
    """One repository, bare or with a work tree. Every method blocks; none writes to it."""

    def __init__(self, git: GitProcess, is_bare: bool) -> None:
        self._git = git
        self._is_bare = is_bare
        self._references = References(git)
        self._tree = functools.lru_cache(maxsize=8)(self._read_tree)
        self._left_out = functools.lru_cache(maxsize=1)(self._find_left_out)

    @classmethod
    def open(cls, path: Path) -> GitRepository:
        """Open the repository that ``path`` is in.

        Raises:
            RepositoryError: the path is no directory or in no repository, or git is missing.
        """
        if not path.is_dir():
            raise RepositoryError(
                f"{path.name or path} is not a directory.", "Give the path of a git repository."
            )
        git = GitProcess(find_root(path.resolve()))
        try:
            is_bare = git.text("rev-parse", "--is-bare-repository").strip() == "true"
        except GitCommandError as error:
            raise RepositoryError(
                f"{path.name or path} is not a git repository.",
                "Run regoose inside a clone, or give the path of one.",
            ) from error
        return cls(git.with_settings(disabled_filters(git)), is_bare)

    @property
    def root(self) -> Path:
        """The top of the work tree, or the git directory of a bare repository."""
        return self._git.directory

    def resolve_range(self, base: str | None, head: str | None) -> RevisionRange:
        """Pin head (``HEAD`` by default) and its merge base with ``base``.

        Without ``base`` it is the default branch's; where head is already part of that branch,
        base is head's first parent.

        Raises:
            RepositoryError: an unknown reference, no common history, or no default branch.
        """
        head_sha = self._references.commit(head or "HEAD")
        if base is not None:
            return RevisionRange(self._references.merge_base(base, head_sha), head_sha)
        branch = self._references.default_branch()
        merge_base = self._references.merge_base(branch, head_sha)
        if merge_base == head_sha:
            merge_base = self._references.first_parent(head_sha, branch)
        return RevisionRange(merge_base, head_sha)

    def resolve_pinned(self, base: str, head: str) -> RevisionRange:
        """The range between two commits as they are; no history is needed.

        Raises:
            RepositoryError: an unknown reference.
        """
        return RevisionRange(self._references.commit(base), self._references.commit(head))

    def resolve_worktree(self, base: str | None) -> RevisionRange:
        """The range from ``base`` (``HEAD`` by default) to the work tree as it is on disk.

        Raises:
            RepositoryError: the repository is bare, or the reference is unknown or unrelated.
        """
        if self._is_bare:
            raise RepositoryError(
                f"{self.root.name} is a bare repository and has no work tree.",
                "Leave --worktree out, or run in a clone with a work tree.",
            )
        head_sha = self._references.commit("HEAD")
        base_sha = self._references.merge_base(base, head_sha) if base else head_sha
        return RevisionRange(base_sha, head_sha + _WORKTREE)

    def diff(self, revisions: RevisionRange) -> str:
        """The unified diff of Python files, without context; odd bytes survive as surrogates.

        Raises:
            RepositoryError: it is larger than what is reviewed.
        """
        arguments = (*_DIFF, *_PATCH, *_ends(revisions), "--", ":(top)*.py")
        try:
            patch = self._git.text(*arguments, max_bytes=MAX_DIFF_BYTES)
        except OutputTooLargeError as error:
            raise RepositoryError(
                f"The diff of Python files holds more than {MAX_DIFF_BYTES:,} bytes.",
                "Review the change in parts: give a --base and a --head that are nearer.",
            ) from error
        return patch + diff_of_untracked(self._git, ".py") if revisions.is_worktree else patch

    def changed_paths(self, revisions: RevisionRange) -> tuple[str, ...]:
        """Every path that differs, Python or not."""
        names = self._git.names(*_DIFF, "--name-only", "-z", "--no-renames", *_ends(revisions))
        if revisions.is_worktree:
            names += self._git.names("ls-files", "-z", "--others", "--exclude-standard")
        return tuple(sorted(set(names)))

    def list_files(self, revision: str) -> tuple[str, ...]:
        """Paths of the regular files of a revision, sorted."""
        return tuple(sorted(p for p, e in self._entries(revision).items() if e.is_file))

    def read_file(self, revision: str, path: str) -> bytes | None:
        """One regular file's bytes; ``None`` where there is none."""
        return self.read_files(revision, (path,)).get(path)

    def read_files(
        self, revision: str, paths: Iterable[str], max_bytes: int = MAX_TREE_BYTES
    ) -> dict[str, bytes]:
        """The bytes of many files, quickly; what is larger or no regular file is left out."""
        if revision.endswith(_WORKTREE):
            contents = {path: read_worktree_file(self.root, path, max_bytes) for path in paths}
            found = {path: content for path, content in contents.items() if content is not None}
            return found | self._read_files(self._left_out(revision), paths, max_bytes)
        return self._read_files(self._tree(revision), paths, max_bytes)

    def _read_files(
        self, entries: Mapping[str, TreeEntry], paths: Iterable[str], max_bytes: int
    ) -> dict[str, bytes]:
        files = (entries[p] for p in paths if p in entries and entries[p].is_file)
        wanted = [entry for entry in files if entry.size <= max_bytes]
        if not wanted:
            return {}
        with self._git.open_blobs() as blobs:
            return {entry.path: blobs.read(entry.object_id) for entry in wanted}

    def export_tree(self, revision: str, destination: Path) -> None:
        """Write a revision's files below ``destination``, readable by everyone, without ``.git``.

        Links that lead outside of the tree and submodules are left out.

        Raises:
            RepositoryError: the tree is larger than what is reviewed, or an object is missing.
        """
        writer = TreeWriter(destination)
        if revision.endswith(_WORKTREE):
            add_worktree(self._git, writer)
            entries = self._left_out(revision)
        else:
            entries = self._tree(revision)
        with self._git.open_blobs() as blobs:
            for entry in entries.values():
                if entry.is_file:
                    writer.add_file(entry.path, blobs.read(entry.object_id), entry.mode)
                elif entry.is_symlink:
                    target = blobs.read(entry.object_id).decode("utf-8", "surrogateescape")
                    writer.add_link(entry.path, target)
        writer.finish()

    def message(self, revision: str) -> tuple[str, str]:
        """Title and body of a commit's message."""
        raw = self._git.run("cat-file", "commit", revision.removesuffix(_WORKTREE))
        text = raw.partition(b"\n\n")[2].decode("utf-8", "replace").strip()
        title, _, body = text.partition("\n")
        return title.strip(), body.strip()

    def _entries(self, revision: str) -> dict[str, TreeEntry]:
        if revision.endswith(_WORKTREE):
            return self._left_out(revision) | {e.path: e for e in list_worktree(self._git)}
        return self._tree(revision)

    def _find_left_out(self, revision: str) -> dict[str, TreeEntry]:
        """What a sparse checkout leaves out of the work tree, as its commit has it."""
        missing = set(paths_left_out(self._git))
        if not missing:
            return {}
        entries = self._tree(revision.removesuffix(_WORKTREE))
        return {path: entry for path, entry in entries.items() if path in missing}

    def _read_tree(self, sha: str) -> dict[str, TreeEntry]:
        entries = {}
        for line in self._git.names("ls-tree", "-r", "-l", "-z", "--full-tree", sha):
            details, _, path = line.partition("\t")
            mode, _, object_id, size = details.split()
            entries[path] = TreeEntry(path, mode, object_id, 0 if size == "-" else int(size))
        check_tree(entries.values())
        return entries


def _ends(revisions: RevisionRange) -> tuple[str, ...]:
    if revisions.is_worktree:
        return (revisions.base_sha,)
    return (revisions.base_sha, revisions.head_sha)
