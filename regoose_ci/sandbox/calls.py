"""Bounded calls of a container engine's client: it may hang, its children may hold its pipes."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

OUTPUT_LIMIT = 256 * 1024
_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSW|CREDENTIAL|AUTH", re.IGNORECASE)


def engine_environment() -> dict[str, str]:
    """Return what an engine's client gets of our environment: nothing that looks like a secret."""
    return {name: value for name, value in os.environ.items() if not _SECRET.search(name)}


class EngineCallError(Exception):
    """The client could not be started, or did not end in time."""


@dataclass(frozen=True, slots=True)
class Called:
    """What a client said. Output is cut to ``OUTPUT_LIMIT`` bytes."""

    exit_code: int
    stdout: bytes
    stderr: bytes


def call_engine(command: Sequence[str], cwd: Path, seconds: float) -> Called:
    """Run an engine's client to its end.

    Output goes through files, so that nothing that outlives the client can hold us up; ``cwd`` is
    a directory of ours, because engines leave files where they are started.

    Raises:
        EngineCallError: it cannot be started, or was killed after ``seconds``.
    """
    with contextlib.ExitStack() as stack:
        out = stack.enter_context(tempfile.TemporaryFile())
        err = stack.enter_context(tempfile.TemporaryFile())
        try:
            process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd=cwd,
                env=engine_environment(),
                start_new_session=True,
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


def within(seconds: float, work: Callable[[], None]) -> None:
    """Do ``work`` for a library that knows no time-outs, and stop waiting after ``seconds``.

    Raises:
        EngineCallError: it did not end in time.
        Exception: whatever ``work`` raises.
    """
    raised: list[Exception] = []

    def run() -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - handed to the caller's thread
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise EngineCallError(f"the container engine did not answer within {seconds:g} s")
    if raised:
        raise raised[0]


def end_session(pid: int) -> None:
    """Kill a client that was started in a session of its own, with what it started there."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
