"""The sandbox on a container engine (Podman or Docker)."""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.to_thread
from python_on_whales import DockerClient
from python_on_whales.exceptions import DockerException

from regoose_ci.domain.report import Limits, SandboxInfo
from regoose_ci.guest.protocol import GUEST
from regoose_ci.sandbox.base import Guest, GuestLimits, GuestSpec, Mount
from regoose_ci.sandbox.flags import ContainerSpec, Engine, run_arguments
from regoose_ci.sandbox.guest import ContainerGuest, attached

REMOVE_TIMEOUT = 10.0
OUTPUT_LIMIT = 64 * 1024


class ContainerSandbox:
    """Starts single-use guests and removes them, on an engine that the probe found to work."""

    def __init__(
        self, engine: Engine, degraded: tuple[str, ...], limits: GuestLimits, cwd: Path
    ) -> None:
        self._engine = engine
        self._client = DockerClient(client_call=[engine.command])
        self._limits = limits
        self._cwd = cwd
        self._degraded = degraded

    @property
    def info(self) -> SandboxInfo:
        """Engine, level, limits and what is degraded, for the report."""
        limits = Limits(
            memory_mb=self._limits.memory_mb,
            pids=self._limits.pids,
            cpus=self._limits.cpus,
            tmp_mb=self._limits.tmp_mb,
        )
        return SandboxInfo(
            engine=self._engine.command,
            level=self._engine.level,
            limits=limits,
            degraded=self._degraded,
        )

    @asynccontextmanager
    async def start(self, spec: GuestSpec) -> AsyncIterator[Guest]:
        """See ``Sandbox.start``."""
        env = (("LD_LIBRARY_PATH", spec.library_path),) if spec.library_path else ()
        container = ContainerSpec(
            name=_name(),
            argv=(spec.python, "-I", "-S", GUEST),
            mounts=spec.mounts,
            env=env,
            limits=self._limits,
        )
        command = run_arguments(self._engine, container)
        async with self._removed(container.name), attached(command, self._cwd) as process:
            guest = ContainerGuest(process)
            await guest.begin(spec.setup)
            yield guest

    async def run(
        self, argv: Sequence[str], mounts: Sequence[Mount], env: dict[str, str], seconds: float
    ) -> tuple[int, str]:
        """See ``Sandbox.run``."""
        limits = GuestLimits(memory_mb=max(2048, self._limits.memory_mb), pids=256, tmp_mb=512)
        container = ContainerSpec(_name(), tuple(argv), tuple(mounts), tuple(env.items()), limits)
        output = b""
        async with self._removed(container.name):
            command = run_arguments(self._engine, container)
            async with attached(command, self._cwd, stderr=subprocess.STDOUT) as process:
                assert process.stdout is not None
                assert process.stdin is not None
                await process.stdin.aclose()
                with anyio.move_on_after(seconds) as scope:
                    async for chunk in process.stdout:
                        output = (output + chunk)[-OUTPUT_LIMIT:]
                    await process.wait()
                text = output.decode(errors="replace")
                if scope.cancelled_caught:
                    return 124, text + f"\nnot finished after {seconds:g} s"
                return process.returncode or 0, text

    @asynccontextmanager
    async def _removed(self, name: str) -> AsyncIterator[None]:
        """Remove the container at the end, also when it did not end by itself."""
        try:
            yield
        finally:
            with anyio.CancelScope(shield=True), anyio.move_on_after(REMOVE_TIMEOUT):
                await anyio.to_thread.run_sync(self._remove, name, abandon_on_cancel=True)

    def _remove(self, name: str) -> None:
        try:
            if self._client.container.exists(name):
                self._client.container.remove(name, force=True, volumes=True)
        except DockerException:
            return  # gone in between, which is what was wanted


def _name() -> str:
    return f"regoose-{uuid.uuid4().hex[:16]}"
