"""The project's image: made once per state of the tree, and kept outside of it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.program import ROOT

CACHE = Path(os.environ.get("REGOOSE_TEST_CACHE", "/var/cache/regoose"))
CERTIFICATES = Path("/etc/ssl/certs")
NAME = "localhost/regoose-ci"
_PARENT = "localhost/regoose-parent:bookworm"
_PARENT_PACKAGES = "python3,ca-certificates,git"
_SOURCES = ("Dockerfile", "LICENSE", "README.md", "pyproject.toml")
_BUILD_SECONDS = 900


@dataclass(frozen=True)
class Client:
    """A container engine as somebody uses it: ``docker`` or ``podman``, who, and where from."""

    engine: str
    environment: dict[str, str]
    user: str | None = None
    """Another user to be; ``None`` is whoever runs the tests."""
    options: tuple[str, ...] = ()

    def call(
        self, *command: str, seconds: float = 120, cwd: Path = Path("/")
    ) -> subprocess.CompletedProcess[str]:
        """Run any command as this user, in this environment."""
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=seconds, cwd=cwd,
            env=self.environment, user=self.user, group=self.user,
            extra_groups=None if self.user is None else [],
        )  # fmt: skip

    def run(self, *arguments: str, seconds: float = 120) -> str:
        """Run a command of the engine; returns what it prints."""
        done = self.call(self.engine, *self.options, *arguments, seconds=seconds)
        assert done.returncode == 0, f"{self.engine} {arguments[0]}: {done.stderr[-3000:]}"
        return done.stdout

    def load(self, image: Image) -> None:
        """Make this engine have the image, and no older one or container of a killed test."""
        for kind in ("container", "volume"):
            self.run(kind, "prune", "--force")
        names = self.run("images", "--format", "{{.Repository}}:{{.Tag}}", NAME).split()
        if image.name not in names:
            self.run("load", "--input", str(image.archive), seconds=_BUILD_SECONDS)
        for old in set(names) - {image.name}:
            self.run("rmi", old)


@dataclass(frozen=True)
class Image:
    """A built image: its name, and the archive that engines load it from."""

    name: str
    archive: Path = field(repr=False)


def build_image() -> Image:
    """Build the image of this tree with Podman as root, unless that was done before."""
    tag = _tag()
    name, archive = f"{NAME}:{tag}", CACHE / f"image-{tag}.tar"
    if archive.exists():
        return Image(name, archive)
    # Storage of its own: what it holds can be thrown away as a whole.
    options = (f"--root={CACHE}/images", "--runroot=/run/regoose-images")
    podman = Client("podman", dict(os.environ), options=options)
    _import_parent(podman)
    command = ["build", "--isolation=chroot", "--network=host", "--layers", f"--tag={name}"]
    command += [f"--volume={CERTIFICATES}:{CERTIFICATES}:ro", f"--build-arg=BASE={_PARENT}"]
    podman.run(*command, str(ROOT), seconds=_BUILD_SECONDS)
    part = archive.with_suffix(".part")
    part.unlink(missing_ok=True)  # Podman does not write over an archive
    podman.run("save", "--quiet", f"--output={part}", name, seconds=_BUILD_SECONDS)
    part.chmod(0o644)
    for old in [*CACHE.glob("image-*.tar")]:
        old.unlink()
    part.rename(archive)
    for image in podman.run("images", "--format", "{{.Repository}}:{{.Tag}}", NAME).split():
        if image != name:
            podman.run("rmi", image)
    # Layers of earlier trees; those of today make the next build quick.
    podman.run("image", "prune", "--force", "--filter=until=24h")
    return Image(name, archive)


def _tag() -> str:
    """Hash everything that goes into the image."""
    files = [ROOT / name for name in _SOURCES]
    files += sorted((ROOT / ".ci").glob("image_*"))
    files += sorted(p for p in (ROOT / "regoose_ci").rglob("*") if p.is_file())
    digest = hashlib.sha256()
    for path in files:
        if "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _import_parent(podman: Client) -> None:
    """Stand in for the Dockerfile's parent image, which would come from a registry."""
    if _PARENT in podman.run("images", "--format", "{{.Repository}}:{{.Tag}}").split():
        return
    archive = CACHE / "bookworm-base.tar"
    if not archive.exists():
        _debootstrap(podman, archive)
    podman.run("import", "--quiet", str(archive), _PARENT, seconds=_BUILD_SECONDS)


def _debootstrap(podman: Client, archive: Path) -> None:
    place = Path(tempfile.mkdtemp(prefix="regoose-parent-", dir="/var/tmp"))
    try:
        root, part = place / "root", archive.with_suffix(".part")
        script = [f"--include={_PARENT_PACKAGES}", "bookworm", str(root)]
        made = podman.call("debootstrap", "--variant=minbase", *script, seconds=_BUILD_SECONDS)
        assert made.returncode == 0, made.stdout[-3000:]
        left_out = [f"--exclude=./{name}/*" for name in ("dev", "proc", "sys", "var/cache/apt")]
        packed = podman.call(
            "tar", "--numeric-owner", "--xattrs", *left_out, f"--directory={root}",
            "--create", f"--file={part}", ".", seconds=_BUILD_SECONDS,
        )  # fmt: skip
        assert packed.returncode == 0, packed.stderr
        part.rename(archive)
    finally:
        shutil.rmtree(place)
