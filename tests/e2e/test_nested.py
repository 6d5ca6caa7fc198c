"""The image, started as the action does it, with a rootless sandbox of its own inside."""

from __future__ import annotations

import dataclasses
import os
import shutil
import tempfile
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
    assert "split_bill(1, 2)" in [change.call for change in unintended(nested.report)]
    assert (nested.directory / "report.html").exists()
    assert nest.left() == ""


def test_what_is_sent_is_reviewed_and_what_is_received_is_the_callers(
    nest: Nest, workspace: Path
) -> None:
    workspace.chmod(0o700)  # only its owner may read it, who is nobody inside
    nested = nest.run(
        "review", "in/sample", "--base", "main", "--only", "split_bill", "--budget", "4",
        "--fail-on", "unintended-change", send=workspace,
    )  # fmt: skip

    assert nested.code == 1, nested.output
    assert nested.report.repository == "sample"
    assert "returns [1, 0]" in [change.base for change in unintended(nested.report)]
    assert {p.owner() for p in nested.directory.rglob("*")} == {workspace.owner()}
    assert nest.left() == ""


@pytest.mark.parametrize("nest", ["docker"], indirect=True)
def test_a_daemon_that_does_not_see_our_files_reviews_them(nest: Nest, workspace: Path) -> None:
    # As in Docker-in-Docker: the client's files are not those at the same place where dockerd is.
    elsewhere = nest.place / "only-here"
    elsewhere.mkdir()
    script = nest.place / "elsewhere"
    script.write_text(
        f"#!/bin/sh\nmount -t tmpfs none {elsewhere} && cp -a {workspace} {elsewhere}/sample\n"
        f'"$@"; code=$?; cp -a {elsewhere}/report {workspace.parent}; exit $code\n'
    )
    script.chmod(0o755)
    nested = nest.run(
        "review", "in/sample", "--base", "main", "--only", "split_bill", "--budget", "4",
        send=elsewhere / "sample", within=f"unshare --mount {script}",
    )  # fmt: skip

    assert nested.code == 0, nested.output
    report = dataclasses.replace(nested, directory=workspace.parent / "report").report
    assert "split_bill(1, 2)" in [change.call for change in unintended(report)]
    assert nest.left() == ""


def test_wrong_use_passes_its_exit_code_on(nest: Nest, workspace: Path) -> None:
    nested = nest.run("review", "in/sample", "--base", "no-such-branch", send=workspace)

    assert nested.code == 2, nested.output
    assert "no-such-branch" in nested.output
    assert nest.left() == ""
