"""A started container that speaks the guest protocol over its standard streams."""

from __future__ import annotations

import dataclasses
import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
from anyio.abc import Process
from anyio.streams.buffered import BufferedByteReceiveStream
from pydantic import TypeAdapter, ValidationError

from regoose_ci.errors import GuestError
from regoose_ci.guest.protocol import MAX_FRAME, GuestSetup, Reply, Request, to_json
from regoose_ci.sandbox.base import Answer

START_TIMEOUT = 20.0
"""Seconds from starting the container to the supervisor's first frame."""
GRACE = 5.0
"""Seconds beyond a job's deadline in which the supervisor must have answered."""
MAX_ITEMS_BYTES = 64 * 1024 * 1024
"""Most bytes of results kept for one request."""

_REPLY = TypeAdapter(Reply)


class ContainerGuest:
    """Speaks to the supervisor inside a started container."""

    def __init__(self, process: Process) -> None:
        assert process.stdout is not None
        self._process = process
        self._stdout = BufferedByteReceiveStream(process.stdout)
        self._next_id = 1
        self._lock = anyio.Lock()

    async def begin(self, setup: GuestSetup) -> None:
        """Send the set-up and wait until the supervisor is ready."""
        try:
            with anyio.fail_after(START_TIMEOUT):
                await self._send(to_json(setup))
                await self._receive()
        except TimeoutError as error:
            raise GuestError("the sandbox did not start in time") from error

    async def call(self, job: str, payload: object, deadline: float, worker: str = "") -> Answer:
        """See ``Guest.call``."""
        assert dataclasses.is_dataclass(payload)
        assert not isinstance(payload, type)
        async with self._lock:
            request = Request(self._next_id, job, dataclasses.asdict(payload), deadline, worker)
            self._next_id += 1
            try:
                with anyio.fail_after(deadline + GRACE):
                    await self._send(to_json(request))
                    return await self._collect(request.id)
            except TimeoutError as error:
                raise GuestError("the sandbox did not answer within its deadline") from error

    async def _collect(self, request_id: int) -> Answer:
        items: list[object] = []
        size = 0
        while True:
            frame = await self._receive()
            reply = _parse(frame)
            if reply.id != request_id:
                raise GuestError("the sandbox answered another request")
            if reply.final:
                return Answer(tuple(items), reply)
            size += len(frame)
            if size > MAX_ITEMS_BYTES:
                raise GuestError("the sandbox answered more than is accepted")
            items.append((reply.item or {}).get("value"))

    async def _send(self, payload: bytes) -> None:
        assert self._process.stdin is not None
        try:
            await self._process.stdin.send(len(payload).to_bytes(4, "big") + payload)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError) as error:
            raise GuestError(f"the sandbox is gone{await self._last_words()}") from error

    async def _receive(self) -> bytes:
        try:
            size = int.from_bytes(await self._stdout.receive_exactly(4), "big")
            if size > MAX_FRAME:
                raise GuestError("the sandbox answered with a frame that is too large")
            return await self._stdout.receive_exactly(size)
        except (anyio.IncompleteRead, anyio.EndOfStream, anyio.ClosedResourceError) as error:
            raise GuestError(f"the sandbox is gone{await self._last_words()}") from error

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


@asynccontextmanager
async def attached(
    command: list[str], cwd: Path, stderr: int = subprocess.PIPE
) -> AsyncIterator[Process]:
    """Run an engine's ``run`` command in a session of its own, streams piped.

    ``cwd`` is a directory of ours: engines leave files (``oom``) where they are started.
    """
    try:
        process = await anyio.open_process(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            cwd=cwd,
            start_new_session=True,
        )
    except OSError as error:
        raise GuestError(f"cannot start {command[0]}: {error.strerror}") from error
    try:
        yield process
    finally:
        with anyio.CancelScope(shield=True):
            await _finish(process)


async def _finish(process: Process) -> None:
    """Close the guest's input, which ends its supervisor, and wait for the client to go."""
    if process.stdin is not None:
        await process.stdin.aclose()
    with anyio.move_on_after(1.0):
        await process.wait()
    if process.returncode is None:
        process.kill()
    await process.aclose()


def _parse(frame: bytes) -> Reply:
    try:
        return _REPLY.validate_python(json.loads(frame))
    except (ValueError, RecursionError, ValidationError) as error:
        raise GuestError("the sandbox answered with something that is not a reply") from error
