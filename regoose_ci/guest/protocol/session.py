"""Where things lie in a guest, how it is set up, and how a job is asked for and ends."""

from __future__ import annotations

from dataclasses import dataclass

REPOSITORY = "/work/repo"
"""Where the tree of a guest's revision is mounted: the same path for base and head."""
ENVIRONMENT = "/opt/env"
PYTHON = "/opt/python"
GUEST = "/opt/regoose/regoose_guest"
TOOLS = "/opt/regoose/tools"
TO_OBSERVE = (".jobs.describe", ".jobs.evaluate", ".jobs.mutate")
TO_TEST = (".pytest_parts",)
"""Modules to preload; those with a dot in front are the guest program's own."""


@dataclass(frozen=True)
class GuestSetup:
    """The first frame a guest gets: how children see the project.

    ``import_roots`` and ``site_dirs`` are paths inside the guest; ``preload`` are modules that the
    supervisor imports before it forks: of our own tools and of the standard library alone.

    ``memory_mb`` and ``file_mb`` bound each process and each file. ``memory_total_mb`` is for the
    watchdog, where the engine does not bound the memory of all processes together (0: it does),
    and ``tmp_files`` is the number of files that may lie in ``/tmp``. ``clock_offset`` is how many
    seconds the children's clocks are ahead.
    """

    import_roots: tuple[str, ...]
    site_dirs: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    preload: tuple[str, ...] = TO_OBSERVE
    memory_mb: int = 512
    file_mb: int = 64
    memory_total_mb: int = 0
    tmp_files: int = 20_000
    clock_offset: int = 0


@dataclass(frozen=True)
class Request:
    """One job for the guest. ``worker`` names a child that stays loaded; empty: a fresh child.

    ``deadline`` in seconds for the whole job; the child is killed at it.
    """

    id: int
    job: str
    payload: dict[str, object]
    deadline: float
    worker: str = ""


@dataclass(frozen=True)
class Reply:
    """The end of a request, as the supervisor saw it.

    ``exit_code`` and ``signal`` are the child's wait status if it is gone. ``timed_out`` says that
    the supervisor killed it at the deadline, ``limit`` names the limit that it was killed for.
    """

    id: int
    exit_code: int | None = None
    signal: int | None = None
    timed_out: bool = False
    limit: str = ""
    error: str = ""
