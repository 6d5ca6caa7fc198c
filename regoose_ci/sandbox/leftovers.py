"""Names of containers that tell whose they are, and the removal of those whose owner is gone.

A name carries the boot of the machine, the namespace of process ids, the owner's id and when it
was started, so that neither a reboot nor a reused id makes a stranger's container look alive, and
nothing of a running session is ever taken for a leftover.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from regoose_ci.sandbox.calls import EngineCallError, call_engine
from regoose_ci.sandbox.flags import Engine

PREFIX = "regoose"
TIMEOUT = 20.0
_PAUSE = 0.1

_SESSION = secrets.token_hex(3)
_NUMBER = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Owner:
    """A process that starts containers. ``started`` is in clock ticks since boot."""

    boot: str
    namespace: str
    pid: int
    started: int

    @property
    def is_gone(self) -> bool:
        """True when the process cannot be running any more.

        Of an owner in another namespace of process ids nothing can be said while the machine
        is up: it counts as running.
        """
        here = current_owner()
        if self.boot != here.boot:
            return True
        if self.namespace != here.namespace:
            return False
        return _started(self.pid) != self.started


def current_owner() -> Owner:
    """Return the owner that this process is."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")[:8]
        namespace = str(Path("/proc/self/ns/pid").readlink()).strip("pid:[]")
    except OSError:
        boot, namespace = "0", "0"
    return Owner(boot, namespace, os.getpid(), _started(os.getpid()) or 0)


def new_name() -> str:
    """Return a name for a container of this process."""
    owner = current_owner()
    parts = (PREFIX, owner.boot, owner.namespace, owner.pid, owner.started, _SESSION)
    return "-".join(map(str, (*parts, next(_NUMBER))))


def owner_of(name: str) -> Owner | None:
    """Return whose container has this name; ``None`` when the name is not one of ours."""
    parts = name.split("-")
    if len(parts) != 7 or parts[0] != PREFIX or not (parts[3] + parts[4]).isdigit():
        return None
    return Owner(parts[1], parts[2], int(parts[3]), int(parts[4]))


def remove_leftovers(engine: Engine, cwd: Path) -> tuple[str, ...]:
    """Remove the containers of owners that are gone; return their names.

    What cannot be listed or removed in time is left for the next start.
    """
    try:
        owners = {name: owner_of(name) for name in _names(engine, cwd, TIMEOUT)}
    except EngineCallError:
        return ()
    left = tuple(name for name, owner in owners.items() if owner is not None and owner.is_gone)
    for name in left:
        with contextlib.suppress(EngineCallError):
            remove(engine, name, cwd)
    return left


def remove(engine: Engine, name: str, cwd: Path, seconds: float = TIMEOUT) -> None:
    """Kill and remove a container, if it is there.

    Raises:
        EngineCallError: the engine does not answer, or the container is still there after
            ``seconds``. The next start removes what is left.
    """
    at_once = [] if engine.level == "docker" else ["--time", "0", "--ignore"]
    command = [engine.command, "rm", "--force", "--volumes", *at_once, name]
    end = time.monotonic() + seconds
    while True:
        answer = call_engine(command, cwd, seconds)
        if answer.exit_code == 0 or name not in _names(engine, cwd, seconds):
            return
        if time.monotonic() > end:  # another removal may have been under way
            reason = answer.stderr.decode(errors="replace").strip()[-200:]
            raise EngineCallError(f"a container cannot be removed: {reason}")
        time.sleep(_PAUSE)


def _names(engine: Engine, cwd: Path, seconds: float) -> list[str]:
    """List the names of all containers that could be ours."""
    listing = [engine.command, "ps", "--all", "--filter", f"name={PREFIX}-"]
    answer = call_engine([*listing, "--format", "{{.Names}}"], cwd, seconds)
    return answer.stdout.decode(errors="replace").split()


def _started(pid: int) -> int | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
        return int(stat.rpartition(b")")[2].split()[19])
    except (OSError, IndexError, ValueError):
        return None
