"""What works on this machine, what is degraded, and the command that mends it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from regoose_ci.assembly.laboratory import find_sandbox, probe_for
from regoose_ci.assembly.machine import MachineFacts, look
from regoose_ci.assembly.python_check import check_python
from regoose_ci.config import Settings
from regoose_ci.domain.diagnosis import Check, Diagnosis
from regoose_ci.domain.report import SandboxInfo
from regoose_ci.environments.interpreter import Interpreter
from regoose_ci.errors import SandboxUnavailableError
from regoose_ci.sandbox.probe import FILES_UNSEEN

_ENOUGH_IDS = 65_536
_OLDEST_KERNEL = (4, 18)
_OVERLAY_KERNEL = (5, 11)
_LIMITS = frozenset({"cpu", "memory", "pids"})
_DELEGATE = (
    "sudo mkdir -p /etc/systemd/system/user@.service.d && "
    r"printf '[Service]\nDelegate=cpu memory pids\n' | "
    "sudo tee /etc/systemd/system/user@.service.d/delegate.conf && "
    "sudo systemctl daemon-reload"
)
_INSTALL = {
    "apt-get": "apt-get install",
    "dnf": "dnf install",
    "zypper": "zypper install",
    "pacman": "pacman -S",
    "apk": "apk add",
}
_UIDMAP = {"apt-get": "uidmap", "apk": "shadow-subids", "pacman": "shadow"}


def diagnose(settings: Settings) -> Diagnosis:
    """Look at everything a review needs; runs canary containers, changes nothing."""
    python = check_python(settings, Path.cwd())
    if python.interpreter is None:
        return Diagnosis((*checks_of(look(())), python.check), SandboxInfo())
    facts = look(tuple(probe_for(settings, python.interpreter).attempts()))
    sandbox = _sandbox(settings, python.interpreter)
    return Diagnosis((*checks_of(facts), python.check, *limit_checks(facts, sandbox)), sandbox)


def _sandbox(settings: Settings, interpreter: Interpreter) -> SandboxInfo:
    try:
        return find_sandbox(settings, interpreter).info
    except SandboxUnavailableError:
        return SandboxInfo()


def checks_of(facts: MachineFacts) -> tuple[Check, ...]:
    """Judge what a sandbox needs. Pure.

    Where a sandbox works, what could have been in its way is not brought up.
    """
    if facts.system != "Linux":
        return (_other_system(facts),)
    checks = [_system(facts), _git(facts), *_engines(facts)]
    works = next((a for a in facts.attempts if a.report is not None and not a.problem), None)
    checks += _tun(facts)
    if works is not None:
        checks = [c for c in checks if c.name != "docker" or c.status == "ok"]
        engine = works.engine
        words = (engine.runtime, *engine.extra)
        how = f" ({' '.join(filter(None, words))})" if any(words) else ""
        checks.append(Check("container", "ok", f"a container of level {engine.level} works{how}"))
        return tuple(checks)
    in_the_way = list(_in_the_way(facts)) if "podman" in facts.commands else []
    return (*checks, *in_the_way, *_failures(facts, explained=bool(in_the_way)))


def limit_checks(facts: MachineFacts, sandbox: SandboxInfo) -> tuple[Check, ...]:
    """Say why limits do not hold and what would make the engine hold them. Pure."""
    if not sandbox.degraded:
        return ()
    limits = ", ".join(sandbox.degraded)
    if facts.cgroup == "none":
        why, remedy = "no cgroups in here", "set limits on the container around this one"
    elif facts.cgroup != "v2":
        why = f"cgroup {_words(facts.cgroup)} has none for ordinary users"
        remedy = "start the machine with systemd.unified_cgroup_hierarchy=1 on the kernel's line"
    elif not facts.is_root and not facts.controllers >= _LIMITS:
        lacking = ", ".join(sorted(_LIMITS - facts.controllers))
        why, remedy = f"not delegated to {facts.user}: {lacking}", _DELEGATE
    else:
        why, remedy = "the engine ignores them", "bring the engine up to date"
    detail = f"{limits}: {why}; the guest watches over itself instead"
    return (Check("limits", "degraded", detail, remedy),)


def _other_system(facts: MachineFacts) -> Check:
    where = {"Darwin": "macOS"}.get(facts.system, facts.system)
    remedy = {
        "Darwin": "use a Linux virtual machine (limactl start && lima) or the GitHub Action",
        "Windows": "wsl --install, then install Regoose inside of it",
    }.get(facts.system, "use a Linux machine or the GitHub Action")
    return Check("system", "missing", f"{where} has no Linux containers of its own", remedy)


def _system(facts: MachineFacts) -> Check:
    kernel = ".".join(map(str, facts.kernel))
    detail = f"Linux {kernel}, cgroup {_words(facts.cgroup)}"
    if facts.kernel < _OLDEST_KERNEL:
        return Check(
            "system", "missing", f"Linux {kernel} is too old for rootless containers",
            "bring the system up to date: 4.18 is needed, 5.11 better",
        )  # fmt: skip
    rootless = "podman" in facts.commands and not facts.is_root
    if rootless and facts.kernel < _OVERLAY_KERNEL and "fuse-overlayfs" not in facts.commands:
        return Check(
            "system", "degraded", f"{detail}; images need fuse-overlayfs before 5.11",
            _install(facts, "fuse-overlayfs"),
        )  # fmt: skip
    return Check("system", "ok", detail)


def _words(cgroup: str) -> str:
    return "v1 and v2 (hybrid)" if cgroup == "hybrid" else cgroup


def _git(facts: MachineFacts) -> Check:
    if "git" in facts.commands:
        return Check("git", "ok", "installed")
    return Check("git", "missing", "not on the PATH", _install(facts, "git"))


def _engines(facts: MachineFacts) -> Iterator[Check]:
    if not facts.commands & {"podman", "docker"}:
        packages = ("podman",) if facts.is_root else ("podman", _uidmap(facts))
        yield Check("engine", "missing", "neither Podman nor Docker", _install(facts, *packages))
    if "podman" in facts.commands:
        yield Check("podman", "ok", facts.podman_version or "does not tell its version")
    if facts.docker == "running":
        yield Check("docker", "ok", "its engine answers")
    elif facts.docker == "forbidden":
        yield Check(
            "docker", "degraded", f"{facts.user} may not use its engine",
            f"sudo usermod -aG docker {facts.user}, then log in again",
        )  # fmt: skip
    elif facts.docker == "stopped":
        yield Check(
            "docker",
            "degraded",
            "its engine does not answer",
            _root(facts, "systemctl start docker"),
        )


def _tun(facts: MachineFacts) -> Iterator[Check]:
    """Rootless containers with a network need this device; ours have none."""
    if facts.tun or facts.is_root or "podman" not in facts.commands:
        return
    if any("/dev/net/tun" in attempt.problem for attempt in facts.attempts):
        remedy = "sudo modprobe tun && sudo chmod 0666 /dev/net/tun"
        yield Check("/dev/net/tun", "missing", "cannot be opened", remedy)
    else:
        detail = "cannot be opened, and need not be: guests have no network"
        yield Check("/dev/net/tun", "ok", detail)


def _in_the_way(facts: MachineFacts) -> Iterator[Check]:
    """What keeps Podman from starting a container."""
    if facts.cgroup in ("hybrid", "v1") and "runc" not in facts.commands:
        detail = f"crun refuses cgroup {_words(facts.cgroup)}"
        yield Check("runtime", "missing", detail, _install(facts, "runc"))
    if facts.max_user_namespaces == 0:
        yield Check(
            "user namespaces", "missing", "the kernel allows none",
            _root(facts, "sysctl -w user.max_user_namespaces=15000"),
        )  # fmt: skip
    if not facts.is_root:
        yield from _in_the_way_of_users(facts)


def _in_the_way_of_users(facts: MachineFacts) -> Iterator[Check]:
    if not {"newuidmap", "newgidmap"} <= facts.commands:
        yield Check("newuidmap", "missing", "not installed", _install(facts, _uidmap(facts)))
    elif not facts.maps_are_privileged:
        yield Check(
            "newuidmap", "missing", "has lost its privileges",
            "sudo chmod u+s /usr/bin/newuidmap /usr/bin/newgidmap",
        )  # fmt: skip
    if facts.subordinate_ids < _ENOUGH_IDS:
        first = facts.next_subordinate_id
        ids = f"{first}-{first + _ENOUGH_IDS - 1}"
        yield Check(
            "subordinate ids", "missing",
            f"{facts.user} has {facts.subordinate_ids} in /etc/subuid or /etc/subgid",
            f"sudo usermod --add-subuids {ids} --add-subgids {ids} {facts.user}"
            " && podman system migrate",
        )  # fmt: skip
    if facts.unprivileged_namespaces is False:
        yield Check(
            "user namespaces", "missing", "the kernel keeps them for root",
            "sudo sysctl -w kernel.unprivileged_userns_clone=1",
        )  # fmt: skip
    if facts.apparmor_restricts:
        yield Check(
            "apparmor", "missing", "only packaged programs may make user namespaces",
            f"{_install(facts, 'podman')}, instead of one from elsewhere",
        )  # fmt: skip


def _failures(facts: MachineFacts, *, explained: bool) -> Iterator[Check]:
    """What each way of starting a container came to, each message once."""
    said: set[str] = set()
    for attempt in facts.attempts:
        if attempt.problem not in said:
            said.add(attempt.problem)
            detail = f"{Path(attempt.engine.command).name}: {attempt.problem}"
            remedy = "" if explained else _last_resort(facts)
            if attempt.problem == FILES_UNSEEN:
                remedy = f"{_install(facts, 'podman')}, or run Regoose's image with .ci/nest"
            yield Check("container", "missing", detail, remedy)


def _last_resort(facts: MachineFacts) -> str:
    return "podman system migrate" if "podman" in facts.commands and not facts.is_root else ""


def _uidmap(facts: MachineFacts) -> str:
    return _UIDMAP.get(facts.package_manager, "shadow-utils")


def _install(facts: MachineFacts, *packages: str) -> str:
    names = " ".join(packages)
    command = _INSTALL.get(facts.package_manager)
    return _root(facts, f"{command} {names}") if command else f"install {names}"


def _root(facts: MachineFacts, command: str) -> str:
    return command if facts.is_root else f"sudo {command}"
