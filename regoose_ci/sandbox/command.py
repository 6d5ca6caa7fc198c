"""What comes of a command that runs in a container: read with a limit, waited for so long."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import anyio
from anyio import AsyncFile
from anyio.abc import ByteReceiveStream, Process

from regoose_ci.sandbox.base import Ran

OUTPUT_LIMIT = 64 * 1024
RESULT_LIMIT = 128 * 1024 * 1024


async def read_command(process: Process, seconds: float, result: Path | None) -> Ran:
    """Wait at most ``seconds`` for a client to end; killing it is left to the caller.

    Its standard output goes to the file ``result``, or where there is none to the output.
    """
    reader = _Reader()
    async with AsyncExitStack() as stack:
        with anyio.move_on_after(seconds) as scope:
            assert process.stdout is not None
            async with anyio.create_task_group() as tasks:
                if result is None:
                    tasks.start_soon(reader.keep_end, process.stdout)
                else:
                    assert process.stderr is not None
                    tasks.start_soon(reader.keep_end, process.stderr)
                    file = await stack.enter_async_context(await anyio.open_file(result, "wb"))
                    tasks.start_soon(reader.keep_all, process.stdout, file, scope)
            await process.wait()
    text = reader.end.decode(errors="replace")
    if not scope.cancelled_caught:
        return Ran(process.returncode, text)
    problem = reader.problem or f"not finished after {seconds:g} s"
    return Ran(None, f"{text}\n{problem}")


class _Reader:
    """Reads what hostile code writes, and keeps no more of it than we can bear."""

    def __init__(self) -> None:
        self.end = b""
        self.problem = ""

    async def keep_end(self, stream: ByteReceiveStream) -> None:
        async for chunk in stream:
            self.end = (self.end + chunk)[-OUTPUT_LIMIT:]

    async def keep_all(
        self, stream: ByteReceiveStream, file: AsyncFile[bytes], scope: anyio.CancelScope
    ) -> None:
        left = RESULT_LIMIT
        async for chunk in stream:
            left -= len(chunk)
            if left < 0:
                self.problem = f"it wrote more than {RESULT_LIMIT >> 20} MB"
                scope.cancel()
                return
            await file.write(chunk)
