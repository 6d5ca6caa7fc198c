"""From a change to guests: interpreter, environment, both trees, a sandbox that works here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import anyio
import anyio.to_thread

from regoose_ci import guest as guest_package
from regoose_ci.agents.board import Laboratory
from regoose_ci.analysis.material import ChangeMaterial, ChangeSource
from regoose_ci.config import Settings
from regoose_ci.domain.report import EnvironmentInfo
from regoose_ci.domain.request import ReviewRequest
from regoose_ci.domain.revisions import Revision
from regoose_ci.environments.base import BuildCommand, BuildResult
from regoose_ci.environments.builder import EnvironmentPlan, build_environment
from regoose_ci.environments.fetched_python import find_or_fetch_interpreter
from regoose_ci.environments.interpreter import Interpreter
from regoose_ci.environments.project import PreparedTree, prepare_project
from regoose_ci.environments.project_build import ProjectBuilder
from regoose_ci.environments.project_files import ProjectRequirements
from regoose_ci.environments.requirements import find_requirements
from regoose_ci.environments.set_up import SetUp
from regoose_ci.environments.tools import ensure_tools
from regoose_ci.environments.uv import Uv
from regoose_ci.errors import EnvironmentBuildError
from regoose_ci.execution.pairs import PairFactory
from regoose_ci.guest.protocol import GUEST, PYTHON, REPOSITORY, TOOLS, GuestSetup
from regoose_ci.sandbox.base import Command, GuestLimits, GuestSpec, Mount, Sandbox
from regoose_ci.sandbox.container import BUILD_MEMORY_MB, MEMORY, ContainerSandbox
from regoose_ci.sandbox.probe import Interpreter as GuestInterpreter
from regoose_ci.sandbox.probe import Probe

GUEST_PROGRAM = Path(guest_package.__file__).parent
_SYSTEM = Path("/usr")
_BUILD_MB = 1024


class ExportableSource(ChangeSource, Protocol):
    """A change source that can also write a revision's files to disk."""

    def export(self, revision: Revision, destination: Path) -> None:
        """Write the revision's files below ``destination``."""
        ...


def guest_interpreter(interpreter: Interpreter) -> GuestInterpreter:
    """Return how guests see an interpreter: where it is, what is mounted for it."""
    if interpreter.prefix.is_relative_to(_SYSTEM):
        return GuestInterpreter(str(interpreter.executable), ())
    python = f"{PYTHON}/{interpreter.relative_executable.as_posix()}"
    return GuestInterpreter(python, (Mount(interpreter.prefix, PYTHON),), f"{PYTHON}/lib")


def find_sandbox(settings: Settings, interpreter: Interpreter) -> ContainerSandbox:
    """Find a container engine that works here.

    Raises:
        SandboxUnavailableError: there is none.
    """
    return probe_for(settings, interpreter).find(
        GuestLimits(memory_mb=settings.memory_mb, pids=settings.pids)
    )


def probe_for(settings: Settings, interpreter: Interpreter) -> Probe:
    """Return the probe for these settings."""
    cache = settings.cache_dir / "sandbox"
    cache.mkdir(parents=True, exist_ok=True)
    return Probe(
        cache,
        guest_interpreter(interpreter),
        GUEST_PROGRAM,
        settings.sandbox_engine,
        settings.sandbox_image,
    )


