"""Write a tree into a directory, byte for byte, without ever leaving that directory.

Blobs are written as they are committed instead of through ``git checkout-index``: that would
apply the attributes of the reviewed commit (filters, line endings, encodings, ``ident``).
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from regoose_ci.domain.bounds import (
    MAX_NAME_LENGTH,
    MAX_PATH_LENGTH,
    MAX_TREE_BYTES,
    MAX_TREE_DEPTH,
    MAX_TREE_FILES,
)
from regoose_ci.errors import InfrastructureError, RepositoryError, full_disk_error

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
    """Refuse a tree that is too large, holds too many files, deep ones or too long names.

    Raises:
        RepositoryError: it is.
    """
    paths = [entry.path for entry in entries]
    names = {name for path in paths for name in path.split("/")}
    measured = (
        ("holds {} bytes", sum(entry.size for entry in entries), MAX_TREE_BYTES),
        ("holds {} files", len(paths), MAX_TREE_FILES),
        ("is {} directories deep", _most(path.count("/") for path in paths), MAX_TREE_DEPTH),
        ("holds a name of {} bytes", _most(len(os.fsencode(n)) for n in names), MAX_NAME_LENGTH),
        ("holds a path of {} bytes", _most(len(os.fsencode(p)) for p in paths), MAX_PATH_LENGTH),
    )
    for problem, amount, limit in measured:
        if amount > limit:
            raise RepositoryError(
                f"The tree {problem.format(f'{amount:,}')}, more than the limit of {limit:,}.",
                "Review a repository without large files, generated trees, copies of others and"
                " names that no disk holds.",
            )


def _most(amounts: Iterable[int]) -> int:
    return max(amounts, default=0)


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
            raise full_disk_error(error) or InfrastructureError(
                f"Could not export {path}: {error.strerror}."
            ) from error

    def add_link(self, path: str, target: str) -> None:
        """Keep a link for ``finish``, unless it points out of the tree or is none that can be."""
        reached = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        possible = 0 < len(os.fsencode(target)) <= MAX_PATH_LENGTH and "\0" not in target
        if possible and is_safe_path(path) and is_safe_path(reached):
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
