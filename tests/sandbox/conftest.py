"""A lab for each level of the sandbox that this machine can run, made once per session."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from regoose_ci.assembly.laboratory import GUEST_PROGRAM, guest_interpreter
from regoose_ci.config import Settings
from regoose_ci.domain.report import Level
from regoose_ci.environments.tools import ensure_tools
from regoose_ci.environments.uv import Uv
from regoose_ci.sandbox.probe import Probe

from .lab import LIMITS, Lab
from .levels import host_at, interpreter_at, levels


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.sandbox)


@pytest.fixture(scope="session", params=levels())
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    level: Level = request.param
    with contextlib.ExitStack() as stack:
        # Short: where paths of sockets get long, Podman waits 20 s for the end of a container.
        place = Path(tempfile.mkdtemp(prefix=f"rg-{level[0]}-", dir="/var/tmp"))
        stack.callback(shutil.rmtree, place)
        place.chmod(0o755)
        previous = os.umask(0o022)
        stack.callback(os.umask, previous)
        host = stack.enter_context(host_at(level, place))
        program = place / "guest"
        shutil.copytree(GUEST_PROGRAM, program, ignore=shutil.ignore_patterns("__pycache__"))
        interpreter = interpreter_at(level)
        tools = anyio.run(ensure_tools, interpreter, Settings().cache_dir, Uv())
        wanted = "docker" if level == "docker" else "podman"
        probe = Probe(place / "cache", guest_interpreter(interpreter), program, wanted, host=host)
        sandbox = probe.find(LIMITS)
        assert sandbox.info.level == level
        yield Lab(level, host, interpreter, place, program, tools, sandbox)
