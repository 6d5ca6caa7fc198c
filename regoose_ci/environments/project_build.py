"""Build a project by its own backend, inside the build sandbox.

Build requirements are fetched as wheels beforehand, outside and without running anything; the
sandbox has no network. Twice it is entered: once to ask the backend what else it needs, once
to build.
"""

from __future__ import annotations

import hashlib
import json
import platform
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import anyio

from regoose_ci.environments.base import BuildCommand, BuildSandbox, Installer, Mount
from regoose_ci.environments.build_driver import BUILD_SITE, DRIVER, SOURCE, TEMPORARY
from regoose_ci.environments.builder import EnvironmentPlan, build_environment
from regoose_ci.environments.cache import cache_key, cached_directory
from regoose_ci.environments.interpreter import Interpreter
from regoose_ci.environments.packing import digest_of, pack
from regoose_ci.environments.project_files import ProjectRequirements, normalise
from regoose_ci.environments.wheel import WheelError
from regoose_ci.errors import EnvironmentBuildError

_LARGEST_ANSWER = 64 * 1024
_MEMORY = 2 << 30
_KILLED = 137
_FORMAT = "1"
_WHEEL = "project.whl"
_NOTHING = hashlib.sha256().hexdigest()


@dataclass(frozen=True)
class _Build:
    """What is built: ``source`` is the tree, packed."""

    requirements: ProjectRequirements
    version: str
    source: Path


@dataclass(frozen=True)
class ProjectBuilder:
    """All that building a project takes.

    ``guest_python`` is the interpreter's path inside the sandbox, which binds it by itself.
    ``scratch`` is a directory of the session's, for this builder alone.
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
        """Build a wheel of ``tree``, or find it in the cache, and return it. It is hostile.

        What one tree's build leaves is found again by that very tree alone.

        Raises:
            WheelError: the project's build failed; the message says how.
            InfrastructureError: the sandbox itself failed.
        """
        self.scratch.mkdir(parents=True, exist_ok=True)
        build = _Build(requirements, version, self.scratch / "source.tar")
        digest = await anyio.to_thread.run_sync(pack, tree, build.source)

        async def make(target: Path) -> tuple[str, ...]:
            await self._build(build, target / _WHEEL)
            left = await anyio.to_thread.run_sync(digest_of, target / _WHEEL)
            if left == _NOTHING:
                raise WheelError("the build left no wheel")
            return (left,)

        key, cache = self._key(build, digest), self.cache_dir / "builds"
        made = await cached_directory(cache, key, make)
        if (await anyio.to_thread.run_sync(digest_of, made.path / _WHEEL),) != made.notes:
            await anyio.to_thread.run_sync(shutil.rmtree, made.path)
            made = await cached_directory(cache, key, make)
        return made.path / _WHEEL

    def _key(self, build: _Build, digest: str) -> str:
        stated = build.requirements
        version = f"{self.interpreter.version[0]}.{self.interpreter.version[1]}"
        return cache_key(
            *(_FORMAT, digest, build.version, version, self.trust, str(stated.build_backend)),
            *(platform.machine(), *platform.libc_ver()),
            *("path", *stated.backend_path, "requires", *stated.build_requires),
        )

    async def _build(self, build: _Build, wheel: Path) -> None:
        stated = build.requirements.build_requires
        site = await self._fetch(stated)
        answer = self.scratch / "requires.json"
        await self._hook("requires", build, site, answer)
        asked = _read_requires(answer)
        if asked:
            site = await self._fetch((*stated, *asked))
        await self._hook("wheel", build, site, wheel)

    async def _fetch(self, requires: Sequence[str]) -> tuple[Path, ...]:
        wanted = tuple(dict.fromkeys(requires))
        # Another version of a build backend may build something else: never taken silently.
        plan = EnvironmentPlan(self.interpreter, wanted, (), f"build-{self.trust}", firm=wanted)
        try:
            return (await build_environment(plan, self.installer, self.cache_dir)).site_dirs
        except EnvironmentBuildError as error:
            raise WheelError(f"its build requirements cannot be fetched: {error}") from error

    async def _hook(self, hook: str, build: _Build, site: Sequence[Path], result: Path) -> None:
        backend = build.requirements.build_backend or "setuptools.build_meta:__legacy__"
        inside = [f"{SOURCE}/{path}" for path in build.requirements.backend_path]
        python = self.guest_python
        ended = await self.sandbox.run(
            BuildCommand(
                (python, "-I", "-S", "-B", "-c", DRIVER, hook, backend, str(_MEMORY), *inside),
                tuple(Mount(directory, BUILD_SITE) for directory in site),
                _environment(build.version, PurePosixPath(python)),
                build.source,
            ),
            result,
            self.timeout,
        )
        if ended.exit_code is None:
            raise WheelError(f"the build was ended: {last_line(ended.output)}")
        if ended.exit_code == _KILLED:
            raise WheelError("the build was killed, as it is when it takes too much memory")
        if ended.exit_code != 0:
            raise WheelError(f"the build failed: {last_line(ended.output)}")


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


def _read_requires(path: Path) -> tuple[str, ...]:
    """Read what the backend asked for; hostile code wrote it."""
    with path.open("rb") as file:
        data = file.read(_LARGEST_ANSWER + 1)
    try:
        answer = json.loads(data) if len(data) <= _LARGEST_ANSWER else None
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, list):
        raise WheelError("its build backend gave no list of requirements")
    parsed = [normalise(item) for item in answer if isinstance(item, str)]
    return tuple(str(r) for r in parsed if r is not None and not r.url)


def last_line(output: str) -> str:
    """Return the end of what a build printed, without what a terminal obeys."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    plain = re.sub(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x1f\x7f-\x9f]", "", lines[-1]) if lines else ""
    return plain[:300] or "it printed nothing"
