"""Build a project by its own backend, inside the build sandbox.

Build requirements are fetched as wheels beforehand, outside and without running anything; the
sandbox has no network. Twice it is entered: once to ask the backend what else it needs, once
to build.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import anyio

from regoose_ci.environments.base import BuildSandbox, Installer, Mount
from regoose_ci.environments.build_driver import BUILD_SITE, DRIVER, SOURCE, TEMPORARY
from regoose_ci.environments.builder import EnvironmentPlan, build_environment
from regoose_ci.environments.interpreter import Interpreter
from regoose_ci.environments.project_files import ProjectRequirements, normalise
from regoose_ci.environments.wheel import WheelError, find_wheel
from regoose_ci.errors import EnvironmentBuildError

_LARGEST_ANSWER = 64 * 1024


@dataclass(frozen=True)
class ProjectBuilder:
    """All that building a project takes.

    ``guest_python`` is the interpreter's path inside the sandbox, which binds it by itself.
    ``scratch`` is a directory in which each build gets a writable one of its own.
    """

    sandbox: BuildSandbox
    installer: Installer
    interpreter: Interpreter
    guest_python: str
    cache_dir: Path
    scratch: Path
    trust: str = "local"
    timeout: float = 300.0

    async def build_wheel(
        self, tree: Path, requirements: ProjectRequirements, version: str
    ) -> Path:
        """Build a wheel of ``tree`` in ``scratch`` and return where it lies. It is hostile.

        Raises:
            WheelError: the project's build failed; the message says how.
            InfrastructureError: the sandbox itself failed.
        """
        writable = self.scratch / "build"
        source, output = writable / "source", writable / "output"
        await anyio.to_thread.run_sync(_copy_tree, tree, source)
        output.mkdir()
        (writable / "temporary").mkdir()
        await anyio.to_thread.run_sync(_open_for_guest, writable)
        site = await self._fetch(requirements.build_requires)
        await self._hook("requires", requirements, site, writable, version)
        asked = _read_requires(output / "requires.json")
        if asked:
            site = await self._fetch((*requirements.build_requires, *asked))
        await self._hook("wheel", requirements, site, writable, version)
        return find_wheel(output)

    async def _fetch(self, requires: Sequence[str]) -> tuple[Path, ...]:
        plan = EnvironmentPlan(
            self.interpreter, tuple(dict.fromkeys(requires)), (), f"build-{self.trust}"
        )
        try:
            return (await build_environment(plan, self.installer, self.cache_dir)).site_dirs
        except EnvironmentBuildError as error:
            raise WheelError(f"its build requirements cannot be fetched: {error}") from error

    async def _hook(
        self,
        hook: str,
        requirements: ProjectRequirements,
        site: Sequence[Path],
        writable: Path,
        version: str,
    ) -> None:
        backend = requirements.build_backend or "setuptools.build_meta:__legacy__"
        inside = [f"{SOURCE}/{path}" for path in requirements.backend_path]
        result = await self.sandbox.run(
            [self.guest_python, "-I", "-S", "-B", "-c", DRIVER, hook, backend, *inside],
            [Mount(directory, BUILD_SITE) for directory in site],
            writable,
            _environment(version, PurePosixPath(self.guest_python)),
            self.timeout,
        )
        if result.exit_code is None:
            raise WheelError(f"the build did not end within {self.timeout:.0f} s")
        if result.exit_code != 0:
            raise WheelError(f"the build failed: {_last_line(result.output)}")


def _environment(version: str, python: PurePosixPath) -> dict[str, str]:
    return {
        # A shared libpython is looked for where the prefix lies on the host, and failing that
        # in the system, where another patch release of the same version may lie.
        "LD_LIBRARY_PATH": str(python.parent.parent / "lib"),
        "PATH": f"{BUILD_SITE}/bin:/usr/bin:/bin",
        # Without a directory for temporary files Python takes the current one, and a backend
        # that copies its source there copies it into itself.
        "TMPDIR": TEMPORARY,
        "HOME": TEMPORARY,
        "PYTHONPATH": BUILD_SITE,  # for what the backend starts in its turn
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "SETUPTOOLS_SCM_PRETEND_VERSION": version,
        "HATCH_VCS_PRETEND_VERSION": version,
        "PDM_BUILD_SCM_VERSION": version,
        "POETRY_DYNAMIC_VERSIONING_BYPASS": version,
        "SOURCE_DATE_EPOCH": "315532800",
    }


def _copy_tree(tree: Path, target: Path) -> None:
    shutil.rmtree(target.parent, ignore_errors=True)
    shutil.copytree(tree, target, symlinks=True)


def _open_for_guest(directory: Path) -> None:
    """Let the guest's user, whoever that is on this host, write here; links are not followed."""
    directory.chmod(0o777)
    for parent, directories, names in os.walk(directory):
        for name in directories:
            path = Path(parent, name)
            if not path.is_symlink():
                path.chmod(0o777)
        for name in names:
            path = Path(parent, name)
            if not path.is_symlink():
                path.chmod(path.stat().st_mode & 0o777 | 0o666)


def _read_requires(path: Path) -> tuple[str, ...]:
    """Read what the backend asked for; it was written by hostile code."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return ()
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return ()
        data = file.read(_LARGEST_ANSWER + 1)
    try:
        answer = json.loads(data) if len(data) <= _LARGEST_ANSWER else None
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, list):
        raise WheelError("its build backend gave no list of requirements")
    parsed = [normalise(item) for item in answer if isinstance(item, str)]
    return tuple(str(r) for r in parsed if r is not None and not r.url)


def _last_line(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    plain = re.sub(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x1f\x7f-\x9f]", "", lines[-1]) if lines else ""
    return plain[:300] or "it printed nothing"
