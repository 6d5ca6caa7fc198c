"""The real uv fetches a Python from a place of ours: an archive that leads to the running one."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import anyio
import pytest

from regoose_ci.environments.fetched_python import find_or_fetch_interpreter
from regoose_ci.environments.interpreter import Interpreter, NoInterpreterError
from regoose_ci.environments.uv import Uv
from regoose_ci.errors import EnvironmentBuildError

RUNNING = (sys.version_info[0], sys.version_info[1])
VERSION = ".".join(map(str, RUNNING))


@pytest.fixture
def environ(tmp_path: Path) -> Mapping[str, str]:
    """What makes uv look for its builds in a directory, which has one."""
    build = tmp_path / "python"
    (build / "bin").mkdir(parents=True)
    library = build / "lib" / f"python{VERSION}"
    library.mkdir(parents=True)
    (library / "_sysconfigdata__linux_.py").write_text(
        "# system configuration generated and used by the sysconfig module\nbuild_time_vars = {}\n"
    )
    program = build / "bin" / f"python{VERSION}"
    program.write_text(f'#!/bin/sh\nexec {sys.base_prefix}/bin/python{VERSION} "$@"\n')
    program.chmod(0o755)
    archive = tmp_path / "build.tar.gz"
    with tarfile.open(archive, "w:gz") as file:
        file.add(build, "python")
    machine = platform.machine()
    listed = {
        "name": "cpython", "major": RUNNING[0], "minor": RUNNING[1], "patch": 99,
        "arch": {"family": machine, "variant": None}, "os": "linux", "libc": "gnu",
        "url": archive.as_uri(), "sha256": None, "prerelease": "", "variant": None, "build": None,
    }  # fmt: skip
    builds = tmp_path / "builds.json"
    builds.write_text(json.dumps({f"cpython-{VERSION}.99-linux-{machine}-gnu": listed}))
    return {"HOME": str(tmp_path), "UV_PYTHON_DOWNLOADS_JSON_URL": str(builds)}


def find(
    tmp_path: Path,
    environ: Mapping[str, str],
    version: str | None,
    requires: str = "<3",
    reviewed: tuple[str, ...] = (),
) -> Interpreter:
    return anyio.run(
        partial(
            find_or_fetch_interpreter, None, tmp_path / "repository", requires,
            version=version, uv=Uv(environ), cache_dir=tmp_path / "cache", environ={},
            reviewed=reviewed,
        )
    )  # fmt: skip


def test_a_python_that_was_asked_for_is_fetched_once(
    tmp_path: Path, environ: Mapping[str, str]
) -> None:
    found = find(tmp_path, environ, VERSION)

    assert (found.version, found.source) == (RUNNING, "system")
    assert list((tmp_path / "cache/pythons").glob(f"*/bin/python{VERSION}"))
    (tmp_path / "build.tar.gz").unlink()
    assert find(tmp_path, environ, VERSION) == found


def test_a_committed_environment_is_passed_over_after_the_fetch_too(
    tmp_path: Path, environ: Mapping[str, str]
) -> None:
    place = tmp_path / "repository/.venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)

    assert find(tmp_path, environ, VERSION).source == ".venv"
    found = find(tmp_path, environ, VERSION, reviewed=(".venv/pyvenv.cfg",))
    assert (found.source, found.site_dirs) == ("system", ())


def test_a_python_that_cannot_be_fetched_is_told(
    tmp_path: Path, environ: Mapping[str, str]
) -> None:
    (tmp_path / "build.tar.gz").unlink()
    with pytest.raises(EnvironmentBuildError, match=f"no Python {VERSION}, and it cannot"):
        find(tmp_path, environ, VERSION)


def test_a_python_that_the_project_needs_is_fetched(
    tmp_path: Path, environ: Mapping[str, str]
) -> None:
    assert find(tmp_path, environ, None, f"=={VERSION}.*").version == RUNNING


def test_nothing_is_fetched_that_no_review_can_use(
    tmp_path: Path, environ: Mapping[str, str]
) -> None:
    with pytest.raises(NoInterpreterError):
        find(tmp_path, environ, None)
    assert not (tmp_path / "cache").exists()
