from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from regoose_ci.environments.interpreter import (
    NoInterpreterError,
    _in_order,
    find_interpreter,
)
from regoose_ci.errors import EnvironmentBuildError, UsageError

RUNNING = (sys.version_info[0], sys.version_info[1])
BASE = Path(sys.base_prefix).resolve()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    directory = tmp_path / "repository"
    directory.mkdir()
    return directory


def make_environment(directory: Path, *options: str) -> Path:
    command = [sys.executable, "-m", "venv", "--without-pip", *options, str(directory)]
    subprocess.run(command, check=True)
    return directory


def site_packages(environment: Path) -> Path:
    return environment / "lib" / f"python{RUNNING[0]}.{RUNNING[1]}" / "site-packages"


def test_an_interpreter_named_by_its_path_is_taken_with_its_own_packages(repository: Path) -> None:
    base = BASE / "bin" / f"python{RUNNING[0]}.{RUNNING[1]}"

    found = find_interpreter(base, repository, None, {})

    assert (found.version, found.prefix, found.source) == (RUNNING, BASE, "option")
    assert (found.prefix / found.relative_executable).samefile(base)
    assert all(directory.is_dir() for directory in found.site_dirs)


@pytest.mark.parametrize("named", [".", "bin/python"])
def test_a_virtual_environment_is_its_base_interpreter_and_its_packages(
    repository: Path, tmp_path: Path, named: str
) -> None:
    environment = make_environment(tmp_path / "env")

    found = find_interpreter(environment / named, repository, None, {})

    assert (found.version, found.prefix, found.source) == (RUNNING, BASE, "option")
    assert found.site_dirs == (site_packages(environment),)


def test_a_version_that_was_asked_for_passes_over_environments_of_others(
    repository: Path, tmp_path: Path
) -> None:
    make_environment(repository / ".venv")
    own, other = ".".join(map(str, RUNNING)), "3.10" if RUNNING != (3, 10) else "3.11"

    found = find_interpreter(None, repository, ">=3.99", {}, version=own)
    assert (found.version, found.source) == (RUNNING, ".venv")
    with pytest.raises(NoInterpreterError, match=rf"wanted: =={other}\.\*") as caught:
        find_interpreter(None, repository, None, {}, version=other)
    assert caught.value.versions == (other,)

    path = str(BASE / "bin")
    shutil.rmtree(repository / ".venv")
    found = find_interpreter(None, repository, "<3", {"PATH": path}, version=own)
    assert (found.version, found.source) == (RUNNING, "system")


def test_an_interpreter_that_was_named_goes_before_a_version(repository: Path) -> None:
    assert find_interpreter(BASE, repository, None, {}, version="3.14").prefix == BASE


def test_system_packages_are_seen_only_where_the_environment_sees_them(
    repository: Path, tmp_path: Path
) -> None:
    environment = make_environment(tmp_path / "env", "--system-site-packages")
    base = find_interpreter(BASE / "bin" / "python3", repository, None, {})

    found = find_interpreter(environment, repository, None, {})

    assert found.site_dirs == (site_packages(environment), *base.site_dirs)


def test_an_active_environment_goes_before_one_in_the_repository(
    repository: Path, tmp_path: Path
) -> None:
    active = make_environment(tmp_path / "env")
    make_environment(repository / ".venv")

    found = find_interpreter(None, repository, None, {"VIRTUAL_ENV": str(active)})

    assert (found.source, found.site_dirs) == ("active", (site_packages(active),))


@pytest.mark.parametrize("name", [".venv", "venv"])
def test_an_environment_in_the_repository_is_found(repository: Path, name: str) -> None:
    environment = make_environment(repository / name)

    found = find_interpreter(None, repository, None, {})

    assert (found.source, found.site_dirs) == (name, (site_packages(environment),))


def test_the_environment_regoose_runs_in_is_not_the_projects(repository: Path) -> None:
    path = str(BASE / "bin")

    found = find_interpreter(None, repository, None, {"VIRTUAL_ENV": sys.prefix, "PATH": path})

    assert (found.source, found.site_dirs) == ("system", ())


@pytest.mark.parametrize("path", [".venv", ".venv/pyvenv.cfg"])
def test_a_committed_environment_is_not_used(repository: Path, path: str) -> None:
    """It could name any directory of the host, which guests would then see."""
    make_environment(repository / ".venv")

    found = find_interpreter(
        None, repository, None, {"PATH": str(BASE / "bin")}, reviewed={"a.py", path}
    )

    assert (found.source, found.site_dirs) == ("system", ())
    assert found.notes == (".venv was passed over: its files are under review.",)


