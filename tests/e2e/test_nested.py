"""The image, started as the action does it, with a rootless sandbox of its own inside."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from regoose_ci.demo.repository import make_sample_repository
from regoose_ci.domain.report import BehaviourChangeReport, ReviewReport
from tests.e2e.image import build_image
from tests.e2e.nesting import Nest, docker, rootless_podman
from tests.e2e.program import ROOT

ACTION = (ROOT / "action.yml").read_text(encoding="utf-8")
ENGINES = {"docker": docker, "podman": rootless_podman}

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(os.geteuid() != 0, reason="starts engines as root and as another user"),
]


@pytest.fixture(scope="module", params=ENGINES)
def nest(request: pytest.FixtureRequest) -> Iterator[Nest]:
    """The project's image, loaded into a real engine."""
    image = build_image()
    place = Path(tempfile.mkdtemp(prefix="regoose-nest-", dir="/var/tmp"))
    place.chmod(0o755)
    try:
        with ENGINES[request.param](place) as client:
            client.load(image)
            yield Nest(client, image, place)
    finally:
        shutil.rmtree(place)


@pytest.fixture
def workspace(nest: Nest) -> Iterator[Path]:
    """The sample's repository, of the user who starts the image, who is none inside of it."""
    path = make_sample_repository(Path(tempfile.mkdtemp(dir=nest.place)) / "sample")
    for found in (path.parent, path, *path.rglob("*")):
        nest.give(found)
    path.parent.chmod(0o755)
    yield path
    shutil.rmtree(path.parent)


def unintended(report: ReviewReport) -> list[BehaviourChangeReport]:
    changes = [change for function in report.functions for change in function.behaviour_changes]
    return [change for change in changes if change.intended == "no"]


def test_the_demo_finds_its_regression_in_a_rootless_sandbox_inside(nest: Nest) -> None:
    nested = nest.run("demo")

    assert nested.code == 0, nested.output
    assert nested.report.error is None
    assert nested.report.sandbox.level == "rootless"
    assert [change.call for change in unintended(nested.report)] == ["split_bill(1, 2)"]
    assert (nested.directory / "report.html").exists()
    assert nest.left() == ""


def test_a_workspace_is_reviewed_where_it_is_and_not_written_to(
    nest: Nest, workspace: Path
) -> None:
    before = {path: path.stat().st_mtime_ns for path in workspace.rglob("*")}
    nested = nest.run(
        "review", "--base", "main", "--only", "split_bill", "--budget", "4",
        "--fail-on", "unintended-change", workspace=workspace,
    )  # fmt: skip

    assert nested.code == 1, nested.output
    assert nested.report.repository == "workspace"
    assert [change.base for change in unintended(nested.report)] == ["returns [1, 0]"]
    after = {path: path.stat().st_mtime_ns for path in workspace.rglob("*")}
    assert after | {workspace / ".git": 0} == before | {workspace / ".git": 0}
    assert {p.owner() for p in nested.directory.rglob("*")} == {workspace.owner()}
    assert nest.left() == ""


def test_a_workspace_that_only_its_owner_may_read_is_streamed(nest: Nest, workspace: Path) -> None:
    workspace.chmod(0o700)
    nested = nest.run(
        "review", "--base", "main", "--only", "split_bill", "--budget", "4", workspace=workspace
    )

    assert nested.code == 0, nested.output
    assert [change.call for change in unintended(nested.report)] == ["split_bill(1, 2)"]
    assert nest.left() == ""


@pytest.mark.parametrize("nest", ["docker"], indirect=True)
def test_a_workspace_that_the_daemon_does_not_see_is_streamed(nest: Nest, workspace: Path) -> None:
    # As in Docker-in-Docker: the client's files are not those at the same place where dockerd is.
    elsewhere = nest.place / "only-here"
    elsewhere.mkdir()
    script = nest.place / "elsewhere"
    script.write_text(
        f"#!/bin/sh\nmount -t tmpfs none {elsewhere} && cp -a {workspace} {elsewhere}/sample\n"
        'exec "$@"\n'
    )
    script.chmod(0o755)
    nested = nest.run(
        "review", "--base", "main", "--only", "split_bill", "--budget", "4",
        workspace=elsewhere / "sample", within=f"unshare --mount {script}",
    )  # fmt: skip

    assert nested.code == 0, nested.output
    assert [change.call for change in unintended(nested.report)] == ["split_bill(1, 2)"]
    assert nest.left() == ""


def test_wrong_use_passes_its_exit_code_on(nest: Nest, workspace: Path) -> None:
    nested = nest.run("review", "--base", "no-such-branch", workspace=workspace)

    assert nested.code == 2, nested.output
    assert "no-such-branch" in nested.output
    assert nest.left() == ""


@pytest.mark.parametrize("nest", ["docker"], indirect=True)
def test_the_actions_review_step(nest: Nest, workspace: Path) -> None:
    (script,) = re.findall(r"id: review\n.*? run: \|\n(.*)", ACTION, re.DOTALL)
    files = {name: nest.place / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    report = nest.place / "runner-temp" / "report"
    environment = {
        **nest.client.environment,
        **{name: str(path) for name, path in files.items()},
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_WORKSPACE": str(workspace),
        "BASE": "main", "HEAD": "loyalty", "ENGINE": "docker",
        "IMAGE": nest.image.name, "REPORT": str(report),
        "REGOOSE_TITLE": "Round tax", "REGOOSE_BUDGET": "4", "REGOOSE_ONLY": "split_bill",
        "REGOOSE_FAIL_ON": "behaviour-change", "REGOOSE_WITH": "",
    }  # fmt: skip
    runner = dataclasses.replace(nest.client, environment=environment)
    ended = runner.call("bash", "-e", "-c", textwrap.dedent(script))

    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert files["GITHUB_OUTPUT"].read_text() == f"report={report}\n"
    assert "split_bill(1, 2)" in files["GITHUB_STEP_SUMMARY"].read_text()
    assert json.loads((report / "report.json").read_text())["title"] == "Round tax"
    assert nest.left() == ""
