"""Runs hostile code in the real sandbox, through the jobs that a review sends."""

from __future__ import annotations

import ast
import contextlib
import itertools
import os
import secrets
import shutil
import subprocess
import tempfile
import textwrap
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import anyio
from pydantic import TypeAdapter

from regoose_ci.assembly.laboratory import GUEST_PROGRAM, guest_interpreter
from regoose_ci.config import Settings
from regoose_ci.domain.report import Level
from regoose_ci.environments.interpreter import Interpreter
from regoose_ci.environments.tools import ensure_tools
from regoose_ci.environments.uv import Uv
from regoose_ci.execution.jobs import Ended, run_test
from regoose_ci.guest.protocol import (
    GUEST,
    REPOSITORY,
    TO_TEST,
    TOOLS,
    Call,
    CallKind,
    Evaluated,
    EvaluateJob,
    GuestSetup,
    OutcomeKind,
    Reply,
    RunTestJob,
)
from regoose_ci.sandbox.base import Answer, Guest, GuestLimits, GuestSpec, Mount
from regoose_ci.sandbox.container import ContainerSandbox
from regoose_ci.sandbox.probe import Host, Probe

from .levels import host_at, interpreter_at

LIMITS = GuestLimits(memory_mb=256, pids=64, tmp_mb=48)
"""Small, so that reaching them is quick."""

_T = TypeVar("_T")
_EVALUATED = TypeAdapter(Evaluated)


@dataclass(frozen=True)
class Attack:
    """What came of one call of hostile code."""

    kind: OutcomeKind | None
    """``None`` when the child did not live to tell."""
    value: object
    raised: str
    end: Reply
    seconds: float


@dataclass(frozen=True)
class Lab:
    """One level of the sandbox, ready to attack."""

    level: Level
    host: Host
    interpreter: Interpreter
    place: Path
    guest_program: Path
    tools: Path
    sandbox: ContainerSandbox
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def probe(self) -> Probe:
        """Return the probe that found this lab's sandbox."""
        seen = guest_interpreter(self.interpreter)
        wanted = "docker" if self.level == "docker" else "podman"
        cache = self.place / "cache"
        return Probe(cache, seen, self.guest_program, wanted, host=self.host)

    def tree(self, files: Mapping[str, str]) -> Path:
        """Write a reviewed tree that every user can read."""
        root = self.place / "trees" / str(next(self._numbers))
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))
        return root

    def spec(self, tree: Path, **setup: object) -> GuestSpec:
        """Describe a guest that sees ``tree``."""
        seen = guest_interpreter(self.interpreter)
        mounts = (Mount(self.guest_program, GUEST), Mount(self.tools, TOOLS))
        started = GuestSetup((REPOSITORY,), memory_mb=LIMITS.memory_mb, file_mb=32)
        return GuestSpec(
            (*seen.mounts, *mounts, Mount(tree, REPOSITORY)),
            seen.python,
            replace(started, **setup),  # type: ignore[arg-type]
            seen.library_path,
        )

    @contextlib.asynccontextmanager
    async def guest(
        self, source: str, files: Mapping[str, str] | None = None
    ) -> AsyncIterator[Guest]:
        """Start a guest whose tree holds ``source`` as ``hostile.py``."""
        tree = self.tree({"hostile.py": source, **(files or {})})
        async with self.sandbox.start(self.spec(tree, preload=TO_TEST)) as guest:
            yield guest

    def using(
        self,
        source: str,
        work: Callable[[Guest], Awaitable[_T]],
        files: Mapping[str, str] | None = None,
    ) -> _T:
        """Do ``work`` with a guest on ``source``."""

        async def run() -> _T:
            async with self.guest(source, files) as guest:
                return await work(guest)

        return anyio.run(run)

    def attack(self, source: str, deadline: float = 10.0) -> Attack:
        """Call ``attack()`` of ``source`` in a guest of its own."""
        return self.using(source, lambda guest: attack(guest, deadline))

    def test(
        self, source: str, files: Mapping[str, str] | None = None, deadline: float = 15
    ) -> Ended:
        """Run ``test_it`` of ``source`` as a generated test."""
        job = RunTestJob("test_generated.py", textwrap.dedent(source), "test_it")
        return self.using("", lambda guest: run_test(guest, job, deadline), files)

    def containers(self) -> set[str]:
        """Names of the engine's containers that this process started."""
        engine = self.sandbox.engine.command
        command = [engine, "ps", "--all", "--format", "{{.Names}}", "--filter", "name=regoose-"]
        listed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=self.place)
        return {name for name in listed.stdout.split() if f"-{os.getpid()}-" in name}


@contextlib.contextmanager
def open_lab(level: Level) -> Iterator[Lab]:
    """Set up a level, find its sandbox by the probe, and remove all of it afterwards."""
    with contextlib.ExitStack() as stack:
        # Short: where paths of sockets get long, Podman waits 20 s for the end of a container.
        place = Path(tempfile.mkdtemp(prefix=f"rg-{level[0]}-", dir="/var/tmp"))
        stack.callback(shutil.rmtree, place)
        stack.callback(os.umask, os.umask(0o022))
        place.chmod(0o755)
        host = stack.enter_context(host_at(level, place))
        program = place / "guest"
        shutil.copytree(GUEST_PROGRAM, program, ignore=shutil.ignore_patterns("__pycache__"))
        interpreter = interpreter_at(level)
        tools = anyio.run(ensure_tools, interpreter, Settings().cache_dir, Uv())
        wanted = "docker" if level == "docker" else "podman"
        seen = guest_interpreter(interpreter)
        sandbox = Probe(place / "cache", seen, program, wanted, host=host).find(LIMITS)
        assert sandbox.info.level == level
        yield Lab(level, host, interpreter, place, program, tools, sandbox)


async def attack(guest: Guest, deadline: float = 10.0, name: str = "attack") -> Attack:
    """Call a function of ``hostile.py``, in a fresh child."""
    call = Call(CallKind.FUNCTION, name, imports=(f"from hostile import {name}",))
    job = EvaluateJob((call,), call_timeout=600.0, seconds=600.0)
    began = time.monotonic()
    answer = await guest.call("evaluate", job, deadline)
    return _attack(answer, time.monotonic() - began)


def _attack(answer: Answer, seconds: float) -> Attack:
    if not answer.items:
        return Attack(None, None, "", answer.end, seconds)
    assert len(answer.items) == 1
    outcome = _EVALUATED.validate_python(answer.items[0]).outcome
    assert outcome.kind is not OutcomeKind.UNBUILDABLE, outcome.detail
    source = None if outcome.value is None else outcome.value.source
    value = None if source is None else ast.literal_eval(source)
    raised = "" if outcome.raised is None else outcome.raised.type
    return Attack(outcome.kind, value, raised, answer.end, seconds)


def new_tag() -> str:
    """Return a process name to find hostile processes by, from outside."""
    return f"rgx{secrets.token_hex(5)}"


def tagged(tag: str) -> str:
    """Return source that gives the process, and what it forks, the name ``tag``."""
    return f"""
import ctypes
ctypes.CDLL(None).prctl(15, {tag!r}.encode(), 0, 0, 0)
"""


def processes_named(tag: str) -> list[int]:
    """Return the ids of the host's processes that carry ``tag``, zombies too."""
    found = []
    for path in Path("/proc").glob("[0-9]*/comm"):
        with contextlib.suppress(OSError):
            if path.read_text().strip() == tag:
                found.append(int(path.parent.name))
    return found