def test_packages_of_an_environment_do_not_lie_elsewhere(repository: Path, tmp_path: Path) -> None:
    environment = make_environment(repository / ".venv")
    (tmp_path / "private").mkdir()
    site_packages(environment).rename(tmp_path / "was")
    site_packages(environment).symlink_to(tmp_path / "private")

    found = find_interpreter(None, repository, None, {"PATH": str(BASE / "bin")})

    assert tmp_path / "private" not in found.site_dirs


def test_a_committed_environment_cannot_start_a_program_of_its_own(repository: Path) -> None:
    planted = repository / "bin" / "python3"
    planted.parent.mkdir()
    planted.write_text(f"#!/bin/sh\ntouch {repository}/started\n")
    planted.chmod(0o755)
    (repository / ".venv").mkdir()
    (repository / ".venv" / "pyvenv.cfg").write_text(f"home = {planted.parent}\n")

    found = find_interpreter(None, repository, None, {"PATH": str(BASE / "bin")})

    assert found.source == "system"
    assert found.notes == (".venv was passed over: its interpreter lies inside the repository.",)
    assert not (repository / "started").exists()


def test_a_path_entry_in_the_repository_is_never_tried(repository: Path) -> None:
    planted = repository / "python3"
    planted.write_text(f"#!/bin/sh\ntouch {repository}/started\n")
    planted.chmod(0o755)

    find_interpreter(None, repository, None, {"PATH": f"{repository}:.:{BASE / 'bin'}"})

    assert not (repository / "started").exists()


def test_the_range_the_project_states_is_kept(repository: Path) -> None:
    only_this = f"=={RUNNING[0]}.{RUNNING[1]}.*"

    found = find_interpreter(None, repository, only_this, {"PATH": str(BASE / "bin")})

    assert found.version == RUNNING


@pytest.mark.parametrize(
    ("requires", "newest", "expected"),
    [
        (None, None, [14, 13, 12, 11, 10]),
        (">=3.8", (3, 12), [12, 11, 10, 13, 14]),
        ("<3.12", (3, 8), [10, 11]),
        (">=3.11,!=3.13.*", None, [14, 12, 11]),
        ("no range", (3, 13), [13, 12, 11, 10, 14]),
    ],
)
def test_versions_the_project_names_go_before_newer_ones(
    requires: str | None, newest: tuple[int, int] | None, expected: list[int]
) -> None:
    assert [minor for _, minor in _in_order(requires, newest)] == expected


@pytest.mark.parametrize("stated", ["no range", ">=3." + "1" * 5000])
def test_a_range_that_cannot_be_read_is_none(repository: Path, stated: str) -> None:
    assert find_interpreter(None, repository, stated) == find_interpreter(None, repository, None)


def test_no_suitable_interpreter_is_an_error_with_a_remedy(repository: Path) -> None:
    with pytest.raises(EnvironmentBuildError, match=r"wanted: <3\.5, and from 3\.10") as caught:
        find_interpreter(None, repository, "<3.5", {"PATH": str(BASE / "bin")})

    assert "--python PATH" in caught.value.remedy


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "there is no such file or directory"),
        ("#!/bin/sh\necho hello\n", "is not a Python interpreter"),
        (
            '#!/bin/sh\necho \'{"implementation": "cpython", "version": [3, 8]}\'\n',
            "is cpython 3.8, and Regoose needs CPython 3.10 to 3.14",
        ),
        (
            '#!/bin/sh\necho \'{"implementation": "pypy", "version": [3, 11]}\'\n',
            "is pypy 3.11",
        ),
    ],
)
def test_an_option_that_is_no_usable_python_is_a_usage_error(
    repository: Path, tmp_path: Path, content: str | None, sentence: str
) -> None:
    program = tmp_path / "python"
    if content is not None:
        program.write_text(content)
        program.chmod(0o755)

    with pytest.raises(UsageError, match=sentence):
        find_interpreter(program, repository, None, {})


def test_an_environment_whose_interpreter_is_gone_is_a_usage_error(
    repository: Path, tmp_path: Path
) -> None:
    environment = tmp_path / "env"
    environment.mkdir()
    (environment / "pyvenv.cfg").write_text("home = /nowhere/bin\nversion = 3.11.1\n")

    with pytest.raises(UsageError, match="in /nowhere/bin, is gone"):
        find_interpreter(environment, repository, None, {})


def test_pth_lines_add_directories_outside_the_repository_and_run_no_code(
    repository: Path, tmp_path: Path
) -> None:
    library = tmp_path / "library"
    library.mkdir()
    environment = make_environment(tmp_path / "env")
    marker = tmp_path / "ran"
    site_packages(environment).joinpath("extra.pth").write_text(
        f"{library}\n{repository}\n# a comment\nimport os; os.mkdir({str(marker)!r})\n/nowhere\n"
    )

    found = find_interpreter(environment, repository, None, {})

    assert found.site_dirs == (site_packages(environment), library)
    assert not marker.exists()
