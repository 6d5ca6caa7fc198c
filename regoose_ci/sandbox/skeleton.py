"""The skeleton root of the ``host`` root file system: links into ``usr``, mount points.

Podman takes it as a directory; for Docker the same tree becomes an image.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tarfile
from pathlib import Path

from regoose_ci.domain.report import Level
from regoose_ci.errors import InfrastructureError
from regoose_ci.sandbox.base import WORK
from regoose_ci.sandbox.calls import EngineCallError, within
from regoose_ci.sandbox.flags import MAPPED_ROOT, skeleton_entries
from regoose_ci.temporary import temporary_directory

MAX_SITE_DIRECTORIES = 8
IMPORT_TIMEOUT = 60.0
_USERS = "root:x:0:0::/tmp:/bin/false\nnobody:x:65534:65534::/tmp:/bin/false\n"
_GROUP = "root:x:0:\nnogroup:x:65534:\n"
_LINKS = ("bin", "lib", "lib64", "sbin")


def ensure_skeleton(cache: Path, level: Level) -> Path:
    """Make the skeleton in ``cache`` if it is missing, and return its path.

    At level ``userns`` it is given to the mapped root of the containers, which must be able to
    open its mount points.
    """
    root = cache / f"root-{level}-{_version()}"
    if root.is_dir():
        return root
    with temporary_directory("root", cache) as directory:
        part = directory / "root"
        _fill(part)
        if level == "userns":
            _give_to_mapped_root(part)
        with contextlib.suppress(OSError):  # another session was faster
            part.rename(root)
    return root


def image_name() -> str:
    """Return the name of the skeleton's image."""
    return f"regoose-skeleton:{_version()}"


def ensure_image(docker: str, skeleton: Path) -> None:
    """Make the image of ``skeleton`` in a Docker engine if it is missing.

    Raises:
        InfrastructureError: the engine did not take it.
    """
    try:
        within(IMPORT_TIMEOUT, lambda: _import_once(docker, skeleton))
    except (EngineCallError, OSError) as error:
        raise InfrastructureError(f"the sandbox's image could not be made: {error}") from error


def _import_once(docker: str, skeleton: Path) -> None:
    from python_on_whales import DockerClient  # noqa: PLC0415 - slow, and only Docker needs it
    from python_on_whales.exceptions import DockerException  # noqa: PLC0415

    images = DockerClient(client_call=[docker]).image
    name = image_name()
    try:
        if images.exists(name):
            return
        with temporary_directory("image", skeleton.parent) as directory:
            archive = directory / "skeleton.tar"
            with tarfile.open(archive, "w") as tar:
                tar.add(skeleton, arcname=".", filter=_as_root)
            images.import_(archive, tag=name)
    except DockerException as error:
        reason = (error.stderr or str(error)).strip()[-300:]
        raise EngineCallError(reason) from error


def _as_root(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry


def _entries() -> tuple[tuple[str, ...], tuple[str, ...]]:
    return skeleton_entries(("opt/env", *(f"opt/env{n}" for n in range(MAX_SITE_DIRECTORIES))))


def _version() -> str:
    links = [link for link in _LINKS if Path("/", link).exists()]
    return hashlib.sha256(repr((3, _entries(), _USERS, _GROUP, links)).encode()).hexdigest()[:12]


def _fill(root: Path) -> None:
    directories, files = _entries()
    for directory in directories:
        (root / directory).mkdir(parents=True, exist_ok=True)
    for file in files:
        (root / file).touch()
    (root / "etc/passwd").write_text(_USERS)
    (root / "etc/group").write_text(_GROUP)
    for path in (root, *root.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    for writable in ("tmp", WORK.lstrip("/")):
        (root / writable).chmod(0o1777)  # runc gives a tmpfs the mode of its mount point
    for link in _LINKS:
        if Path("/", link).exists():
            (root / link).symlink_to(f"usr/{link}")
    (root / "etc/mtab").symlink_to("/proc/mounts")  # Podman makes it where it is missing


def _give_to_mapped_root(root: Path) -> None:
    for directory, names, files in os.walk(root):
        for name in (".", *names, *files):
            os.chown(Path(directory, name), MAPPED_ROOT, MAPPED_ROOT, follow_symlinks=False)
