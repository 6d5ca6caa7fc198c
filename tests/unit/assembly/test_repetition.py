from __future__ import annotations

import subprocess
from datetime import datetime, timezone
from pathlib import Path

import anyio
import pytest

from regoose_ci.assembly.experiment import Experiment, function_of, request_for, shas_of
from regoose_ci.assembly.repetition import _run, open_shell, repeat
from regoose_ci.config import Settings
from regoose_ci.domain.report import FunctionReport, ReviewReport
from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import EnvironmentBuildError, RepositoryError

FUNCTION = FunctionReport(path="a.py", qualname="f", change="modified", line=1, status="tested")


def git(place: Path, *arguments: str) -> str:
    names = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    return subprocess.check_output(["git", *names, *arguments], cwd=place, text=True).strip()


@pytest.fixture
def moved(tmp_path: Path) -> Experiment:
    """A test of a work tree whose changes have been committed since."""
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "Begin")
    sha = git(tmp_path, "rev-parse", "HEAD")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "Go on")
    report = ReviewReport(
        session_id="s", started_at=datetime(2026, 3, 9, tzinfo=timezone.utc),
        base_sha=sha, head_sha=f"{sha}-worktree",
    )  # fmt: skip
    request = request_for(report, tmp_path, Settings())
    return Experiment(request, shas_of(report), function_of(FUNCTION), "test_a", "")


def test_a_test_is_not_run_on_other_commits_than_the_reports(moved: Experiment) -> None:
    with pytest.raises(RepositoryError, match="no longer gives the commits"):
        repeat(moved, Settings())


def test_a_shell_is_not_opened_on_other_commits_than_the_reports(moved: Experiment) -> None:
    with pytest.raises(RepositoryError, match="no longer gives the commits"):
        open_shell(moved, Settings(), Revision.HEAD)


def test_an_error_of_ours_is_told_from_among_several() -> None:
    async def work() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(fail)

    async def fail() -> None:
        raise EnvironmentBuildError("numpy cannot be installed")

    with pytest.raises(EnvironmentBuildError, match="numpy"):
        _run(work)
