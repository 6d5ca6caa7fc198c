"""The one place that writes a container's argument list. Pure.

python-on-whales has no parameter for user-namespace maps, a plain directory as root file
system, ``--read-only-tmpfs``, ``--http-proxy`` or ``--cgroups``, so the list is our own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from regoose_ci.domain.report import Level
from regoose_ci.errors import InfrastructureError
from regoose_ci.sandbox.base import WORK, GuestLimits, Mount

MAPPED_ROOT = 1_879_048_192
"""First host uid of the range that containers started by root are mapped onto (unused by
systemd's allocation table, https://systemd.io/UIDS-GIDS)."""
MAPPED_COUNT = 65_536
FIRST_USER = 1_000
LAST_USER = 64_999
"""Users inside guests. Each guest of a session gets one of its own, because the kernel counts
processes (``nproc``) per user and namespace, not per container."""


@dataclass(frozen=True, slots=True)
class Engine:
    """How containers are started on this machine.

    ``rootfs`` is the skeleton directory for the ``host`` root file system, and ``image`` the
    image to start: for Docker the skeleton's own, without ``rootfs`` any OCI image. ``extra`` are
    flags that the probe found to be needed here. ``seccomp`` is a profile to use in place of the
    engine's own.
    """

    command: str
    level: Level
    rootfs: Path | None = None
    image: str | None = None
    runtime: str | None = None
    extra: tuple[str, ...] = ()
    seccomp: Path | None = None


@dataclass(frozen=True, slots=True)
class ContainerSpec:
    """One container: name, what it sees, what it may use, what it runs; ``user`` from 1000.

    ``work_mb`` is the size of a writable directory of its own at ``WORK``.
    """

    name: str
    argv: tuple[str, ...]
    mounts: tuple[Mount, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    limits: GuestLimits = field(default_factory=GuestLimits)
    user: int = FIRST_USER
    work_mb: int = 0


def run_arguments(engine: Engine, spec: ContainerSpec) -> list[str]:
    """Return the whole command line that starts ``spec`` attached to our pipes."""
    limits = spec.limits
    command = [engine.command]
    command += ["run", "--rm", "--interactive", "--name", spec.name, "--label", "regoose=guest"]
    command += [*_isolation(engine, spec.user), *_limits(limits)]
    if spec.work_mb:
        command += ["--tmpfs", f"{WORK}:rw,exec,size={spec.work_mb}m,mode=1777"]
    for mount in [*_host_mounts(engine), *spec.mounts]:
        command += ["--mount", _mount(mount)]
    for name, value in spec.env:
        command += ["--env", f"{name}={value}"]
    command += [*engine.extra, "--workdir", "/", "--entrypoint", ""]
    if engine.rootfs is not None and engine.level != "docker":
        command += ["--rootfs", str(engine.rootfs)]
    else:
        command += [str(engine.image)]
    return [*command, *spec.argv]


def _isolation(engine: Engine, user: int) -> list[str]:
    flags = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
    flags += ["--network", "none", "--log-driver", "none"]
    if "--uts=host" not in engine.extra:
        flags += ["--hostname", "sandbox"]
    if engine.seccomp is not None:
        flags += ["--security-opt", f"seccomp={engine.seccomp}"]
    if engine.level == "docker":
        # No user namespace: a user that no account of the host has, and no proxy from the
        # client's configuration, whose address may hold a password.
        user += MAPPED_ROOT
        for name in ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy"):
            flags += ["--env", f"{name}=", "--env", f"{name.upper()}="]
        return [*flags, "--user", f"{user}:{user}"]
    flags += ["--user", f"{user}:{user}"]
    flags += ["--read-only-tmpfs=false", "--http-proxy=false", "--umask", "0000"]
    if engine.runtime:
        flags += ["--runtime", engine.runtime]
    if engine.level == "userns":
        mapping = f"0:{MAPPED_ROOT}:{MAPPED_COUNT}"
        flags += ["--uidmap", mapping, "--gidmap", mapping]
    return flags


def _limits(limits: GuestLimits) -> list[str]:
    memory = f"{limits.memory_mb}m"
    return [
        "--tmpfs", f"/tmp:rw,size={limits.tmp_mb}m,mode=1777",  # noqa: S108 - inside the guest
        "--memory", memory,
        "--memory-swap", memory,
        "--pids-limit", str(limits.pids),
        "--cpus", f"{limits.cpus:g}",
        "--shm-size", "16m",
        "--ulimit", f"nofile={limits.open_files}:{limits.open_files}",
        "--ulimit", f"nproc={limits.pids}:{limits.pids}",
        "--ulimit", "core=0:0",
    ]  # fmt: skip


def _host_mounts(engine: Engine) -> list[Mount]:
    if engine.rootfs is None:
        return []
    mounts = [Mount(Path("/usr"), "/usr")]
    cache = Path("/etc/ld.so.cache")
    return [*mounts, Mount(cache, str(cache))] if cache.exists() else mounts


def _mount(mount: Mount) -> str:
    source = str(mount.source)
    if "," in source:
        raise InfrastructureError(
            f"cannot mount {mount.source.name}: its path contains a comma",
            "use a cache directory and a repository whose paths have no comma (REGOOSE_CACHE_DIR)",
        )
    return f"type=bind,source={source},target={mount.target},readonly"


def skeleton_entries(mounts: Sequence[str] = ()) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return directories and empty files that a skeleton root must hold as mount points."""
    directories = (
        "usr", "proc", "sys", "dev", "tmp", "etc", "run", "var/tmp", "work/repo", "work/build",
        "opt/build", "opt/python", "opt/regoose/regoose_guest", "opt/regoose/tools", *mounts,
    )  # fmt: skip
    files = ("etc/hosts", "etc/hostname", "etc/resolv.conf", "etc/ld.so.cache", "run/.containerenv")
    return directories, files
