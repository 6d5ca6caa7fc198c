"""A forked child as the supervisor sees it: two pipes and a process id."""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import time
from collections.abc import Callable
from typing import BinaryIO

from .protocol import ProtocolError

TICK = 0.025
"""Seconds between looks at a child that says nothing."""
MAX_CHILD_FRAME = 2 * 1024 * 1024
"""Largest frame taken from a child, in bytes."""

Serve = Callable[[BinaryIO, BinaryIO], None]
"""What a child does: answers the requests of the first stream on the second."""

_PR_SET_DUMPABLE = 4
_OOM_SCORE = "/proc/self/oom_score_adj"


class Worker:
    """A forked child with a pipe in each direction; it does ``serve`` and ends.

    ``private`` are descriptors that it must not inherit.
    """

    def __init__(self, serve: Serve, private: tuple[int, ...]) -> None:
        request_read, self.requests = os.pipe()
        self.replies, reply_write = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            _become_child(serve, request_read, reply_write, (*private, self.requests, self.replies))
        os.close(request_read)
        os.close(reply_write)
        os.set_blocking(self.requests, False)
        os.read(self.replies, 1)  # until it can be looked into, or is gone
        self._buffer = bytearray()

    def send(self, frame: bytes, deadline: float) -> None:
        """Hand a frame to the child; a child that is gone shows when its reply is read.

        Raises:
            TimeoutError: the child does not read.
        """
        left = memoryview(len(frame).to_bytes(4, "big") + frame)
        while left:
            seconds = deadline - time.monotonic()
            if seconds <= 0 or not select.select([], [self.requests], [], seconds)[1]:
                raise TimeoutError
            try:
                left = left[os.write(self.requests, left) :]
            except BrokenPipeError:
                return

    def receive(self, deadline: float, watch: Callable[[], None]) -> bytes | None:
        """Return the next frame, or ``None`` when the child is gone or closed its pipe.

        ``watch`` is called every ``TICK`` and may raise to give up.

        Raises:
            TimeoutError: nothing came before ``deadline`` (monotonic seconds).
            ProtocolError: what came is not a frame.
        """
        next_look = time.monotonic() + TICK
        while True:
            frame = self._take_frame()
            if frame is not None:
                return frame
            now = time.monotonic()
            if now >= deadline:
                raise TimeoutError
            if now >= next_look:
                watch()
                next_look = now + TICK
            readable = select.select([self.replies], [], [], min(deadline - now, TICK))[0]
            if readable:
                chunk = os.read(self.replies, 1 << 16)
                if not chunk:
                    return None
                self._buffer += chunk
            elif self.gone():
                return None

    def gone(self) -> bool:
        """Tell whether the child has ended, also while others hold its pipe open."""
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.pid, flags) is not None

    def _take_frame(self) -> bytes | None:
        if len(self._buffer) < 4:
            return None
        size = int.from_bytes(self._buffer[:4], "big")
        if size > MAX_CHILD_FRAME:
            raise ProtocolError("a result is too large")
        if len(self._buffer) < 4 + size:
            return None
        frame = bytes(self._buffer[4 : 4 + size])
        del self._buffer[: 4 + size]
        return frame

    def kill(self) -> int:
        """Kill the child and return its wait status."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        return self._reap()

    def close(self, seconds: float = 2.0) -> int:
        """Let the child finish by itself, bounded, and return its wait status.

        It has only to leave; on a busy machine that alone has taken more than 0.2 seconds.
        """
        os.close(self.requests)
        self.requests = -1
        end = time.monotonic() + seconds
        while not self.gone() and time.monotonic() < end:
            time.sleep(0.001)
        return self.kill()

    def _reap(self) -> int:
        status = os.waitpid(self.pid, 0)[1]
        for descriptor in (self.requests, self.replies):
            if descriptor >= 0:
                os.close(descriptor)
        return status


def set_dumpable(value: int) -> None:
    """Open or close ``/proc/<pid>`` (descriptors, memory) to other processes of the same user."""
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, value, 0, 0, 0)


def _become_child(serve: Serve, requests: int, replies: int, private: tuple[int, ...]) -> None:
    """Turn the forked process into a child; never returns."""
    code = 1
    try:
        for descriptor in private:
            os.close(descriptor)
        os.setsid()
        set_dumpable(1)
        os.write(replies, b"\0")
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with contextlib.suppress(OSError), open(_OOM_SCORE, "w") as score:  # noqa: PTH123
            score.write("1000")  # the kernel shall take the child, not the supervisor
        with open(requests, "rb") as reader, open(replies, "wb") as writer:
            serve(reader, writer)
        code = 0
    except BaseException as error:  # noqa: BLE001 - the exit code is all a child has to say
        code = 70 if isinstance(error, (MemoryError, OSError)) else 71
    finally:
        os._exit(code)
