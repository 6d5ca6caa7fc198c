"""Write into an exported tree, whose links and names a pull request chose."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath


def write_new_file(root: Path, relative: str, data: bytes) -> bool:
    """Write ``root/relative`` unless something is there; tell whether it was written.

    A path that leaves ``root``, by its name or through a link, is not written.
    """
    parts = PurePosixPath(relative).parts
    if not parts or parts[0] == "/" or ".." in parts or "\0" in relative:
        return False
    target = root.joinpath(*parts)
    if target.is_symlink() or target.exists() or not _stays_inside(root, target.parent):
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(target, flags, 0o644), "wb") as file:
        file.write(data)
    return True


def _stays_inside(root: Path, directory: Path) -> bool:
    """Tell whether ``directory`` is ``root`` or a plain directory (to be) below it."""
    current = root
    for part in directory.relative_to(root).parts:
        current = current / part
        if current.is_symlink() or (current.exists() and not current.is_dir()):
            return False
    return True
