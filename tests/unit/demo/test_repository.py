from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from regoose_ci.demo.repository import DESCRIPTION, FIRST_TITLE, TITLE, make_sample_repository
from regoose_ci.errors import InfrastructureError


def git(repository: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=repository, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_sample_repository(tmp_path_factory.mktemp("demo") / "tillroll")


def results(repository: Path, calls: str) -> str:
    program = f"from tillroll import *; print({calls})"
    done = subprocess.run(
        [sys.executable, "-B", "-c", program],
        cwd=repository, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()


@pytest.fixture(scope="module")
def base(sample: Path) -> Path:
    directory = sample.parent / "base"
    git(sample, "worktree", "add", "--quiet", "--detach", str(directory), "main")
    return directory


def test_there_are_two_commits_and_head_is_on_a_branch(sample: Path) -> None:
    assert git(sample, "log", "--format=%s").splitlines() == [TITLE, FIRST_TITLE]
    assert git(sample, "log", "-1", "--format=%b").strip() == DESCRIPTION
    assert (
        git(sample, "rev-parse", "main", "HEAD~").split()
        == [git(sample, "rev-parse", "main").strip()] * 2
    )
    assert git(sample, "branch", "--show-current").strip() == "loyalty"
    assert git(sample, "status", "--porcelain") == ""


def test_every_file_of_the_change_is_committed(sample: Path) -> None:
    assert git(sample, "diff", "--name-only", "main").split() == [
        "CHANGELOG.md", "pyproject.toml", "tests/test_money.py", "tillroll/__init__.py",
        "tillroll/money.py", "tillroll/receipt.py",
    ]  # fmt: skip


def test_commits_do_not_depend_on_the_machine(
    sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody Else")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("HOME", str(tmp_path))
    again = make_sample_repository(tmp_path / "tillroll")
    monkeypatch.undo()

    assert git(again, "rev-parse", "HEAD") == git(sample, "rev-parse", "HEAD")
    assert not (tmp_path / "elsewhere").exists()


def test_the_regression_is_subtle(sample: Path, base: Path) -> None:
    calls = "split_bill(900, 3), split_bill(100, 3)"

    assert results(base, calls) == "[300, 300, 300] [34, 33, 33]"
    assert results(sample, calls) == "[300, 300, 300] [33, 33, 33]"


def test_the_announced_change_rounds_half_up(sample: Path, base: Path) -> None:
    assert results(base, "add_tax(250, 5), add_tax(350, 5)") == "262 368"
    assert results(sample, "add_tax(250, 5), add_tax(350, 5)") == "263 368"


def test_the_refactoring_changes_nothing(sample: Path, base: Path) -> None:
    calls = "[receipt_line('Wholemeal', c, w) for c in (0, 5, 12345) for w in range(-2, 30)]"

    assert results(base, calls) == results(sample, calls)


@pytest.mark.parametrize("revision", ["base", "sample"])
def test_its_own_tests_pass_on_both_revisions(
    revision: str, request: pytest.FixtureRequest
) -> None:
    done = subprocess.run(
        [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=request.getfixturevalue(revision), capture_output=True, text=True, check=False,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )  # fmt: skip

    assert done.returncode == 0, done.stdout


def test_a_missing_git_is_an_infrastructure_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(InfrastructureError, match="git was not found"):
        make_sample_repository(tmp_path / "sample")
