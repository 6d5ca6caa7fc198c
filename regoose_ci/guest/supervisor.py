"""The guest's first process: reads jobs, forks a child for each, reports how the child ended.

Runs as ``python -I -S``: standard library and our own pinned tools, never reviewed code. It is
process 1 of its container, so it also reaps what children leave behind, and no signal from
inside can end it.
"""

from __future__ import annotations

import importlib
import os
import resource
import select
import signal
import sys
import time
from dataclasses import dataclass
from typing import BinaryIO

from . import cleaning, decode
from .protocol import (
    END,
    ITEM,
    TOOLS,
    GuestSetup,
    ProtocolError,
    Reply,
    Request,
    read_frame,
    to_json,
    write_frame,
)
from .watchdog import MEMORY, LimitError, Watchdog
from .worker import Worker, set_dumpable

IDLE_SECONDS = 3600.0
"""A guest that nobody asks anything for this long ends by itself."""

_RESOURCES = [getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")]


class _HostGoneError(Exception):
    """The host closed its stream while a job was running."""


@dataclass
class _Conversation:
    """What came of one request to a child, before its wait status is known."""

    finished: bool = False
    timed_out: bool = False
    limit: str = ""
    error: str = ""


class Supervisor:
    """Serves the host's requests one after the other."""

    def __init__(self, requests: BinaryIO, replies: BinaryIO) -> None:
        self._requests = requests
        self._replies = replies
        self._workers: dict[str, Worker] = {}
        self._own_limits = _limits()

    def run(self) -> None:
        """Serve until the host closes the stream."""
        frame = read_frame(self._requests)
        if frame is None:
            return
        setup = decode.setup(frame)
        for name in setup.preload:
            importlib.import_module(name)
        watchdog = Watchdog(setup.memory_total_mb, setup.tmp_files)
        self._end(Reply(0))
        while select.select([self._requests], [], [], IDLE_SECONDS)[0]:
            frame = read_frame(self._requests)
            if frame is None:
                return
            try:
                reply = self._serve(setup, watchdog, decode.request(frame), frame)
            except _HostGoneError:
                return
            self._end(reply)
            if not self._clean():
                return

    def _end(self, reply: Reply) -> None:
        write_frame(self._replies, END + to_json(reply))

    def _clean(self) -> bool:
        """Remove what the job left; false when this guest can no longer be trusted."""
        if _limits() != self._own_limits:
            return False  # a child reached for the supervisor's own limits (prlimit)
        return bool(self._workers) or cleaning.empty_places()

    def _serve(
        self, setup: GuestSetup, watchdog: Watchdog, request: Request, frame: bytes
    ) -> Reply:
        deadline = time.monotonic() + request.deadline
        worker = self._workers.pop(request.worker, None) or Worker(setup, self._private())
        talk = self._converse(worker, watchdog, frame, deadline)
        if talk.finished and request.worker:
            self._workers[request.worker] = worker
            return Reply(request.id, error=talk.error)
        status = worker.close() if talk.finished else worker.kill()
        cleaning.kill_all(frozenset(worker.pid for worker in self._workers.values()))
        if watchdog.killed_for_memory() and not talk.finished:
            talk.limit = talk.limit or MEMORY
        exit_code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
        killed_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
        if talk.timed_out or talk.limit:
            exit_code, killed_by = None, signal.SIGKILL.value
        elif not talk.finished and not talk.error:
            talk.error = "the child ended before its job did"
        return Reply(request.id, exit_code, killed_by, talk.timed_out, talk.limit, talk.error)

    def _converse(
        self, worker: Worker, watchdog: Watchdog, frame: bytes, deadline: float
    ) -> _Conversation:
        """Pass the request down and result items up until the child has said its last."""
        talk = _Conversation()
        token = os.urandom(16)

        def watch() -> None:
            if select.select([self._requests], [], [], 0)[0]:
                raise _HostGoneError
            watchdog.check()

        try:
            worker.send(frame, deadline)
            worker.send(token, deadline)
            while not talk.finished:
                answer = worker.receive(deadline, watch)
                if answer is None:
                    break
                if answer[:1] == ITEM:
                    write_frame(self._replies, answer)
                elif answer[:1] == END and answer[1:17] == token:
                    talk.finished = True
                    talk.error = answer[17:].decode(errors="replace")[:500]
                else:
                    talk.error = "forged: the child ended its job without the supervisor's mark"
                    break
        except TimeoutError:
            talk.timed_out = True
        except LimitError as limit:
            talk.limit = str(limit)
        except ProtocolError as problem:
            talk.error = str(problem)
        return talk

    def _private(self) -> tuple[int, ...]:
        """Return descriptors that no child may keep."""
        pipes = [d for w in self._workers.values() for d in (w.requests, w.replies)]
        return (self._requests.fileno(), self._replies.fileno(), *pipes)


def _limits() -> list[tuple[int, int]]:
    return [resource.getrlimit(kind) for kind in _RESOURCES]


def main() -> None:
    """Run the supervisor on standard input and output, and hide both from children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # without a handler, process 1 cannot be reached
    requests = open(os.dup(0), "rb", buffering=0)  # noqa: SIM115, PTH123 - open until the end
    replies = open(os.dup(1), "wb")  # noqa: SIM115, PTH123
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)
    set_dumpable(0)
    sys.path.insert(0, TOOLS)
    Supervisor(requests, replies).run()
