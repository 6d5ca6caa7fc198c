"""The guest's first process: reads jobs, forks a child for each, reports how the child ended.

Runs as ``python -I -S``: standard library and our own pinned tools, never reviewed code. It is
process 1 of its container, so it also reaps what children leave behind.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import select
import signal
import sys
import time
from typing import BinaryIO

from . import child, decode
from .protocol import (
    TOOLS,
    GuestSetup,
    ProtocolError,
    Reply,
    Request,
    read_frame,
    to_json,
    write_frame,
)

_PR_SET_DUMPABLE = 4


class Child:
    """A forked child with a pipe in each direction."""

    def __init__(self, setup: GuestSetup, private: tuple[int, ...]) -> None:
        request_read, self._requests = os.pipe()
        self._replies, reply_write = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            _become_child(
                setup, request_read, reply_write, (*private, self._requests, self._replies)
            )
        os.close(request_read)
        os.close(reply_write)
        self._buffer = b""

    def send(self, frame: bytes) -> None:
        """Hand a request to the child; a child that is gone shows when its reply is read."""
        with (
            contextlib.suppress(BrokenPipeError),
            open(self._requests, "wb", closefd=False) as pipe,
        ):
            write_frame(pipe, frame)

    def receive(self, deadline: float) -> bytes | None:
        """Return the next frame, or ``None`` when the child closed its pipe.

        Raises:
            TimeoutError: nothing came before ``deadline`` (monotonic seconds).
            ProtocolError: what came is not a frame.
        """
        while True:
            frame = self._take_frame()
            if frame is not None:
                return frame
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._replies], [], [], left)[0]:
                raise TimeoutError
            chunk = os.read(self._replies, 1 << 16)
            if not chunk:
                return None
            self._buffer += chunk

    def _take_frame(self) -> bytes | None:
        if len(self._buffer) < 4:
            return None
        size = int.from_bytes(self._buffer[:4], "big")
        if size > 8 * 1024 * 1024:
            raise ProtocolError("a child's frame is too large")
        if len(self._buffer) < 4 + size:
            return None
        frame, self._buffer = self._buffer[4 : 4 + size], self._buffer[4 + size :]
        return frame

    def end(self) -> int:
        """Kill the child and all it started, and return its wait status."""
        os.close(self._requests)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        status = os.waitpid(self.pid, 0)[1]
        os.close(self._replies)
        return status

    def close(self) -> int:
        """Let the child finish by itself, bounded, and return its wait status."""
        os.close(self._requests)
        for _ in range(100):
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                break
            time.sleep(0.002)
        else:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            status = os.waitpid(self.pid, 0)[1]
        os.close(self._replies)
        return status


def _become_child(setup: GuestSetup, requests: int, replies: int, private: tuple[int, ...]) -> None:
    """Turn the forked process into a child; never returns."""
    code = 1
    try:
        for descriptor in private:
            os.close(descriptor)
        os.setsid()
        _set_dumpable(1)
        with open(requests, "rb") as reader, open(replies, "wb") as writer:
            child.serve(setup, reader, writer)
        code = 0
    except BaseException as error:  # noqa: BLE001 - the exit code is all a child has to say
        code = 70 if isinstance(error, (MemoryError, OSError)) else 71
    finally:
        os._exit(code)


class Supervisor:
    """Serves the host's requests one after the other."""

    def __init__(self, requests: BinaryIO, replies: BinaryIO) -> None:
        self._requests = requests
        self._replies = replies
        self._workers: dict[str, Child] = {}

    def run(self) -> None:
        """Serve until the host closes the stream."""
        frame = read_frame(self._requests)
        if frame is None:
            return
        setup = decode.setup(frame)
        for name in setup.preload:
            importlib.import_module(name)
        write_frame(self._replies, to_json(Reply(0, final=True)))
        while True:
            frame = read_frame(self._requests)
            if frame is None:
                return
            self._serve(setup, decode.request(frame), frame)

    def _serve(self, setup: GuestSetup, request: Request, frame: bytes) -> None:
        deadline = time.monotonic() + request.deadline
        worker = self._workers.pop(request.worker, None) or Child(setup, self._private())
        worker.send(frame)
        timed_out, error, finished = False, "", False
        try:
            while not finished:
                answer = worker.receive(deadline)
                if answer is None:
                    break
                finished = b'"final":true' in answer[:64]
                if finished:
                    error = str(json.loads(answer).get("error", ""))[:500]
                else:
                    write_frame(self._replies, answer)
        except TimeoutError:
            timed_out = True
        except (ProtocolError, ValueError) as problem:
            error = str(problem)
        if finished and request.worker:
            self._workers[request.worker] = worker
            write_frame(self._replies, to_json(Reply(request.id, final=True, error=error)))
            return
        status = worker.close() if finished else worker.end()
        self._sweep()
        exit_code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
        killed_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
        if timed_out:
            exit_code, killed_by = None, signal.SIGKILL.value
        elif not finished and not error:
            error = "the child ended before its job did"
        reply = Reply(request.id, True, None, exit_code, killed_by, timed_out, error)
        write_frame(self._replies, to_json(reply))

    def _private(self) -> tuple[int, ...]:
        """Return descriptors that no child may keep."""
        pipes = [d for w in self._workers.values() for d in (w._requests, w._replies)]
        return (self._requests.fileno(), self._replies.fileno(), *pipes)

    def _sweep(self) -> None:
        """Kill and reap every process but this one and the loaded workers."""
        keep = {worker.pid for worker in self._workers.values()}
        if os.getpid() == 1:
            for name in os.listdir("/proc"):  # noqa: PTH208 - thousands of names at worst
                if name.isdigit() and int(name) != 1 and int(name) not in keep:
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.kill(int(name), signal.SIGKILL)
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0 or pid in keep:
                return


def _set_dumpable(value: int) -> None:
    """Open or close ``/proc/<pid>`` (descriptors, memory) to other processes of the same user."""
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, value, 0, 0, 0)


def main() -> None:
    """Run the supervisor on standard input and output, and hide both from children."""
    requests = open(os.dup(0), "rb")  # noqa: SIM115, PTH123 - open until the process ends
    replies = open(os.dup(1), "wb")  # noqa: SIM115, PTH123
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)
    _set_dumpable(0)
    sys.path.insert(0, TOOLS)
    Supervisor(requests, replies).run()
