"""What ``regoose doctor`` says of the Python that a review would use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from regoose_ci.assembly.python_check import check_python
from regoose_ci.config import Settings
from regoose_ci.domain.diagnosis import Check

VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
OTHER = "3.10" if VERSION != "3.10" else "3.11"
PROGRAM = Path(sys.base_prefix, "bin", f"python{VERSION}").resolve()
HERE = {"PATH": str(PROGRAM.parent)}


def settings(place: Path, **values: object) -> Settings:
    return Settings.model_validate({"cache_dir": place / "cache", **values})


def test_a_python_of_the_machine_is_only_sure_where_a_version_is_configured(tmp_path: Path) -> None:
    free = check_python(settings(tmp_path), tmp_path, HERE)
    fixed = check_python(settings(tmp_path, python_version=VERSION), tmp_path, HERE)

    sentence = f"{VERSION} for the reviewed code, {PROGRAM}"
    assert fixed.check == Check("python", "ok", sentence)
    assert free.check == Check("python", "ok", f"{sentence}, unless the project needs another")
    assert fixed.interpreter == free.interpreter


def test_an_environment_of_another_version_is_passed_over(tmp_path: Path) -> None:
    make = [sys.executable, "-m", "venv", "--without-pip", str(tmp_path / ".venv")]
    subprocess.run(make, check=True)
    same = check_python(settings(tmp_path, python_version=VERSION), tmp_path, {})
    other = check_python(settings(tmp_path, python_version=OTHER), tmp_path, {})

    assert same.check == Check("python", "ok", f"{VERSION} for the reviewed code, .venv's")
    assert "not on this machine, so a review fetches it" in other.check.detail


def test_a_version_that_is_not_here_is_fetched_by_the_first_review_alone(tmp_path: Path) -> None:
    wanted, repository = settings(tmp_path, python_version=VERSION), tmp_path / "repository"
    missing = check_python(wanted, repository, {})
    place = tmp_path / "cache/pythons" / f"cpython-{VERSION}.99" / "bin"
    place.mkdir(parents=True)
    program = place / f"python{VERSION}"
    program.write_text(f'#!/bin/sh\nexec {PROGRAM} "$@"\n')
    program.chmod(0o755)
    fetched = check_python(wanted, repository, {})

    assert missing.check == Check(
        "python", "ok",
        f"{VERSION} for the reviewed code; not on this machine, so a review fetches it",
    )  # fmt: skip
    assert missing.interpreter is not None  # to try the sandbox with
    assert fetched.check.detail == f"{VERSION} for the reviewed code, {PROGRAM}, fetched earlier"


def test_a_python_that_is_none_is_missing_and_the_sandbox_is_still_looked_at(
    tmp_path: Path,
) -> None:
    found = check_python(settings(tmp_path, python=tmp_path / "gone"), tmp_path, HERE)

    assert (found.check.status, found.check.detail) == (
        "missing", f"--python {tmp_path}/gone: there is no such file or directory.",
    )  # fmt: skip
    assert found.interpreter is not None