@dataclass(frozen=True)
class SandboxedBuild:
    """The build step of environments, in a container of this session's sandbox."""

    sandbox: Sandbox
    python_mounts: tuple[Mount, ...]
    library_path: str

    async def run(
        self,
        build: BuildCommand,
        result: Path,
        timeout: float,  # noqa: ASYNC109 - the sandbox kills what runs, cancelling would not
    ) -> BuildResult:
        """See ``BuildSandbox.run``."""
        mounts = [Mount(mount.host, mount.guest) for mount in build.mounts]
        environment = dict(build.env)
        if self.library_path:
            environment["LD_LIBRARY_PATH"] = self.library_path
        argv = build.argv
        if MEMORY in self.sandbox.info.degraded:
            mounts.append(Mount(GUEST_PROGRAM, GUEST))
            argv = (argv[0], "-I", "-S", GUEST, "bounded", str(BUILD_MEMORY_MB), *argv)
        command = Command(
            argv,
            (*self.python_mounts, *mounts),
            tuple(environment.items()),
            build.source,
            _BUILD_MB,
        )
        ran = await self.sandbox.run(command, timeout, result)
        return BuildResult(ran.exit_code, ran.output)


@dataclass(frozen=True)
class _Environment:
    """Site directories for a revision, and sentences on what is not as it should be."""

    site_dirs: tuple[Path, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bench:
    """A sandbox that works here, and guests to start in it, by revision."""

    sandbox: ContainerSandbox
    specs: dict[Revision, GuestSpec]
    environment: EnvironmentInfo

    @property
    def pairs(self) -> PairFactory:
        """Starts these guests in pairs."""
        return PairFactory(self.sandbox, self.specs)


@dataclass
class LaboratoryBuilder:
    """Makes the laboratory of one session; ``scratch`` is the session's own directory."""

    request: ReviewRequest
    settings: Settings
    source: ExportableSource
    scratch: Path
    extra_requirements: tuple[str, ...] = ()
    uv: Uv = field(default_factory=Uv)

    async def build(self, material: ChangeMaterial) -> Laboratory:
        """Prepare everything that guests need.

        Raises:
            InfrastructureError: no sandbox, or an environment that cannot be made.
        """
        bench = await self.prepare(material.import_roots)
        return Laboratory(bench.pairs, bench.sandbox.info, bench.environment)

    async def prepare(self, import_roots: Mapping[Revision, Sequence[str]]) -> Bench:
        """Prepare what guests need, given where the revisions' modules are imported from.

        Raises:
            InfrastructureError: no sandbox, or an environment that cannot be made.
        """
        requirements = {r: await self._requirements(r) for r in self.source.shas}
        head = requirements[Revision.HEAD]
        interpreter = await self._interpreter(head)
        sandbox = await anyio.to_thread.run_sync(find_sandbox, self.settings, interpreter)
        tools = await ensure_tools(interpreter, self.settings.cache_dir, self.uv)
        environments = {
            revision: await self._environment(interpreter, found)
            for revision, found in requirements.items()
        }
        trees = await self._trees(interpreter, requirements, sandbox, environments)
        specs = {
            revision: self._spec(
                (*trees[revision].import_roots, *import_roots[revision]),
                guest_interpreter(interpreter),
                [Mount(tools, TOOLS), Mount(trees[revision].root, REPOSITORY)],
                [trees[revision].overlay, *environments[revision].site_dirs],
            )
            for revision in self.source.shas
        }
        notes = [n for e in environments.values() for n in e.notes]
        if interpreter.source == "system":
            notes += [p for found in requirements.values() for p in found.problems]
        notes += [f for tree in trees.values() for f in tree.fallbacks]
        environment = EnvironmentInfo(
            python=".".join(map(str, interpreter.version)),
            source=self._source_of(interpreter, head),
            fallbacks=tuple(dict.fromkeys([*interpreter.notes, *notes])),
        )
        return Bench(sandbox, specs, environment)

    async def _interpreter(self, requirements: ProjectRequirements) -> Interpreter:
        reviewed = [
            await anyio.to_thread.run_sync(self.source.files, revision)
            for revision in self.source.shas
        ]
        return await find_or_fetch_interpreter(
            self.request.python,
            self.request.repository,
            requirements.requires_python,
            requirements.newest_python,
            version=self.settings.python_version,
            uv=self.uv,
            cache_dir=self.settings.cache_dir,
            reviewed=frozenset().union(*reviewed),
        )

    async def _requirements(self, revision: Revision) -> ProjectRequirements:
        paths = await anyio.to_thread.run_sync(self.source.files, revision)
        return await anyio.to_thread.run_sync(
            find_requirements, lambda path: self.source.read(revision, path), paths
        )

    async def _environment(
        self, interpreter: Interpreter, requirements: ProjectRequirements
    ) -> _Environment:
        """Use the environment that was found, or install what the project declares."""
        extra = (*self.request.requirements, *self.extra_requirements)
        if interpreter.source != "system":
            if not extra:
                return _Environment(interpreter.site_dirs)
            added = await self._install(EnvironmentPlan(interpreter, extra, firm=extra))
            return _Environment((*added.site_dirs, *interpreter.site_dirs), added.notes)
        plan = EnvironmentPlan(
            interpreter,
            (*requirements.dependencies, *extra),
            requirements.test_dependencies,
            pins=requirements.pins,
            pinned_by=requirements.pinned_by,
            firm=extra,
        )
        try:
            return await self._install(plan)
        except EnvironmentBuildError as error:
            if not extra:
                raise
            note = f"The project's own requirements were left out: {error.message}"
            only_extra = await self._install(EnvironmentPlan(interpreter, extra, firm=extra))
            return _Environment(only_extra.site_dirs, (note,))

    async def _install(self, plan: EnvironmentPlan) -> _Environment:
        built = await build_environment(plan, self.uv, self.settings.cache_dir)
        return _Environment(built.site_dirs, built.left_out)

    async def _trees(
        self,
        interpreter: Interpreter,
        requirements: dict[Revision, ProjectRequirements],
        sandbox: ContainerSandbox,
        environments: Mapping[Revision, _Environment],
    ) -> dict[Revision, PreparedTree]:
        prepared: dict[Revision, PreparedTree] = {}
        seen = guest_interpreter(interpreter)
        build = SandboxedBuild(sandbox, seen.mounts, seen.library_path)

        async def prepare(revision: Revision) -> None:
            place = self.scratch / revision.value
            place.mkdir()
            tree = place / "tree"
            await anyio.to_thread.run_sync(self.source.export, revision, tree)
            sites = environments[revision].site_dirs
            failures = await SetUp(self.settings.setup, build, seen.python, sites, place).run(tree)
            builder = ProjectBuilder(
                build, self.uv, interpreter, seen.python, self.settings.cache_dir, place
            )
            made = await prepare_project(
                tree, requirements[revision], place / "overlay", builder=builder
            )
            prepared[revision] = replace(made, fallbacks=(*failures, *made.fallbacks))

        async with anyio.create_task_group() as tasks:
            for revision in requirements:
                tasks.start_soon(prepare, revision)
        return prepared

    def _spec(
        self,
        import_roots: Sequence[str],
        python: GuestInterpreter,
        mounts: list[Mount],
        site_dirs: Sequence[Path],
    ) -> GuestSpec:
        inside = tuple(f"/opt/env{number}" for number in range(len(site_dirs)))
        sites = [Mount(site, target) for site, target in zip(site_dirs, inside, strict=True)]
        roots = dict.fromkeys(f"{REPOSITORY}/{root}".rstrip("/.") for root in import_roots)
        return GuestSpec(
            (*python.mounts, Mount(GUEST_PROGRAM, GUEST), *mounts, *sites),
            python.python,
            GuestSetup(
                import_roots=tuple(roots),
                site_dirs=inside,
                env=self.request.env,
                memory_mb=self.settings.memory_mb,
            ),
            python.library_path,
        )

    def _source_of(self, interpreter: Interpreter, requirements: ProjectRequirements) -> str:
        if interpreter.source == "option":
            return "the environment given with --python"
        if interpreter.source == "active":
            return "the active environment"
        if interpreter.source != "system":
            return f"{interpreter.source} in the repository"
        files = ", ".join(requirements.sources) or "no dependency file"
        return f"built from {files}"
