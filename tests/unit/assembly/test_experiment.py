from __future__ import annotations

import subprocess
from datetime import datetime, timezone
from pathlib import Path

import pytest

from regoose_ci.assembly.experiment import check_commits, function_of, request_for, shas_of
from regoose_ci.config import Settings
from regoose_ci.domain.report import BaseVersion, FunctionReport, Packages, ReviewReport
from regoose_ci.domain.request import RequestKind
from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import RepositoryError

BASE, HEAD = "a" * 40, "b" * 40


def report(**fields: object) -> ReviewReport:
    known = {"session_id": "s", "started_at": datetime(2026, 3, 9, tzinfo=timezone.utc)}
    return ReviewReport.model_validate(
        {**known, "repository": "till", "base_sha": BASE, "head_sha": HEAD, **fields}
    )


def commit(place: Path) -> str:
    for command in (
        ("init", "-q"),
        ("-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-q", "--allow-empty",
         "-m", "Add"),
    ):  # fmt: skip
        subprocess.run(["git", *command], cwd=place, check=True)
    return subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=place, text=True).strip()


def test_commits_that_are_there_are_found(tmp_path: Path) -> None:
    sha = commit(tmp_path)

    check_commits(report(base_sha=sha, head_sha=sha), tmp_path)
    check_commits(report(base_sha=sha, head_sha=f"{sha}-worktree"), tmp_path)
    check_commits(report(base_sha=None, head_sha=sha), tmp_path)


def test_releases_need_no_repository(tmp_path: Path) -> None:
    check_commits(report(packages=Packages(base="a==1", head="a==2")), tmp_path / "none")


@pytest.mark.parametrize("is_repository", [True, False])
def test_missing_commits_are_named_with_the_repository_that_has_them(
    tmp_path: Path, is_repository: bool
) -> None:
    sha = commit(tmp_path) if is_repository else BASE

    with pytest.raises(RepositoryError) as raised:
        check_commits(report(base_sha=sha), tmp_path)

    assert f"({sha[:10]} and bbbbbbbbbb)" in raised.value.message
    assert "a clone of till" in raised.value.remedy
    assert "--repository" in raised.value.remedy


def test_the_request_is_for_the_very_commits(tmp_path: Path) -> None:
    settings = Settings(with_=("numpy",), env=(("A", "1"),))

    request = request_for(report(), tmp_path, settings)

    assert (request.kind, request.is_pinned) == (RequestKind.REVIEW, True)
    assert (request.base, request.head) == (BASE, HEAD)
    assert (request.requirements, request.env) == (("numpy",), (("A", "1"),))


def test_a_work_tree_releases_and_modules_are_asked_for_as_such(tmp_path: Path) -> None:
    dirty = request_for(report(head_sha=f"{HEAD}-worktree"), tmp_path, Settings())
    releases = report(packages=Packages(base="a==1", head="a==2"))
    modules = report(base_sha=None)

    assert (dirty.worktree, dirty.head) == (True, None)
    assert request_for(releases, tmp_path, Settings()).packages == ("a==1", "a==2")
    assert request_for(modules, tmp_path, Settings()).kind is RequestKind.HARDEN
    assert shas_of(modules) == {Revision.HEAD: HEAD}


def test_a_function_stands_where_the_report_says() -> None:
    before = BaseVersion(path="old.py", qualname="f", line=7, source="def f():\n    return 1\n")
    reported = FunctionReport(
        path="new.py", qualname="g", change="renamed", line=3, status="tested",
        source="def g():\n    x = 1\n    return x\n", before=before,
    )  # fmt: skip

    function = function_of(reported)

    assert function.base is not None
    assert function.head is not None
    assert (function.base.path, function.base.first_line, function.base.last_line) == (
        "old.py", 7, 8,
    )  # fmt: skip
    assert (function.head.path, function.head.first_line, function.head.last_line) == (
        "new.py", 3, 5,
    )  # fmt: skip


@pytest.mark.parametrize("sha", ["--upload-pack=sh", "HEAD; sh", "a\0b", "a" * 39, f"{HEAD}\n"])
def test_commits_of_a_strangers_report_are_never_told_unless_they_are_ids(
    tmp_path: Path, sha: str
) -> None:
    with pytest.raises(RepositoryError) as raised:
        check_commits(report(head_sha=sha), tmp_path)

    assert sha not in f"{raised.value.message} {raised.value.remedy}"


def test_the_repositorys_name_adds_no_line_to_what_people_are_told_to_do(tmp_path: Path) -> None:
    with pytest.raises(RepositoryError) as raised:
        check_commits(report(repository="till:\nsh -c true\n"), tmp_path)

    assert "a clone of till: sh -c true, or" in raised.value.remedy
