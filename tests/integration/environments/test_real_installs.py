"""Runs of the real uv against the configured package index, with small pure packages."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import anyio
import pytest

from regoose_ci.environments.base import InstallResult, Wanted
from regoose_ci.environments.builder import EnvironmentPlan, build_environment
from regoose_ci.environments.interpreter import Interpreter, find_interpreter
from regoose_ci.environments.package_requirement import PackageRequirement, fetch_release
from regoose_ci.environments.tools import ensure_tools
from regoose_ci.environments.uv import Uv
from regoose_ci.errors import EnvironmentBuildError

pytestmark = pytest.mark.network


@pytest.fixture
def python(tmp_path: Path) -> Interpreter:
    return find_interpreter(Path(sys.base_prefix), tmp_path, None, {})


def run_with(python: Interpreter, path: Path, code: str) -> str:
    """Run ``code`` as a guest does: the base interpreter, and the directory on its path."""
    program = f"import sys; sys.path.insert(0, {str(path)!r}); {code}"
    command = [str(python.executable), "-I", "-S", "-c", program]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_an_environment_is_installed_and_importable(python: Interpreter, tmp_path: Path) -> None:
    plan = EnvironmentPlan(python, ("idna>=3",), ("six==1.16.0",))

    built = anyio.run(build_environment, plan, Uv(), tmp_path)

    (site,) = built.site_dirs
    assert run_with(python, site, "import idna, six; print(six.__version__)") == "1.16.0\n"
    assert list(site.rglob("six.*.pyc"))


def test_a_pin_that_cannot_be_had_is_replaced_and_told(python: Interpreter, tmp_path: Path) -> None:
    plan = EnvironmentPlan(python, ("six",), ("idna==0.0.999", "six==0.0.999"))

    built = anyio.run(build_environment, plan, Uv(), tmp_path)

    assert (built.site_dirs[0] / "idna").is_dir()
    (sentence,) = built.left_out  # none about six, which the project itself asks for
    assert sentence.startswith("idna==0.0.999 is installed in another version: Because ")


def test_old_versions_that_cannot_be_had_are_replaced(python: Interpreter, tmp_path: Path) -> None:
    plan = EnvironmentPlan(python, ("six==0.0.999", "idna"))

    built = anyio.run(build_environment, plan, Uv(), tmp_path)

    assert (built.site_dirs[0] / "six.py").is_file()
    (sentence,) = built.left_out
    assert "not in those asked for: Because there is no version of six==0.0.999" in sentence


def test_unsatisfiable_requirements_are_named(python: Interpreter, tmp_path: Path) -> None:
    plan = EnvironmentPlan(python, ("six==0.0.999",), firm=("six==0.0.999",))

    with pytest.raises(EnvironmentBuildError, match=r"six==0\.0\.999"):
        anyio.run(build_environment, plan, Uv(), tmp_path)


def test_the_tools_of_a_guest_can_be_imported(python: Interpreter, tmp_path: Path) -> None:
    tools = anyio.run(ensure_tools, python, tmp_path, Uv())

    code = "import pytest, pytest_jsonreport; print(pytest.__version__)"
    assert run_with(python, tools, code) == "9.2.0\n"


def test_a_release_is_unpacked_without_what_it_requires(
    python: Interpreter, tmp_path: Path
) -> None:
    package = PackageRequirement("requests", "2.31.0")

    release = anyio.run(fetch_release, package, python, Uv(), tmp_path)

    assert (release.root / "requests" / "utils.py").is_file()
    assert not (release.root / "idna").exists()
    assert "idna<4,>=2.5" in release.requires


def test_a_release_that_does_not_exist_is_named(python: Interpreter, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentBuildError, match=r"six==0\.0\.999 cannot be fetched"):
        anyio.run(fetch_release, PackageRequirement("six", "0.0.999"), python, Uv(), tmp_path)


def test_a_projects_own_settings_do_not_choose_the_index(
    python: Interpreter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = '[[index]]\nurl = "http://127.0.0.1:9/simple"\ndefault = true\n'
    (tmp_path / "uv.toml").write_text(hostile)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    resolved = anyio.run(Uv().resolve, python, Wanted(("six",)))

    assert resolved.exit_code == 0


def test_source_archives_are_not_built_whatever_the_environment_says(
    python: Interpreter, tmp_path: Path
) -> None:
    marker = tmp_path / "ran"
    source = tmp_path / "regoose_hostile_sample-1.0"
    source.mkdir()
    (source / "setup.py").write_text(f"open({str(marker)!r}, 'w')\n")
    with tarfile.open(tmp_path / "regoose_hostile_sample-1.0.tar.gz", "w:gz") as archive:
        archive.add(source, "regoose_hostile_sample-1.0")
    environ = {
        **os.environ,
        "UV_FIND_LINKS": str(tmp_path),
        "PIP_NO_INDEX": "1",
        "UV_NO_BINARY": "1",
        "UV_NO_BUILD_ISOLATION": "1",
    }

    async def install() -> InstallResult:
        return await Uv(environ).install(
            python, Wanted(("regoose-hostile-sample",)), tmp_path / "site"
        )

    result = anyio.run(install)

    assert result.exit_code != 0
    assert "regoose-hostile-sample==1.0 has no usable wheels" in result.reason
    assert not marker.exists()


def test_an_unreachable_index_is_named_without_its_credentials(python: Interpreter) -> None:
    index = "http://user:secret@127.0.0.1:9/simple"
    uv = Uv({**os.environ, "UV_DEFAULT_INDEX": index, "UV_HTTP_RETRIES": "0"})

    result = anyio.run(uv.resolve, python, Wanted(("six",)))

    assert result.exit_code != 0
    assert "secret" not in result.output
