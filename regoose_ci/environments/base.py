"""The ports of this room: what installs wheels, and what runs code that builds."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from regoose_ci.environments.interpreter import Interpreter

_LONGEST_REASON = 600


@dataclass(frozen=True)
class Mount:
    """A directory of the host that a build sees read-only at ``guest``."""

    host: Path
    guest: str


@dataclass(frozen=True)
class BuildCommand:
    """A program of a build: what it is called with, sees and reads."""

    argv: tuple[str, ...]
    mounts: tuple[Mount, ...]
    env: Mapping[str, str]
    source: Path


@dataclass(frozen=True)
class BuildResult:
    """How a build ended. ``exit_code`` is ``None`` when it was killed; ``output`` is capped."""

    exit_code: int | None
    output: str


@dataclass(frozen=True)
class InstallResult:
    """How an installation ended. ``output`` holds no credentials."""

    exit_code: int
    output: str

    @property
    def reason(self) -> str:
        """Why it failed, in one line."""
        # uv draws its explanations with lines and wraps them.
        words = " ".join(re.sub(r"[^\x20-\x7e]+", " ", self.output).split())
        _, marker, because = words.partition("Because ")
        text = marker + because.partition(" hint: ")[0] if marker else words
        return text if len(text) <= _LONGEST_REASON else text[: _LONGEST_REASON - 1] + "…"


@dataclass(frozen=True)
class Wanted:
    """Requirements to install, and pins: constraints that may carry hashes."""

    requirements: tuple[str, ...]
    pins: tuple[str, ...] = ()


class Installer(Protocol):
    """Installs wheels for an interpreter; never builds, never runs what it installs."""

    async def install(
        self,
        interpreter: Interpreter,
        wanted: Wanted,
        target: Path,
        options: Sequence[str] = (),
    ) -> InstallResult:
        """Install ``wanted`` and what it requires into the directory ``target``."""
        ...

    async def resolve(self, interpreter: Interpreter, wanted: Wanted) -> InstallResult:
        """Tell whether ``wanted`` can be installed together."""
        ...


class BuildSandbox(Protocol):
    """Runs build code: no network, no credentials, nothing of the host to write to.

    ``argv[0]`` is a path inside the guest, which reads the file ``source`` as its standard
    input and has a directory of its own to write to, of limited size, at ``/work/build``. It sees
    ``mounts`` read-only, and nothing else of the host but what every guest sees. What it writes
    to its standard output goes to the file ``result`` and is hostile. Exhausting a limit ends the
    build, it is not an error.

    Raises:
        InfrastructureError: the sandbox itself failed.
    """

    async def run(self, build: BuildCommand, result: Path, timeout: float) -> BuildResult:
        """Run ``build`` for at most ``timeout`` seconds."""
        ...
