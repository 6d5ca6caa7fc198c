"""The guest's first process: reads jobs, forks a child for each, reports how the child ended.

Runs as ``python -I -S``: standard library and our own pinned tools, never reviewed code. It is
process 1 of its container, so it also reaps what children leave behind, and no signal from
inside can end it.
"""

from __future__ import annotations

import functools
import importlib
import os
import resource
import select
import signal
import sys
import time
from typing import BinaryIO

from . import child, cleaning, decode
from .conversation import Conversation, converse
from .protocol import END, TOOLS, GuestSetup, Reply, Request, read_frame, to_json, write_frame
from .watchdog import MEMORY, Watchdog
from .worker import Worker, set_dumpable

IDLE_SECONDS = 3600.0
"""A guest that nobody asks anything for this long ends by itself."""

_RESOURCES = [getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")]


class _HostGoneError(Exception):
    """The host closed its stream while a job was running."""


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
            importlib.import_module(name, __package__)
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
        worker = self._workers.pop(request.worker, None)
        if worker is None:
            worker = Worker(functools.partial(child.serve, setup), self._private())
        talk = self._converse(worker, watchdog, frame, deadline)
        if talk.finished and request.worker:
            self._workers[request.worker] = worker
            return Reply(request.id, error=talk.error)
        status = worker.close() if talk.finished else worker.kill()
        cleaning.kill_all(frozenset(worker.pid for worker in self._workers.values()))
        if watchdog.killed_for_memory() and not talk.finished:
            talk.limit = talk.limit or MEMORY
        return talk.reply(request.id, status)

    def _converse(
        self, worker: Worker, watchdog: Watchdog, frame: bytes, deadline: float
    ) -> Conversation:
        def watch() -> None:
            if select.select([self._requests], [], [], 0)[0]:
                raise _HostGoneError
            watchdog.check()

        return converse(
            worker, frame, deadline, watch, lambda item: write_frame(self._replies, item)
        )

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
