"""What the rest of the program sees of a sandbox."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from regoose_ci.domain.report import SandboxInfo
from regoose_ci.guest.protocol import GuestSetup, Reply

WORK = "/work/build"


@dataclass(frozen=True, slots=True)
class GuestLimits:
    """What one guest may use: MiB, processes, cores, seconds."""

    memory_mb: int = 1024
    pids: int = 128
    cpus: float = 1.0
    tmp_mb: int = 128
    open_files: int = 1024


@dataclass(frozen=True, slots=True)
class Mount:
    """A host directory or file, read-only in the guest."""

    source: Path
    target: str


@dataclass(frozen=True, slots=True)
class GuestSpec:
    """A guest to start: what it sees, and the first frame it gets.

    ``python`` is the interpreter's path inside the guest; ``library_path`` its shared library's
    directory there, if it has one outside of ``/usr``.
    """

    mounts: tuple[Mount, ...]
    python: str
    setup: GuestSetup
    library_path: str = ""
    limits: GuestLimits = field(default_factory=GuestLimits)


@dataclass(frozen=True, slots=True)
class Command:
    """A program to run in a container of its own.

    ``stdin`` is a file of ours that it may read. ``work_mb`` is the size of a directory that only
    it has, at ``WORK``; with 0 there is none.
    """

    argv: tuple[str, ...]
    mounts: tuple[Mount, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    stdin: Path | None = None
    work_mb: int = 0


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended, ``None`` when it was killed, and the end of what it wrote."""

    exit_code: int | None
    output: str


@dataclass(frozen=True, slots=True)
class Answer:
    """All that came back for one request: result items, and how it ended."""

    items: tuple[object, ...]
    end: Reply


class Guest(Protocol):
    """A started guest. Requests are answered one after the other."""

    async def call(self, job: str, payload: object, deadline: float, worker: str = "") -> Answer:
        """Run a job (a dataclass of the guest protocol) and return what came of it.

        Args:
            job: the job's name.
            payload: the job itself.
            deadline: seconds after which its child is killed.
            worker: name of a child that stays loaded between jobs; empty for a fresh one.

        Raises:
            GuestError: the guest is gone or answered nonsense; it cannot be used again.
        """
        ...


class Sandbox(Protocol):
    """A container engine that was found to work on this machine."""

    @property
    def info(self) -> SandboxInfo:
        """Engine, level, limits and what is degraded, for the report."""
        ...

    def start(self, spec: GuestSpec) -> AbstractAsyncContextManager[Guest]:
        """Start a single-use guest; it is removed when the context ends, whatever happens.

        Raises:
            GuestError: the container could not be started.
        """
        ...

    async def run(self, command: Command, seconds: float, result: Path | None = None) -> Ran:
        """Run one command in a container of its own, for at most ``seconds``.

        Its standard output goes to the file ``result`` where that is given, up to a limit beyond
        which it is killed, and else to the output like its standard error.

        Raises:
            InfrastructureError: the container could not be started or not be removed.
        """
        ...
