"""A started container that speaks the guest protocol over its standard streams."""

from __future__ import annotations

import dataclasses
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

import anyio
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream

from regoose_ci.errors import GuestError, GuestGoneError
from regoose_ci.guest.protocol import END, MAX_FRAME, GuestSetup, Request, to_json
from regoose_ci.sandbox.base import Answer
from regoose_ci.sandbox.calls import end_session, engine_environment
from regoose_ci.sandbox.frames import Budget, end_of, item_of, split


@dataclasses.dataclass(frozen=True, slots=True)
class Patience:
    """How long an engine or a guest may take, in seconds.

    ``start``: from starting the container to the supervisor's first frame, which on a machine
    with far more to do than it has processors has taken 20 where 0.3 is usual; ``grace``: beyond a
    job's deadline until the supervisor has answered; ``end``: for the container to end after its
    input was closed or it was killed; ``engine``: for any other call of the engine.
    """

    start: float = 60.0
    grace: float = 5.0
    end: float = 1.0
    engine: float = 20.0


class ContainerGuest:
    """Speaks to the supervisor inside a started container."""

    def __init__(self, process: Process, patience: Patience) -> None:
        assert process.stdout is not None
        self._process = process
        self._patience = patience
        self._stdout = BufferedByteReceiveStream(process.stdout)
        self._next_id = 1
        self._budget = Budget()
        self._lock = anyio.Lock()
        self._is_usable = True

    async def begin(self, setup: GuestSetup) -> None:
        """Send the set-up and wait until the supervisor is ready."""
        try:
            with anyio.fail_after(self._patience.start):
                await self._send(to_json(setup))
                await self._receive()
        except TimeoutError as error:
            raise GuestError("the sandbox did not start in time") from error

    async def call(self, job: str, payload: object, deadline: float, worker: str = "") -> Answer:
        """See ``Guest.call``.

        A call that failed or was cancelled may have left off inside a frame. What follows could
        be read as whatever reviewed code wants to have said, so that nothing more is read.
        """
        assert dataclasses.is_dataclass(payload)
        assert not isinstance(payload, type)
        async with self._lock:
            if not self._is_usable:
                raise GuestError("the sandbox was given up after an earlier failure")
            self._is_usable = False
            request = Request(self._next_id, job, dataclasses.asdict(payload), deadline, worker)
            self._next_id += 1
            try:
                with anyio.fail_after(deadline + self._patience.grace):
                    await self._send(to_json(request))
                    answer = await self._collect(request.id)
            except TimeoutError as error:
                raise GuestError("the sandbox did not answer within its deadline") from error
            self._is_usable = True
            return answer

    async def _collect(self, request_id: int) -> Answer:
        items: list[object] = []
        self._budget.begin()
        while True:
            kind, payload = split(await self._receive())
            if kind == END:
                reply = end_of(payload)
                if reply.id != request_id:
                    raise GuestError("the sandbox answered another request")
                return Answer(tuple(items), reply)
            self._budget.spend(payload)
            items.append(item_of(payload))

    async def _send(self, payload: bytes) -> None:
        assert self._process.stdin is not None
        try:
            await self._process.stdin.send(len(payload).to_bytes(4, "big") + payload)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError) as error:
            raise GuestGoneError(f"the sandbox is gone{await self._last_words()}") from error

    async def _receive(self) -> bytes:
        try:
            size = int.from_bytes(await self._stdout.receive_exactly(4), "big")
            if size > MAX_FRAME:
                raise GuestError("the sandbox answered with a frame that is too large")
            return await self._stdout.receive_exactly(size)
        except (anyio.IncompleteRead, anyio.EndOfStream, anyio.ClosedResourceError) as error:
            raise GuestGoneError(f"the sandbox is gone{await self._last_words()}") from error

    async def _last_words(self) -> str:
        """Return what the container engine wrote to standard error, shortened."""
        if self._process.stderr is None:
            return ""
        with anyio.move_on_after(0.5):
            try:
                text = (await self._process.stderr.receive(4096)).decode(errors="replace")
            except (anyio.EndOfStream, anyio.ClosedResourceError, anyio.BrokenResourceError):
                return ""
            return f": {text.strip()[-500:]}"
        return ""


@dataclasses.dataclass(frozen=True, slots=True)
class Streams:
    """What a client's standard input and standard error are; its standard output is a pipe."""

    stdin: int | IO[bytes] = subprocess.PIPE
    stderr: int = subprocess.PIPE


@asynccontextmanager
async def attached(
    command: list[str], cwd: Path, patience: Patience, streams: Streams
) -> AsyncIterator[Process]:
    """Run an engine's ``run`` command in a session of its own, streams piped.

    ``cwd`` is a directory of ours: engines leave files (``oom``) where they are started. At the
    end the client is gone; its exit code is 0 when the container ended by itself and well.
    """
    try:
        process = await anyio.open_process(
            command,
            stdin=streams.stdin,
            stdout=subprocess.PIPE,
            stderr=streams.stderr,
            cwd=cwd,
            env=engine_environment(),
            start_new_session=True,
        )
    except OSError as error:
        raise GuestError(f"cannot start {command[0]}: {error.strerror}") from error
    try:
        yield process
    finally:
        with anyio.CancelScope(shield=True):
            await _finish(process, patience.end)


async def _finish(process: Process, seconds: float) -> None:
    """Close the guest's input, which ends its supervisor, and wait for the client to go."""
    if process.stdin is not None:
        await process.stdin.aclose()
    with anyio.move_on_after(seconds):
        await process.wait()
    if process.returncode is None:
        end_session(process.pid)
        await process.wait()
    await process.aclose()
