from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from regoose_ci.errors import InfrastructureError
from regoose_ci.repository.fetch import Remote, fetch_commits
from regoose_ci.repository.git import GitRepository
from tests.e2e.project import Project
from tests.fakes.github_api import TOKEN
from tests.fakes.github_server import FakeGitHub
from tests.fakes.github_shapes import REPOSITORY


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path / "server" / REPOSITORY)
    for number in range(4):
        project.write({"a.py": f"x = {number}\n"})
        project.commit(f"Set x to {number}")
    return project


@pytest.fixture
def server(tmp_path: Path, project: Project) -> Iterator[FakeGitHub]:
    with FakeGitHub() as running:
        running.git_root = tmp_path / "server"
        yield running


def remote(server: FakeGitHub, token: str = TOKEN) -> Remote:
    return Remote(f"{server.url}/{REPOSITORY}", token)


def test_two_commits_come_without_what_lies_between(
    server: FakeGitHub, project: Project, tmp_path: Path
) -> None:
    base, head = project.git("rev-parse", "HEAD~3"), project.git("rev-parse", "HEAD")
    fetch_commits(remote(server), (base, head), tmp_path / "fetched")

    repository = GitRepository.open(tmp_path / "fetched")
    revisions = repository.resolve_pinned(base, head)
    assert repository.read_file(base, "a.py") == b"x = 0\n"
    assert "-x = 0\n+x = 3\n" in repository.diff(revisions)
    listed = subprocess.run(
        ["git", "rev-list", "--all", "--count"],
        cwd=tmp_path / "fetched", capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert listed.stdout == "2\n"


def test_the_token_stays_out_of_the_repository_and_of_arguments(
    server: FakeGitHub, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" >> {seen}\nPATH={os.environ["PATH"]} exec git "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    fetch_commits(remote(server), (project.git("rev-parse", "HEAD"),), tmp_path / "fetched")

    written = [p.read_bytes() for p in (tmp_path / "fetched").rglob("*") if p.is_file()]
    authorization = server.asked[-1].headers["authorization"].split()[1]
    for secret in (TOKEN, authorization):
        assert not [text for text in written if secret.encode() in text]
        assert secret not in seen.read_text()


def test_a_wrong_token_is_an_error_that_does_not_repeat_it(
    server: FakeGitHub, project: Project, tmp_path: Path
) -> None:
    with pytest.raises(InfrastructureError, match="could not be fetched") as caught:
        fetch_commits(
            remote(server, "ghs_wrong"), (project.git("rev-parse", "HEAD"),), tmp_path / "fetched"
        )
    assert "ghs_wrong" not in f"{caught.value.message}{caught.value.remedy}"


def test_a_commit_that_the_server_does_not_have_is_an_error(
    server: FakeGitHub, tmp_path: Path
) -> None:
    with pytest.raises(InfrastructureError, match="could not be fetched"):
        fetch_commits(remote(server), ("d" * 40,), tmp_path / "fetched")
