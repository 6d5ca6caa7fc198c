"""A private index: its login and its certificate reach the fetch step, and nothing else."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import anyio
import pytest

from regoose_ci.environments.base import Wanted
from regoose_ci.environments.builder import BuiltEnvironment, EnvironmentPlan, build_environment
from regoose_ci.environments.interpreter import Interpreter, find_interpreter
from regoose_ci.environments.uv import Uv
from regoose_ci.errors import EnvironmentBuildError
from tests.fakes.package_index import (
    NAME,
    PASSWORD,
    make_certificates,
    package_index,
)


@pytest.fixture
def python(tmp_path: Path) -> Interpreter:
    return find_interpreter(Path(sys.base_prefix), tmp_path, None, {})


def environ(tmp_path: Path, **variables: str) -> dict[str, str]:
    """An environment whose only index settings are ``variables``."""
    plain = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home"), "UV_HTTP_RETRIES": "0"}
    return {**plain, "UV_NO_CACHE": "1", "NO_PROXY": "127.0.0.1", **variables}


def build(
    python: Interpreter, cache: Path, variables: dict[str, str], pins: tuple[str, ...] = ()
) -> BuiltEnvironment:
    plan = EnvironmentPlan(python, (NAME,), pins=pins, pinned_by="uv.lock")
    return anyio.run(build_environment, plan, Uv(variables), cache)


def assert_not_in(directory: Path, secret: str) -> None:
    for path in directory.rglob("*"):
        assert secret not in str(path)
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("variable", ["UV_DEFAULT_INDEX", "PIP_INDEX_URL"])
def test_a_login_reaches_the_index_and_no_file(
    python: Interpreter, tmp_path: Path, variable: str
) -> None:
    with package_index() as index:
        cache = tmp_path / "cache"
        built = build(python, cache, environ(tmp_path, **{variable: index.address()}))

    assert index.logins
    assert (built.site_dirs[0] / "regoose_private_sample.py").is_file()
    assert_not_in(cache, PASSWORD)


def test_the_key_of_an_environment_does_not_depend_on_the_login(
    python: Interpreter, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    with package_index() as index:
        first = build(python, cache, environ(tmp_path, UV_DEFAULT_INDEX=index.address()))
    second = build(python, cache, environ(tmp_path, UV_DEFAULT_INDEX="http://x:other@127.0.0.1:9"))

    assert first == second


def test_a_login_in_a_netrc_file_is_used(python: Interpreter, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine 127.0.0.1 login robin password {PASSWORD}\n")
    netrc.chmod(0o600)
    with package_index() as index:
        settings = environ(tmp_path, UV_DEFAULT_INDEX=index.address(""), NETRC=str(netrc))
        build(python, tmp_path / "cache", settings)

    assert index.logins


def test_a_login_that_is_refused_is_told_without_it(python: Interpreter, tmp_path: Path) -> None:
    with package_index() as index:
        address = index.address("robin:wr0ng-password@")
        settings = environ(tmp_path, UV_DEFAULT_INDEX=address)
        with pytest.raises(EnvironmentBuildError, match=NAME) as caught:
            build(python, tmp_path / "cache", settings)

    assert "wr0ng-password" not in caught.value.message
    assert_not_in(tmp_path / "cache", "wr0ng-password")


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "PIP_CERT"])
def test_a_certificate_bundle_of_ones_own_is_used(
    python: Interpreter, tmp_path: Path, variable: str
) -> None:
    authority, server = make_certificates(tmp_path)
    with package_index(server) as index:
        settings = environ(tmp_path, UV_DEFAULT_INDEX=index.address())
        with pytest.raises(EnvironmentBuildError) as caught:
            build(python, tmp_path / "without", settings)
        built = build(python, tmp_path / "with", {**settings, variable: str(authority)})

    assert "certificate" in caught.value.message.lower()
    assert PASSWORD not in caught.value.message
    assert (built.site_dirs[0] / "regoose_private_sample.py").is_file()


def test_a_file_that_is_not_the_locked_one_is_not_installed(
    python: Interpreter, tmp_path: Path
) -> None:
    pins = (f"{NAME}==1.0 --hash=sha256:{'0' * 64}",)
    with package_index() as index:
        settings = environ(tmp_path, UV_DEFAULT_INDEX=index.address())
        with pytest.raises(EnvironmentBuildError, match=r"other files than uv\.lock names"):
            build(python, tmp_path / "cache", settings, pins)

    assert not list((tmp_path / "cache").rglob("*.py"))


def test_a_resolution_shows_no_login(python: Interpreter, tmp_path: Path) -> None:
    with package_index() as index:
        settings = environ(tmp_path, UV_DEFAULT_INDEX=index.address())
        resolved = anyio.run(Uv(settings).resolve, python, Wanted((NAME,)))
        missing = anyio.run(Uv(settings).resolve, python, Wanted(("regoose-not-there",)))

    assert (resolved.exit_code, missing.exit_code) == (0, 1)
    assert PASSWORD not in resolved.output + missing.output
