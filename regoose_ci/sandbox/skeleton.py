"""The skeleton root of the ``host`` root file system: links into ``usr``, mount points."""

from __future__ import annotations

import os
from pathlib import Path

from regoose_ci.sandbox.flags import MAPPED_ROOT, skeleton_entries

MAX_SITE_DIRECTORIES = 8
_USERS = "root:x:0:0::/tmp:/bin/false\nnobody:x:65534:65534::/tmp:/bin/false\n"
_GROUP = "root:x:0:\nnogroup:x:65534:\n"
_LINKS = ("bin", "lib", "lib64", "sbin")


def ensure_skeleton(cache: Path) -> Path:
    """Make the skeleton in ``cache`` if it is missing or incomplete, and return its path.

    Started by root, it is given to the mapped root of the containers, which must be able to
    open its mount points.
    """
    root = cache / ("root-mapped" if os.geteuid() == 0 else "root")
    sites = tuple(f"opt/env{n}" for n in range(MAX_SITE_DIRECTORIES))
    directories, files = skeleton_entries(("opt/env", *sites))
    for directory in directories:
        (root / directory).mkdir(parents=True, exist_ok=True)
    for file in files:
        (root / file).touch()
    for path in [root, *root.rglob("*")]:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    (root / "tmp").chmod(0o1777)  # runc gives a tmpfs the mode of its mount point
    (root / "etc/passwd").write_text(_USERS)
    (root / "etc/group").write_text(_GROUP)
    for link in _LINKS:
        if Path("/", link).exists() and not (root / link).is_symlink():
            (root / link).symlink_to(f"usr/{link}")
    if os.geteuid() == 0:
        _give_to_mapped_root(root)
    return root


def _give_to_mapped_root(root: Path) -> None:
    for directory, names, files in os.walk(root):
        for name in (".", *names, *files):
            os.chown(Path(directory, name), MAPPED_ROOT, MAPPED_ROOT, follow_symlinks=False)
