"""What is no review: each with its sentence, its exit code and, where it can be, a report."""

from __future__ import annotations

import fcntl
import os
import subprocess
from pathlib import Path

import pytest

from tests.e2e.program import FILES, Ended, Program
from tests.e2e.project import Project

WRONG_USE, NO_SANDBOX = 2, 3


def assert_refused(ended: Ended, sentence: str, code: int = WRONG_USE) -> None:
    """One sentence on stderr, and the same sentence in a valid report."""
    assert (ended.stdout == "") is (ended.report.functions == ())
    assert ended.code == code, ended.stderr
    assert sentence in " ".join(ended.stderr.split())
    error = ended.report.error
    assert error is not None
    assert sentence in error.message
    assert error.remedy
    assert ended.report.partial
    assert_knows_no_place(ended)


def assert_knows_no_place(ended: Ended) -> None:
    """No file of the report holds a path of this machine."""
    for path in ended.out.rglob("*"):
        assert path.is_dir() or str(ended.out.parent) not in path.read_text(), path.name


def test_not_a_repository(program: Program, tmp_path: Path) -> None:
    place = tmp_path / "no-repository"
    place.mkdir()
    ended = program.run("review", str(place), cwd=place)
    assert_refused(ended, "is not a git repository")


def test_not_a_directory(program: Program, tmp_path: Path) -> None:
    assert_refused(program.run("review", str(tmp_path / "gone")), "gone is not a directory")


def test_unknown_reference(program: Program, changed_shop: Project) -> None:
    ended = program.run("review", "--base", "no-such-branch", cwd=changed_shop.path)
    assert_refused(ended, "'no-such-branch' is not a commit, branch or tag")


def test_unrelated_histories(program: Program, changed_shop: Project) -> None:
    changed_shop.git("checkout", "-q", "--orphan", "other")
    changed_shop.commit("Start anew")
    ended = program.run("review", "--base", "main", cwd=changed_shop.path)
    assert_refused(ended, "'main' and")
    assert_refused(ended, "have no common history")


def test_shallow_clone_without_the_merge_base(
    program: Program, changed_shop: Project, tmp_path: Path
) -> None:
    changed_shop.git("checkout", "-q", "main")
    changed_shop.commit("Go on")
    changed_shop.git("checkout", "-q", "topic")
    shallow = tmp_path / "shallow"
    url = f"file://{changed_shop.path}"
    clone = ["git", "clone", "-q", "--depth", "1", "--no-single-branch", url, str(shallow)]
    subprocess.run(clone, check=True, capture_output=True)
    ended = program.run("review", "--base", "origin/main", "--head", "origin/topic", cwd=shallow)
    assert_refused(ended, "This shallow clone does not reach the merge base")
    assert ended.report.error is not None
    assert "git fetch --unshallow" in ended.report.error.remedy


def test_base_equals_head(program: Program, changed_shop: Project) -> None:
    ended = program.run("review", "--base", "HEAD", cwd=changed_shop.path)
    assert_refused(ended, "base and head are the same commit: there is nothing to review")


def test_a_file_in_place_of_the_report_directory(program: Program, changed_shop: Project) -> None:
    program.out.write_text("precious")
    ended = program.run("review", cwd=changed_shop.path)
    assert ended.code == WRONG_USE
    assert "is a file" in ended.stderr
    assert program.out.read_text() == "precious"


def test_a_report_directory_that_another_review_writes_to(
    program: Program, changed_shop: Project
) -> None:
    program.out.mkdir()
    directory = os.open(program.out, os.O_RDONLY)
    fcntl.flock(directory, fcntl.LOCK_EX)
    ended = program.run("review", cwd=changed_shop.path)
    os.close(directory)
    assert ended.code == WRONG_USE
    assert "another review is writing to the report directory out" in ended.stderr
    assert list(program.out.iterdir()) == []


def test_a_path_that_is_not_there_cannot_be_hardened(program: Program, shop: Project) -> None:
    ended = program.run("harden", "shop/gone.py", cwd=shop.path)
    assert_refused(ended, "no Python file of the repository is at shop/gone.py")


def test_releases_of_different_packages(program: Program) -> None:
    ended = program.run("compare", "six==1.16.0", "idna==3.4")
    assert ended.code == WRONG_USE
    assert "six and idna are different packages" in ended.stderr


def test_a_setting_that_does_not_exist(program: Program, shop: Project) -> None:
    shop.write({"pyproject.toml": "[tool.regoose]\nbugdet = 3\n"})
    ended = program.run("review", cwd=shop.path)
    assert ended.code == WRONG_USE
    assert "bugdet" in ended.stderr


def test_no_python_change(program: Program, shop: Project) -> None:
    shop.git("checkout", "-q", "-b", "topic")
    shop.write({"README.md": "Only words."})
    shop.commit("Say more")
    ended = program.run("review", cwd=shop.path)
    assert ended.code == 0
    assert "no function can behave differently after this change" in ended.stdout
    report = ended.report
    assert (report.error, report.partial, report.functions) == (None, False, ())
    assert all((ended.out / name).is_file() for name in FILES)
    assert "no function can behave differently" in (ended.out / "comment.md").read_text()


@pytest.mark.parametrize(
    ("base", "head"), [("def f(:\n", "def f(): return 1\n"), ("def f(): return 1\n", "def f(:\n")]
)
def test_syntax_error(program: Program, shop: Project, base: str, head: str) -> None:
    shop.write({"shop/broken.py": base})
    shop.commit("First try")
    shop.git("checkout", "-q", "-b", "topic")
    shop.write({"shop/broken.py": head})
    shop.commit("Second try")
    ended = program.run("review", cwd=shop.path)
    assert ended.code == 0
    (function,) = ended.report.functions
    assert (function.path, function.status, function.reason) == (
        "shop/broken.py",
        "skipped",
        "syntax_error",
    )
    assert ("on base" if "(:" in base else "on head") in function.detail


def test_syntax_newer_than_the_host(program: Program, shop: Project) -> None:
    shop.write(
        {
            "pyproject.toml": """
            [project]
            name = "shop"
            version = "1"
            requires-python = ">=3.99"
            """,
            "shop/new.py": "def f(a): return a\n",
        }
    )
    shop.commit("First")
    shop.git("checkout", "-q", "-b", "topic")
    shop.write({"shop/new.py": "def f(a) -> : unless a: return a\n"})
    shop.commit("Use what no Python has yet")
    ended = program.run("review", cwd=shop.path)
    assert ended.code == 0
    (function,) = ended.report.functions
    assert function.reason in {"host_python_too_old", "syntax_error"}


def test_no_container_engine(
    program: Program, changed_shop: Project, without_engines: Path
) -> None:
    ended = program.run("review", cwd=changed_shop.path, PATH=str(without_engines))
    assert_refused(ended, "container engine", NO_SANDBOX)
    assert [f.qualname for f in ended.report.functions] == ["total"]
    assert "regoose doctor" in ended.stderr


def test_no_container_engine_and_none_required(
    program: Program, changed_shop: Project, without_engines: Path
) -> None:
    arguments = ("review", "--no-require-sandbox")
    ended = program.run(*arguments, cwd=changed_shop.path, PATH=str(without_engines))
    assert ended.code == 0, ended.stderr
    assert "nothing was run" in ended.stderr
    (function,) = ended.report.functions
    assert (function.qualname, function.status) == ("total", "skipped")
    assert function.reason == "no_sandbox"
    assert ended.report.error is None
    assert ended.report.partial_reason is not None
    assert "nothing was run" in ended.report.partial_reason
    assert ended.report.sandbox.level == "none"
