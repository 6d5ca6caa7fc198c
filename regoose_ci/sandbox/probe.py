"""Finds a container engine that works here, and what its limits are worth, by trying.

Nothing that an engine says of itself is believed: a canary container reads back what it got and
provokes refusals. What worked is remembered per engine version, user and boot of the host.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from regoose_ci.domain.report import Level
from regoose_ci.errors import InfrastructureError, SandboxUnavailableError
from regoose_ci.guest.protocol import REPOSITORY
from regoose_ci.sandbox.base import GuestLimits, Mount
from regoose_ci.sandbox.calls import EngineCallError, call_engine
from regoose_ci.sandbox.container import ContainerSandbox
from regoose_ci.sandbox.flags import ContainerSpec, Engine, run_arguments
from regoose_ci.sandbox.leftovers import new_name, remove, remove_leftovers
from regoose_ci.sandbox.seccomp import ensure_profile
from regoose_ci.sandbox.skeleton import ensure_image, ensure_skeleton, image_name
from regoose_ci.temporary import temporary_directory

CANARY_TIMEOUT = 30.0
_CANARY = "/opt/regoose/regoose_guest/canary.py"
_CANARY_LIMITS = GuestLimits(memory_mb=96, pids=24)
_LOOK = f"import sys; sys.stdout.write(open('{REPOSITORY}/seen').read())"
_HIDDEN = ("bind source path does not exist", "can't open file '/opt/regoose")
_ADVICE = re.compile(r"(Run|See) 'docker run --help'")
FILES_UNSEEN = "its daemon does not see this machine's files, or not all of them"
"""It runs on another machine or in a container, or keeps ``/tmp`` to itself, as from a snap."""
_VARIANTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("", ()),
    ("crun", ()),
    ("runc", ()),
    ("crun", ("--uts=host", "--cgroups=disabled")),
    ("runc", ("--uts=host",)),
)
"""Runtimes and extra flags, tried in this order; the last two are for a container inside a
container, where runc does without ``--cgroups=disabled`` and refuses it."""


class CanaryReport(BaseModel):
    """What the canary saw."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    uid: int
    cap_eff: int
    no_new_privs: int
    seccomp: int
    interfaces: tuple[str, ...]
    root_writable: bool
    memory_held: bool
    pids_held: bool
    cpus_held: bool
    system_calls_held: bool

    @property
    def unsafe(self) -> str:
        """Why reviewed code may not run there; empty when it may."""
        if self.cap_eff or not self.no_new_privs or self.uid == 0:
            return "the container keeps privileges"
        if self.seccomp != 2:
            return "the container has no seccomp filter"
        if set(self.interfaces) - {"lo"}:
            return "the container has a network"
        if self.root_writable:
            return "the container's root is writable"
        return ""

    @property
    def degraded(self) -> tuple[str, ...]:
        """Limits that the engine does not hold."""
        held = {
            "memory": self.memory_held,
            "pids": self.pids_held,
            "cpus": self.cpus_held,
            "system calls": self.system_calls_held,
        }
        return tuple(name for name, holds in held.items() if not holds)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way of starting containers that was tried, and what came of it."""

    engine: Engine
    report: CanaryReport | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """The interpreter a canary runs on: its path in the guest and what to mount for it."""

    python: str
    mounts: tuple[Mount, ...]
    library_path: str = ""


@dataclass(frozen=True, slots=True)
class Host:
    """The engines' clients on this machine, and whether Podman runs with root's rights."""

    podman: str = "podman"
    docker: str = "docker"
    is_root: bool = field(default_factory=lambda: os.geteuid() == 0)


class Probe:
    """Tries engines in order of preference; ``engine`` limits it to ``podman`` or ``docker``."""

    def __init__(
        self,
        cache: Path,
        interpreter: Interpreter,
        guest: Path,
        engine: str = "auto",
        image: str | None = None,
        *,
        host: Host | None = None,
    ) -> None:
        self._cache = cache
        self._interpreter = interpreter
        self._guest = guest
        self._wanted = engine
        self._image = image
        self._host = host or Host()

    def find(self, limits: GuestLimits) -> ContainerSandbox:
        """Return the best sandbox of this machine, freed of what killed sessions left.

        Raises:
            SandboxUnavailableError: no engine can run a guest; the message says what was tried.
        """
        problems = []
        for attempt in self.attempts():
            if attempt.report is not None and not attempt.problem:
                remove_leftovers(attempt.engine, self._cache)
                return ContainerSandbox(
                    attempt.engine, attempt.report.degraded, limits, self._cache
                )
            problems.append(f"{attempt.engine.command}: {attempt.problem}")
        raise SandboxUnavailableError(
            "no container engine can run a sandbox here"
            + (f" ({'; '.join(dict.fromkeys(problems))})" if problems else ""),
            "run `regoose doctor`: it names the command that mends it",
        )

    def attempts(self) -> Iterator[Attempt]:
        """Try one engine after the other; stop asking after the first that works.

        What worked before comes first, so that the others are not tried again at each start.
        """
        engines = list(self._engines())
        known = [found for engine in engines if (found := self._remembered(engine))]
        if known:
            yield known[0]
            return
        for engine in engines:
            yield self._attempt(engine)

    def _engines(self) -> Iterator[Engine]:
        podman, docker = self._host.podman, self._host.docker
        profile = ensure_profile(self._cache)
        if self._wanted in ("auto", "podman") and shutil.which(podman):
            level: Level = "userns" if self._host.is_root else "rootless"
            rootfs = None if self._image else ensure_skeleton(self._cache, level)
            for runtime, extra in _VARIANTS:
                if not runtime or shutil.which(runtime):
                    yield Engine(
                        podman, level, rootfs, self._image, runtime or None, extra, profile
                    )
        if self._wanted in ("auto", "docker") and shutil.which(docker):
            rootfs = None if self._image else ensure_skeleton(self._cache, "docker")
            image = self._image or image_name()
            yield Engine(docker, "docker", rootfs, image, seccomp=profile)

    def _attempt(self, engine: Engine) -> Attempt:
        try:
            if engine.level == "docker" and engine.rootfs is not None:
                ensure_image(engine.command, engine.rootfs)
            report = self._canary(engine)
            problem = report.unsafe or self._blindness(engine)
        except (EngineCallError, InfrastructureError) as error:
            return Attempt(engine, None, str(error))
        except _SilentCanaryError as error:
            hidden = any(sign in str(error) for sign in _HIDDEN)
            return Attempt(engine, None, FILES_UNSEEN if hidden else str(error))
        attempt = Attempt(engine, report, problem)
        if not attempt.problem:
            self._remember(engine, report)
        return attempt

    def _canary(self, engine: Engine) -> CanaryReport:
        limits = _CANARY_LIMITS
        library_path = self._interpreter.library_path
        spec = ContainerSpec(
            name=new_name(),
            argv=(
                self._interpreter.python, "-I", "-S", _CANARY,
                str(limits.memory_mb), str(limits.pids), str(limits.cpus),
            ),
            mounts=(Mount(self._guest, "/opt/regoose/regoose_guest"), *self._interpreter.mounts),
            env=(("LD_LIBRARY_PATH", library_path),) if library_path else (),
            limits=limits,
        )  # fmt: skip
        try:
            ran = call_engine(run_arguments(engine, spec), self._cache, CANARY_TIMEOUT)
        except EngineCallError:
            with contextlib.suppress(EngineCallError):
                remove(engine, spec.name, self._cache)
            raise
        try:
            return CanaryReport.model_validate_json(ran.stdout or b"null")
        except ValidationError as error:
            raise _SilentCanaryError(_last_line(ran.stderr)) from error

    def _blindness(self, engine: Engine) -> str:
        """Say so where an engine does not see the temporary files that guests are to see."""
        with temporary_directory("seen") as directory:
            directory.chmod(0o755)
            (directory / "seen").write_text(directory.name)
            library_path = self._interpreter.library_path
            spec = ContainerSpec(
                name=new_name(),
                argv=(self._interpreter.python, "-I", "-S", "-c", _LOOK),
                mounts=(Mount(directory, REPOSITORY), *self._interpreter.mounts),
                env=(("LD_LIBRARY_PATH", library_path),) if library_path else (),
                limits=_CANARY_LIMITS,
            )
            ran = call_engine(run_arguments(engine, spec), self._cache, CANARY_TIMEOUT)
        return "" if ran.stdout.decode(errors="replace") == directory.name else FILES_UNSEEN

    # --- memory --------------------------------------------------------------------------------

    def _memory(self, engine: Engine) -> Path:
        boot = Path("/proc/sys/kernel/random/boot_id")
        facts = [self._version(engine), boot.read_bytes() if boot.exists() else b""]
        facts += [repr(engine).encode(), str(os.getuid()).encode(), repr(_CANARY_LIMITS).encode()]
        digest = hashlib.sha256(b"\0".join(facts)).hexdigest()[:20]
        return self._cache / "probes" / f"{digest}.json"

    def _version(self, engine: Engine) -> bytes:
        """Return what tells one engine from another without asking it, which takes its time."""
        seen = []
        for command in (engine.command, engine.runtime or "crun", "runc"):
            path = shutil.which(command)
            if path is not None:
                status = Path(path).resolve().stat()
                seen.append(f"{path} {status.st_size} {status.st_mtime_ns}")
        if engine.level == "docker":
            seen.append(os.environ.get("DOCKER_HOST", ""))
        return "\n".join(seen).encode()

    def _remembered(self, engine: Engine) -> Attempt | None:
        try:
            report = CanaryReport.model_validate(json.loads(self._memory(engine).read_text()))
        except (OSError, ValueError):
            return None
        if engine.level == "docker" and engine.rootfs is not None:
            try:
                ensure_image(engine.command, engine.rootfs)
            except InfrastructureError:
                return None
        return Attempt(engine, report, report.unsafe)

    def _remember(self, engine: Engine, report: CanaryReport) -> None:
        path = self._memory(engine)
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary_directory("probe", self._cache) as directory:
            part = directory / path.name
            part.write_text(report.model_dump_json())
            part.replace(path)


class _SilentCanaryError(Exception):
    """The canary did not report; the message is the engine's."""


def _last_line(stderr: bytes) -> str:
    lines = [line for line in stderr.decode(errors="replace").splitlines() if line.strip()]
    while len(lines) > 1 and _ADVICE.match(lines[-1]):
        lines.pop()
    return lines[-1][:300] if lines else "it printed nothing"
