"""Bounded calls of a container engine's client: it may hang, its children may hold its pipes."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

OUTPUT_LIMIT = 256 * 1024


class EngineCallError(Exception):
    """The client could not be started, or did not end in time."""


@dataclass(frozen=True, slots=True)
class Called:
    """What a client said. Output is cut to ``OUTPUT_LIMIT`` bytes."""

    exit_code: int
    stdout: bytes
    stderr: bytes


def call_engine(
    command: Sequence[str], cwd: Path, seconds: float, stdin: Path | None = None
) -> Called:
    """Run an engine's client to its end.

    Output goes through files, so that nothing that outlives the client can hold us up; ``cwd`` is
    a directory of ours, because engines leave files where they are started.

    Raises:
        EngineCallError: it cannot be started, or was killed after ``seconds``.
    """
    with contextlib.ExitStack() as stack:
        out = stack.enter_context(tempfile.TemporaryFile())
        err = stack.enter_context(tempfile.TemporaryFile())
        source = stack.enter_context(stdin.open("rb")) if stdin else subprocess.DEVNULL
        try:
            process = subprocess.Popen(
                list(command), stdin=source, stdout=out, stderr=err, cwd=cwd, start_new_session=True
            )
        except OSError as error:
            raise EngineCallError(f"cannot start {command[0]}: {error.strerror}") from error
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise EngineCallError(f"{command[0]} did not answer within {seconds:g} s") from error
        finally:
            if process.poll() is None:
                end_session(process.pid)
                process.wait()
        out.seek(0)
        err.seek(0)
        return Called(code, out.read(OUTPUT_LIMIT), err.read(OUTPUT_LIMIT))


def end_session(pid: int) -> None:
    """Kill a client that was started in a session of its own, with what it started there."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
