"""Write a tree into a directory, byte for byte, without ever leaving that directory.

Blobs are written as they are committed instead of through ``git checkout-index``: that would
apply the attributes of the reviewed commit (filters, line endings, encodings, ``ident``).
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from regoose_ci.domain.bounds import MAX_TREE_BYTES, MAX_TREE_DEPTH, MAX_TREE_FILES
from regoose_ci.errors import RepositoryError

_DIRECTORY_MODE = 0o755
_FILE_MODE = 0o644
_PROGRAM_MODE = 0o755


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One file of a tree: its git mode (``100644``, ``120000``, …), object and size in bytes."""

    path: str
    mode: str
    object_id: str
    size: int

    @property
    def is_symlink(self) -> bool:
        """A symbolic link, whose content is its target."""
        return self.mode == "120000"

    @property
    def is_file(self) -> bool:
        """A regular file, perhaps executable."""
        return self.mode.startswith("100")


def check_tree(entries: Collection[TreeEntry]) -> None:
    """Refuse a tree that is too large, holds too many files or is nested too deeply.

    Raises:
        RepositoryError: it is.
    """
    remedy = "Review a repository without large files, generated trees and copies of others."
    total = sum(entry.size for entry in entries)
    if total > MAX_TREE_BYTES:
        problem = f"holds {total:,} bytes, more than the limit of {MAX_TREE_BYTES:,}"
        raise RepositoryError(f"The tree {problem}.", remedy)
    if len(entries) > MAX_TREE_FILES:
        problem = f"holds {len(entries):,} files, more than the limit of {MAX_TREE_FILES:,}"
        raise RepositoryError(f"The tree {problem}.", remedy)
    depth = max((entry.path.count("/") for entry in entries), default=0)
    if depth > MAX_TREE_DEPTH:
        problem = f"is {depth} directories deep, more than the limit of {MAX_TREE_DEPTH}"
        raise RepositoryError(f"The tree {problem}.", remedy)


class TreeWriter:
    """Writes files, then links, below ``destination``, which must be empty or absent."""

    def __init__(self, destination: Path) -> None:
        self._root = destination
        self._links: list[tuple[str, str]] = []
        self._made: set[str] = set()
        destination.mkdir(parents=True, exist_ok=True)
        destination.chmod(_DIRECTORY_MODE)

    def add_file(self, path: str, content: bytes, mode: str) -> None:
        """Write one file. Paths that no checkout would make (``..``, ``.git``) are left out."""
        if not is_safe_path(path):
            return
        self._make_parents(path)
        permissions = _PROGRAM_MODE if mode == "100755" else _FILE_MODE
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        target = self._root / path
        try:
            with os.fdopen(os.open(target, flags, permissions), "wb") as stream:
                stream.write(content)
                os.fchmod(stream.fileno(), permissions)
        except OSError as error:
            raise RepositoryError(f"{path} could not be exported: {error.strerror}.") from error

    def add_link(self, path: str, target: str) -> None:
        """Keep a symbolic link for ``finish``, unless it points outside of the tree."""
        reached = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        if is_safe_path(path) and target and is_safe_path(reached):
            self._links.append((path, target))

    def finish(self) -> None:
        """Make the links, after all files so that no write follows one."""
        links = []
        for path, target in self._links:
            self._make_parents(path)
            link = self._root / path
            if not os.path.lexists(link):
                link.symlink_to(target)
                links.append(link)
        self._drop_escaping(links)

    def _drop_escaping(self, links: list[Path]) -> None:
        """Drop links that leave the tree through other links; each drop can change the rest."""
        root = self._root.resolve()
        dropped = True
        while dropped:
            outside = [k for k in links if not _resolve(k).is_relative_to(root)]
            for link in outside:
                link.unlink()
                links.remove(link)
            dropped = bool(outside)

    def _make_parents(self, path: str) -> None:
        parent = posixpath.dirname(path)
        if not parent or parent in self._made:
            return
        self._make_parents(parent)
        directory = self._root / parent
        directory.mkdir(exist_ok=True)
        directory.chmod(_DIRECTORY_MODE)
        self._made.add(parent)


def is_safe_path(path: str) -> bool:
    """A relative path that stays below its root and outside of ``.git``."""
    parts = path.split("/")
    return not path.startswith("/") and not any(
        part in {"", ".."} or part.lower() == ".git" for part in parts
    )


def _resolve(link: Path) -> Path:
    try:
        return link.resolve()
    except (OSError, RuntimeError):  # a loop of links; Python < 3.13 raises RuntimeError
        return link.parent.resolve() / link.name
