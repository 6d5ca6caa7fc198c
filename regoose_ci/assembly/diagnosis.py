"""What works on this machine, what is degraded, and the command that mends it."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from regoose_ci.assembly.laboratory import find_sandbox, probe_for
from regoose_ci.config import Settings
from regoose_ci.domain.diagnosis import Check, Diagnosis
from regoose_ci.domain.report import SandboxInfo
from regoose_ci.environments.interpreter import Interpreter, find_interpreter
from regoose_ci.errors import RegooseError

_INSTALL = "apt-get install"


def diagnose(settings: Settings) -> Diagnosis:
    """Look at everything a review needs; runs canary containers, changes nothing."""
    checks = [*_system(), *_tools(), *_engines(settings)]
    try:
        interpreter = find_interpreter(settings.python, Path.cwd(), None)
        checks.append(Check("python", "ok", f"{interpreter.version[0]}.{interpreter.version[1]}"))
        sandbox = find_sandbox(settings, interpreter).info
    except RegooseError as error:
        checks.append(Check("sandbox", "missing", error.message, error.remedy))
        return Diagnosis(tuple(checks), SandboxInfo())
    if sandbox.degraded:
        limits = ", ".join(sandbox.degraded)
        checks.append(
            Check(
                "limits",
                "degraded",
                f"{limits}: not held by the engine, a watchdog in the guest stands in",
                "run on a host with cgroup v2 and a delegated user session",
            )
        )
    return Diagnosis(tuple(checks), sandbox)


def _system() -> Iterator[Check]:
    if platform.system() != "Linux":
        yield Check(
            "system",
            "missing",
            f"{platform.system()}: the sandbox needs Linux containers",
            "run Regoose CI in a Linux virtual machine or in the GitHub Action",
        )
        return
    controllers = Path("/sys/fs/cgroup/cgroup.controllers")
    hybrid = Path("/sys/fs/cgroup/unified")
    version = "v2" if controllers.exists() else "hybrid v1" if hybrid.exists() else "v1"
    yield Check("system", "ok", f"Linux {platform.release()}, cgroup {version}")


def _tools() -> Iterator[Check]:
    yield _command("git", "git")
    if os.geteuid() != 0:
        yield _command("newuidmap", "uidmap")
        yield _subordinate_ids()


def _command(name: str, package: str) -> Check:
    if shutil.which(name):
        return Check(name, "ok", "installed")
    return Check(name, "missing", "not on the PATH", f"{_INSTALL} {package}")


def _subordinate_ids() -> Check:
    user = os.environ.get("USER") or str(os.getuid())
    for file in ("/etc/subuid", "/etc/subgid"):
        try:
            lines = Path(file).read_text(encoding="utf-8").splitlines()
        except OSError:
            lines = []
        if not any(line.split(":")[0] in (user, str(os.getuid())) for line in lines):
            remedy = f"usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {user}"
            return Check("subordinate ids", "missing", f"{file} has no range for {user}", remedy)
    return Check("subordinate ids", "ok", f"a range for {user}")


def _engines(settings: Settings) -> Iterator[Check]:
    for name in ("podman", "docker"):
        if shutil.which(name):
            yield Check(name, "ok", _version(name))
    if not shutil.which("podman"):
        yield Check("podman", "missing", "not on the PATH", f"{_INSTALL} podman uidmap")
        return
    try:
        interpreter = find_interpreter(settings.python, Path.cwd(), None)
        attempts = list(_until_works(settings, interpreter))
    except RegooseError as error:
        yield Check("canary", "missing", error.message, error.remedy)
        return
    yield from attempts


def _until_works(settings: Settings, interpreter: Interpreter) -> Iterator[Check]:
    for attempt in probe_for(settings, interpreter).attempts():
        engine = attempt.engine
        words = [engine.command, engine.runtime or "default runtime", *engine.extra]
        name = "canary " + " ".join(words)
        if attempt.report is not None and not attempt.problem:
            yield Check(name, "ok", f"level {engine.level}")
            return
        yield Check(name, "degraded", attempt.problem)


def _version(command: str) -> str:
    try:
        ran = subprocess.run(
            [command, "--version"], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"does not answer: {error}"
    return ran.stdout.strip() or "does not tell its version"
