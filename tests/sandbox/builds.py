"""Builds hostile projects as a review builds them: by their own backend, in the sandbox."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Sequence
from pathlib import Path

import anyio

from regoose_ci.assembly.laboratory import SandboxedBuild, guest_interpreter
from regoose_ci.environments.base import InstallResult, Wanted
from regoose_ci.environments.interpreter import Interpreter
from regoose_ci.environments.project_build import ProjectBuilder
from regoose_ci.environments.project_files import ProjectRequirements

from .lab import Lab

WHEEL = "x-1-py3-none-any.whl"
_NUMBERS = itertools.count()
_PROJECT = ProjectRequirements(build_backend="backend", backend_path=(".",))


class _NothingToFetch:
    """An installer for projects that need nothing."""

    async def install(
        self,
        interpreter: Interpreter,
        wanted: Wanted,
        target: Path,
        options: Sequence[str] = (),
    ) -> InstallResult:
        raise AssertionError(wanted, interpreter, target, options)

    async def resolve(self, interpreter: Interpreter, wanted: Wanted) -> InstallResult:
        raise AssertionError(wanted, interpreter)


def build(lab: Lab, source: str, seconds: float = 20.0) -> Path:
    """Build a project whose backend runs ``source`` where its wheel ought to be written.

    Returns what came out as the wheel.

    Raises:
        WheelError: the build failed.
    """
    body = textwrap.indent(textwrap.dedent(source).strip(), "    ")
    backend = (
        "import os\n"
        "def build_wheel(output, settings, metadata):\n"
        f"    os.chdir(output)\n{body}\n    return {WHEEL!r}\n"
    )
    tree = lab.tree({"backend.py": backend})
    seen = guest_interpreter(lab.interpreter)
    builder = ProjectBuilder(
        SandboxedBuild(lab.sandbox, seen.mounts, seen.library_path),
        _NothingToFetch(),
        lab.interpreter,
        seen.python,
        lab.place / "cache",
        lab.place / "builds" / str(next(_NUMBERS)),
        timeout=seconds,
    )
    return anyio.run(builder.build_wheel, tree, _PROJECT, "1.0")
