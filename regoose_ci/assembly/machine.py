"""What this machine is like, as far as a sandbox needs it: looked up here, judged elsewhere."""

from __future__ import annotations

import os
import platform
import pwd
import re
import shutil
import stat
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from regoose_ci.sandbox.probe import Attempt

Cgroup = Literal["v2", "hybrid", "v1", "none"]
Daemon = Literal["running", "stopped", "forbidden", "absent"]

_COMMANDS = ("git", "podman", "docker", "crun", "runc", "newuidmap", "newgidmap", "fuse-overlayfs")
_MANAGERS = ("apt-get", "dnf", "zypper", "pacman", "apk")
_SECONDS = 10


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """Facts, no opinions. A setting of the kernel that it does not have is ``None``."""

    system: str = "Linux"
    kernel: tuple[int, int] = (6, 1)
    user: str = "dev"
    is_root: bool = False
    commands: frozenset[str] = frozenset()
    package_manager: str = ""
    podman_version: str = ""
    docker: Daemon = "absent"
    cgroup: Cgroup = "v2"
    controllers: frozenset[str] = frozenset({"cpu", "memory", "pids"})
    """Those of cgroup v2 that this user's containers may use."""
    maps_are_privileged: bool = True
    """Whether newuidmap and newgidmap are setuid or have their capabilities."""
    subordinate_ids: int = 65_536
    """The fewer of this user's subordinate user ids and group ids."""
    next_subordinate_id: int = 100_000
    """The first id above all that users have."""
    max_user_namespaces: int | None = None
    unprivileged_namespaces: bool | None = None
    apparmor_restricts: bool = False
    tun: bool = True
    attempts: tuple[Attempt, ...] = field(default=())


def look(attempts: tuple[Attempt, ...]) -> MachineFacts:
    """Look at this machine; ``attempts`` is what came of starting canary containers."""
    user = _user()
    ranges = [_ranges(Path(file)) for file in ("/etc/subuid", "/etc/subgid")]
    commands = frozenset(name for name in _COMMANDS if _which(name))
    return MachineFacts(
        system=platform.system(),
        kernel=_kernel(platform.release()),
        user=user,
        is_root=os.geteuid() == 0,
        commands=commands,
        package_manager=next((name for name in _MANAGERS if shutil.which(name)), ""),
        podman_version=_version("podman") if "podman" in commands else "",
        docker=_docker() if "docker" in commands else "absent",
        cgroup=_cgroup(Path("/sys/fs/cgroup")),
        controllers=_controllers(Path("/sys/fs/cgroup")),
        maps_are_privileged=all(_is_privileged(n) for n in ("newuidmap", "newgidmap")),
        subordinate_ids=min(_owned(found, (user, str(os.getuid()))) for found in ranges),
        next_subordinate_id=max(100_000, *(r.end for found in ranges for r in found), 0),
        max_user_namespaces=_sysctl("user/max_user_namespaces"),
        unprivileged_namespaces=_switch("kernel/unprivileged_userns_clone"),
        apparmor_restricts=_switch("kernel/apparmor_restrict_unprivileged_userns") or False,
        tun=os.access("/dev/net/tun", os.R_OK | os.W_OK),
        attempts=attempts,
    )


def _which(name: str) -> str | None:
    # Runtimes are often where only root looks.
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _kernel(release: str) -> tuple[int, int]:
    found = re.match(r"(\d+)\.(\d+)", release)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _cgroup(root: Path) -> Cgroup:
    if (root / "cgroup.controllers").exists():
        return "v2"
    if (root / "unified").exists():
        return "hybrid"
    return "v1" if (root / "memory").exists() or (root / "pids").exists() else "none"


def _controllers(root: Path) -> frozenset[str]:
    uid = os.getuid()
    own = root / f"user.slice/user-{uid}.slice/user@{uid}.service" if uid else root
    try:
        return frozenset((own / "cgroup.controllers").read_text().split())
    except OSError:
        return frozenset()


def _is_privileged(name: str) -> bool:
    path = _which(name)
    if path is None:
        return False
    try:
        has_capability = bool(os.getxattr(path, "security.capability"))
    except OSError:
        has_capability = False
    return has_capability or bool(Path(path).stat().st_mode & stat.S_ISUID)


@dataclass(frozen=True, slots=True)
class _Range:
    owner: str
    start: int
    count: int

    @property
    def end(self) -> int:
        return self.start + self.count


def _ranges(file: Path) -> tuple[_Range, ...]:
    try:
        lines = [line.split(":") for line in file.read_text(encoding="utf-8").splitlines()]
    except OSError:
        return ()
    numbered = [n for n in lines if len(n) == 3 and n[1].isdigit() and n[2].isdigit()]
    return tuple(_Range(owner, int(start), int(count)) for owner, start, count in numbered)


def _owned(ranges: tuple[_Range, ...], owners: tuple[str, str]) -> int:
    return sum(found.count for found in ranges if found.owner in owners)


def _sysctl(name: str) -> int | None:
    try:
        return int(Path("/proc/sys", name).read_text())
    except (OSError, ValueError):
        return None


def _switch(name: str) -> bool | None:
    value = _sysctl(name)
    return None if value is None else value != 0


def _docker() -> Daemon:
    done = _asked("docker", "version", "--format", "{{.Server.Version}}")
    if done is not None and done.returncode == 0:
        return "running"
    said = done.stderr.lower() if done is not None else ""
    return "forbidden" if "permission denied" in said else "stopped"


def _version(command: str) -> str:
    done = _asked(command, "--version")
    words = done.stdout.split() if done is not None else []
    return words[-1] if words else ""


def _asked(*command: str) -> subprocess.CompletedProcess[str] | None:
    try:
        return subprocess.run(
            command, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
