"""The work tree as a revision: tracked and new files, as they are on disk."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from regoose_ci.domain.bounds import MAX_FILE_BYTES
from regoose_ci.errors import RepositoryError
from regoose_ci.repository.export import TreeEntry, TreeWriter, check_tree, is_safe_path
from regoose_ci.repository.process import GitProcess


def list_worktree(git: GitProcess) -> tuple[TreeEntry, ...]:
    """Tracked and untracked-but-not-ignored files that are on disk.

    Raises:
        RepositoryError: the tree is larger than what is reviewed.
    """
    names = git.names("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    entries = (_entry(git.directory, name) for name in sorted(set(names)))
    found = tuple(entry for entry in entries if entry is not None)
    check_tree(found)
    return found


def read_worktree_file(root: Path, path: str, max_bytes: int) -> bytes | None:
    """A regular file's bytes; ``None`` if it is larger, anything else, or behind a link."""
    entry = _entry(root, path)
    if entry is None or not entry.is_file or entry.size > max_bytes:
        return None
    return _read(root, path)


def add_worktree(git: GitProcess, writer: TreeWriter) -> None:
    """Give the work tree's files and links to ``writer``."""
    for entry in list_worktree(git):
        if entry.is_symlink:
            writer.add_link(entry.path, str((git.directory / entry.path).readlink()))
        else:
            writer.add_file(entry.path, _read(git.directory, entry.path), entry.mode)


def paths_left_out(git: GitProcess) -> tuple[str, ...]:
    """Tracked paths that a sparse checkout keeps off the disk."""
    listed = git.names("ls-files", "-t", "-z", "--cached")
    sparse = (line[2:] for line in listed if line.startswith("S "))
    return tuple(path for path in sparse if _entry(git.directory, path) is None)


def diff_of_untracked(git: GitProcess, suffix: str) -> str:
    """A unified diff that adds each untracked, not ignored file whose name ends in ``suffix``.

    Of a file that is too large to be reviewed there is the header alone.
    """
    names = git.names("ls-files", "-z", "--others", "--exclude-standard")
    sections = []
    for name in names:
        entry = _entry(git.directory, name) if name.endswith(suffix) else None
        if entry is not None and entry.is_file:
            content = read_worktree_file(git.directory, name, MAX_FILE_BYTES) or b""
            sections.append(addition(name, content.decode("utf-8", "surrogateescape")))
    return "".join(sections)


def _read(root: Path, path: str) -> bytes:
    try:
        return (root / path).read_bytes()
    except OSError as error:
        raise RepositoryError(
            f"{path} cannot be read: {error.strerror}.", "Mend the file, or review a commit."
        ) from error


def addition(path: str, text: str) -> str:
    """A unified diff that adds a file with this text."""
    lines = text.split("\n")
    end = "\n" if lines[-1] == "" else "\n\\ No newline at end of file\n"
    lines = lines[:-1] if lines[-1] == "" else lines
    old, new = _quote(f"a/{path}"), _quote(f"b/{path}")
    header = f"diff --git {old} {new}\nnew file mode 100644\n"
    if not lines:
        return header
    body = "\n".join(f"+{line}" for line in lines)
    return f"{header}--- /dev/null\n+++ {new}\n@@ -0,0 +1,{len(lines)} @@\n{body}{end}"


def _quote(path: str) -> str:
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}
    escaped = "".join(escapes.get(character, character) for character in path)
    return f'"{escaped}"' if escaped != path else path


def _entry(root: Path, path: str) -> TreeEntry | None:
    if not is_safe_path(path):
        return None
    file = root / path
    try:
        status = file.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not file.parent.resolve().is_relative_to(root.resolve()):
        return None
    if stat.S_ISLNK(status.st_mode):
        return TreeEntry(path, "120000", "", status.st_size)
    if stat.S_ISREG(status.st_mode):
        mode = "100755" if os.access(file, os.X_OK) and status.st_mode & 0o100 else "100644"
        return TreeEntry(path, mode, "", status.st_size)
    return None
