"""Finds a container engine that works here, and what its limits are worth, by trying.

Nothing that an engine says of itself is believed: a canary container reads back what it got and
provokes refusals. What worked is remembered per engine version, user and boot of the host.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from regoose_ci.domain.report import Level
from regoose_ci.errors import GuestError, SandboxUnavailableError
from regoose_ci.sandbox.base import GuestLimits, Mount
from regoose_ci.sandbox.container import ContainerSandbox
from regoose_ci.sandbox.flags import ContainerSpec, Engine, run_arguments
from regoose_ci.sandbox.skeleton import ensure_skeleton

CANARY_TIMEOUT = 30.0
_CANARY = "/opt/regoose/regoose_guest/canary.py"
_CANARY_LIMITS = GuestLimits(memory_mb=96, pids=24)
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
        held = {"memory": self.memory_held, "pids": self.pids_held}
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


class Probe:
    """Tries engines in order of preference; ``engine`` limits it to ``podman`` or ``docker``."""

    def __init__(
        self, cache: Path, interpreter: Interpreter, guest: Path, engine: str = "auto",
        image: str | None = None,
    ) -> None:  # fmt: skip
        self._cache = cache
        self._interpreter = interpreter
        self._guest = guest
        self._wanted = engine
        self._image = image

    def find(self, limits: GuestLimits) -> ContainerSandbox:
        """Return the best sandbox of this machine.

        Raises:
            SandboxUnavailableError: no engine can run a guest; the message says what was tried.
        """
        problems = []
        for attempt in self.attempts():
            if attempt.report is not None and not attempt.problem:
                return ContainerSandbox(
                    attempt.engine, attempt.report.degraded, limits, self._cache
                )
            problems.append(f"{attempt.engine.command}: {attempt.problem}")
        raise SandboxUnavailableError(
            "no container engine can run a sandbox here"
            + (f" ({'; '.join(dict.fromkeys(problems))})" if problems else ""),
            "install rootless Podman (apt-get install podman uidmap) and run `regoose doctor`",
        )

    def attempts(self) -> Iterator[Attempt]:
        """Try one engine after the other; stop asking after the first that works."""
        for engine in self._engines():
            yield self._remembered(engine) or self._attempt(engine)

    def _engines(self) -> Iterator[Engine]:
        rootfs = None if self._image else ensure_skeleton(self._cache)
        if self._wanted in ("auto", "podman") and shutil.which("podman"):
            level: Level = "userns" if os.geteuid() == 0 else "rootless"
            for runtime, extra in _VARIANTS:
                if not runtime or shutil.which(runtime):
                    yield Engine("podman", level, rootfs, self._image, runtime or None, extra)
        if self._wanted in ("auto", "docker") and shutil.which("docker") and self._image:
            yield Engine("docker", "docker", None, self._image)

    def _attempt(self, engine: Engine) -> Attempt:
        spec = ContainerSpec(
            name=f"regoose-canary-{os.getpid()}",
            argv=(
                self._interpreter.python, "-I", "-S", _CANARY,
                str(_CANARY_LIMITS.memory_mb), str(_CANARY_LIMITS.pids),
            ),
            mounts=(Mount(self._guest, "/opt/regoose/regoose_guest"), *self._interpreter.mounts),
            env=(("LD_LIBRARY_PATH", self._interpreter.library_path),)
            if self._interpreter.library_path
            else (),
            limits=_CANARY_LIMITS,
        )  # fmt: skip
        try:
            ran = subprocess.run(
                run_arguments(engine, spec),
                capture_output=True,
                timeout=CANARY_TIMEOUT,
                stdin=subprocess.DEVNULL,
                check=False,
                cwd=self._cache,
            )
            report = CanaryReport.model_validate_json(ran.stdout or b"null")
        except subprocess.TimeoutExpired:
            return Attempt(engine, None, "the canary did not finish")
        except (OSError, GuestError) as error:
            return Attempt(engine, None, str(error))
        except ValidationError:
            return Attempt(engine, None, _last_line(ran.stderr))
        attempt = Attempt(engine, report, report.unsafe)
        if not attempt.problem:
            self._remember(engine, report)
        return attempt

    # --- memory --------------------------------------------------------------------------------

    def _memory(self, engine: Engine) -> Path:
        try:
            version = subprocess.run(
                [engine.command, "--version"], capture_output=True, timeout=10, check=False
            ).stdout
        except (OSError, subprocess.TimeoutExpired):
            version = b""
        boot = Path("/proc/sys/kernel/random/boot_id")
        facts = [version, boot.read_bytes() if boot.exists() else b"", repr(engine).encode()]
        facts += [str(os.getuid()).encode(), repr(_CANARY_LIMITS).encode()]
        digest = hashlib.sha256(b"\0".join(facts)).hexdigest()[:20]
        return self._cache / "probes" / f"{digest}.json"

    def _remembered(self, engine: Engine) -> Attempt | None:
        try:
            report = CanaryReport.model_validate(json.loads(self._memory(engine).read_text()))
        except (OSError, ValueError):
            return None
        return Attempt(engine, report, report.unsafe)

    def _remember(self, engine: Engine, report: CanaryReport) -> None:
        path = self._memory(engine)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}")
        part.write_text(report.model_dump_json())
        part.replace(path)


def _last_line(stderr: bytes) -> str:
    lines = stderr.decode(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else "it printed nothing"
