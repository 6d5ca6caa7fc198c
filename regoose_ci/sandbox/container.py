"""The sandbox on a container engine (Podman or Docker)."""

from __future__ import annotations

import contextlib
import itertools
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import anyio
import anyio.to_thread
from anyio.abc import Process

from regoose_ci.domain.report import Limits, SandboxInfo
from regoose_ci.errors import GuestGoneError, InfrastructureError
from regoose_ci.guest.protocol import GUEST, GuestSetup
from regoose_ci.sandbox.base import Command, Guest, GuestLimits, GuestSpec, Ran
from regoose_ci.sandbox.calls import EngineCallError, end_session
from regoose_ci.sandbox.command import read_command
from regoose_ci.sandbox.flags import FIRST_USER, LAST_USER, ContainerSpec, Engine, run_arguments
from regoose_ci.sandbox.frames import MAX_BYTES
from regoose_ci.sandbox.guest import ContainerGuest, Patience, Streams, attached
from regoose_ci.sandbox.leftovers import new_name, remove

MEMORY = "memory"
BUILD_MEMORY_MB = 2048
ATTEMPTS = 2


class ContainerSandbox:
    """Starts single-use guests and removes them, on an engine that the probe found to work."""

    def __init__(
        self,
        engine: Engine,
        degraded: tuple[str, ...],
        limits: GuestLimits,
        cwd: Path,
        patience: Patience | None = None,
    ) -> None:
        self._engine = engine
        self._limits = limits
        self._cwd = cwd
        self._patience = patience or Patience()
        self._degraded = degraded
        self._users = itertools.count(int.from_bytes(os.urandom(4), "big"))

    @property
    def engine(self) -> Engine:
        """The engine that guests run on."""
        return self._engine

    @property
    def info(self) -> SandboxInfo:
        """Engine, level, limits and what is degraded, for the report."""
        limits = Limits(
            memory_mb=self._limits.memory_mb,
            pids=self._limits.pids,
            cpus=self._limits.cpus,
            tmp_mb=self._limits.tmp_mb,
            output_kb=MAX_BYTES // 1024,
        )
        return SandboxInfo(
            engine=Path(self._engine.command).name,
            level=self._engine.level,
            limits=limits,
            degraded=self._degraded,
        )

    @asynccontextmanager
    async def start(self, spec: GuestSpec) -> AsyncIterator[Guest]:
        """See ``Sandbox.start``. An engine that fails to start a container is asked once more."""
        for attempt in range(1, ATTEMPTS + 1):
            container = ContainerSpec(
                name=new_name(),
                argv=(spec.python, "-I", "-S", GUEST),
                mounts=spec.mounts,
                env=(("LD_LIBRARY_PATH", spec.library_path),) if spec.library_path else (),
                limits=self._limits,
                user=self._next_user(),
            )
            async with self._running(container) as process:
                guest = ContainerGuest(process, self._patience)
                try:
                    await guest.begin(self._watched(spec.setup))
                except GuestGoneError:
                    if attempt == ATTEMPTS:
                        raise
                    continue
                yield guest
                return

    async def run(self, command: Command, seconds: float, result: Path | None = None) -> Ran:
        """See ``Sandbox.run``."""
        container = ContainerSpec(
            name=new_name(),
            argv=command.argv,
            mounts=command.mounts,
            env=command.env,
            limits=GuestLimits(memory_mb=BUILD_MEMORY_MB, pids=256, tmp_mb=512),
            user=self._next_user(),
            work_mb=command.work_mb,
        )
        with contextlib.ExitStack() as files:
            source = files.enter_context((command.stdin or Path(os.devnull)).open("rb"))
            streams = Streams(source, subprocess.STDOUT if result is None else subprocess.PIPE)
            async with self._running(container, streams) as process:
                ran = await read_command(process, seconds, result)
                if ran.exit_code is None:
                    await self._end(process, container.name)
        return ran

    def _next_user(self) -> int:
        return FIRST_USER + next(self._users) % (LAST_USER - FIRST_USER + 1)

    def _watched(self, setup: GuestSetup) -> GuestSetup:
        """Let the guest's watchdog stand in for memory limits that the engine does not hold."""
        total = self._limits.memory_mb if MEMORY in self._degraded else 0
        return replace(setup, memory_total_mb=total)

    @asynccontextmanager
    async def _running(
        self, container: ContainerSpec, streams: Streams | None = None
    ) -> AsyncIterator[Process]:
        """Run a container attached to our pipes; at the end it is gone, whatever happened.

        One that ends by itself is removed by the engine (``--rm``), any other one by us.
        """
        command, pipes = run_arguments(self._engine, container), streams or Streams()
        async with attached(command, self._cwd, self._patience, pipes) as process:
            try:
                yield process
            except BaseException:
                with contextlib.suppress(InfrastructureError):  # what went wrong first is told
                    await self._end(process, container.name)
                raise
        if process.returncode != 0:
            await self._remove(container.name)

    async def _end(self, process: Process, name: str) -> None:
        """Remove a container whose client may still be busy with it.

        Podman's client is the engine: killed between creating and starting a container it leaves
        processes that nobody knows of, so that it goes last. Docker's daemon waits for clients
        that do not read what a container writes, so that they go first.
        """
        if self._engine.level == "docker":
            end_session(process.pid)
        await self._remove(name)

    async def _remove(self, name: str) -> None:
        with anyio.CancelScope(shield=True):
            try:
                await anyio.to_thread.run_sync(
                    remove, self._engine, name, self._cwd, self._patience.engine
                )
            except EngineCallError as error:
                raise InfrastructureError(
                    f"the container engine did not end a sandbox: {error}",
                    "restart the engine, then start again: what is left is removed at the start",
                ) from error
