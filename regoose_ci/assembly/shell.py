"""A shell of the user's in a sandbox: the same mounts, limits and paths as a guest has."""

from __future__ import annotations

import contextlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from regoose_ci.assembly.experiment import TEST_FILE
from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import InfrastructureError
from regoose_ci.guest.protocol import REPOSITORY, TOOLS
from regoose_ci.sandbox.base import GuestLimits, GuestSpec
from regoose_ci.sandbox.calls import EngineCallError, engine_environment
from regoose_ci.sandbox.container import ContainerSandbox
from regoose_ci.sandbox.flags import ContainerSpec, run_arguments
from regoose_ci.sandbox.leftovers import new_name, remove

_ENGINE_FAILED = 125
_LONGEST_ARGUMENT = 100_000
_HOME = "/tmp/regoose"  # noqa: S108 - inside the sandbox
_LAUNCHER = """
import os, sys
home, test, customize, path = sys.argv[1:5]
os.makedirs(home + "/bin")
for name in ("python", "python3"):
    os.symlink(sys.executable, home + "/bin/" + name)
for place, text in ((home + "/sitecustomize.py", customize), (path, test)):
    with open(place, "w", encoding="utf-8") as file:
        file.write(text)
os.chdir(sys.argv[5])
for shell in (["/bin/bash", "--noprofile", "--norc", "-i"], ["/bin/sh", "-i"]):
    if os.path.exists(shell[0]):
        os.execv(shell[0], shell)
os.execv(sys.executable, ["python", "-q", "-i"])
"""
"""Started by the sandbox's own Python, because an image may have no shell."""
_CUSTOMIZE = """
import site, sys
kept = [p for p in sys.path if not p.endswith(("site-packages", "dist-packages"))]
sys.path[:] = [*{roots!r}, *(p for p in kept if p != {home!r})]
for directory in {sites!r}:
    site.addsitedir(directory)
sys.path.append({tools!r})
"""
"""Gives every Python in there the paths that guests have."""


@dataclass(frozen=True, slots=True)
class ShellPlan:
    """How a shell is started: the container, and its engine's whole command line."""

    container: ContainerSpec
    command: tuple[str, ...]


def plan_shell(
    sandbox: ContainerSandbox, spec: GuestSpec, revision: Revision, test: str
) -> ShellPlan:
    """Decide how a shell on one revision is started, with the text of a test beside it."""
    customize = _CUSTOMIZE.format(
        roots=list(spec.setup.import_roots), sites=list(spec.setup.site_dirs), tools=TOOLS,
        home=_HOME,
    )  # fmt: skip
    arguments = (_HOME, _argument(test), customize, TEST_FILE, REPOSITORY)
    info = sandbox.info.limits
    container = ContainerSpec(
        name=new_name(),
        argv=(spec.python, "-I", "-S", "-c", _LAUNCHER, *arguments),
        mounts=spec.mounts,
        env=_environment(spec, revision),
        limits=GuestLimits(info.memory_mb, info.pids, info.cpus, info.tmp_mb),
    )
    command = run_arguments(sandbox.engine, container)
    command.insert(command.index("--interactive"), "--tty")
    return ShellPlan(container, tuple(command))


def _argument(test: str) -> str:
    """A test's text as one argument of a command, which the kernel bounds."""
    text = test.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\0")
    return text if len(text.encode()) <= _LONGEST_ARGUMENT else "# too long to be handed in\n"


def _environment(spec: GuestSpec, revision: Revision) -> tuple[tuple[str, str], ...]:
    own = {
        "HOME": "/tmp",  # noqa: S108 - inside the sandbox
        "PATH": f"{_HOME}/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "TERM": os.environ.get("TERM", "dumb"),
        "PS1": f"({revision.value}) \\w\\$ ",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    if spec.library_path:
        own["LD_LIBRARY_PATH"] = spec.library_path
    return tuple({**own, **dict(spec.setup.env), "PYTHONPATH": _HOME}.items())


def run_shell(
    sandbox: ContainerSandbox, spec: GuestSpec, revision: Revision, test: str, cwd: Path
) -> None:
    """Run a shell on this terminal until the user leaves it.

    Raises:
        InfrastructureError: the engine did not start the container.
    """
    plan = plan_shell(sandbox, spec, revision, test)
    try:
        ended = subprocess.run(plan.command, cwd=cwd, env=engine_environment(), check=False)
    except OSError as error:
        raise InfrastructureError(f"cannot start {plan.command[0]}: {error.strerror}") from error
    finally:
        with contextlib.suppress(EngineCallError):  # the next start removes what is left
            remove(sandbox.engine, plan.container.name, cwd)
    if ended.returncode == _ENGINE_FAILED:
        raise InfrastructureError(
            "the container engine did not start the shell", "See what it says above."
        )
