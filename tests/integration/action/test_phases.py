"""``regoose action …`` over real HTTP and git, without containers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

import pytest

from regoose_ci.cli import run
from regoose_ci.commands import Doors
from regoose_ci.config import Settings
from regoose_ci.domain.report import ReviewReport
from regoose_ci.domain.request import ReviewRequest
from regoose_ci.github.marker import read_marker
from regoose_ci.observability.bus import EventBus
from regoose_ci.reports import write_report
from regoose_ci.repository.git import GitRepository
from tests.e2e.events import PullRequest
from tests.fakes.github_api import TOKEN
from tests.fakes.github_server import FakeGitHub, Refused
from tests.fakes.github_shapes import REPOSITORY
from tests.unit.reports.sample import TESTS, sample_review

BASE = {"pyproject.toml": "[tool.regoose]\nbudget = 7\n", "a.py": "x = 1\n"}
HEAD = {"pyproject.toml": "[tool.regoose]\nbudget = 9000\n", "a.py": "x = 2\n"}


@dataclass
class FakeSession:
    """Leaves a report of what it was asked to review."""

    requests: list[ReviewRequest] = field(default_factory=list)
    settings: list[Settings] = field(default_factory=list)

    def run(self, request: ReviewRequest, settings: Settings, _bus: EventBus) -> ReviewReport:
        self.requests.append(request)
        self.settings.append(settings)
        report = sample_review().model_copy(
            update={"head_sha": request.head, "started_at": datetime.now(timezone.utc)}
        )
        return write_report(report, TESTS, request.out)


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGitHub]:
    with FakeGitHub() as running:
        for name, value in {
            "GITHUB_EVENT_NAME": "pull_request",
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_RUN_ID": "50",
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_API_URL": running.url,
            "GITHUB_SERVER_URL": running.url,
            "GITHUB_ACTIONS": "true",
        }.items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def pull(github: FakeGitHub, tmp_path: Path) -> PullRequest:
    made = PullRequest(github, tmp_path)
    made.push(BASE, to_base=True)
    made.push(HEAD)
    (tmp_path / "event.json").write_text(json.dumps(made.event()))
    return made


def phrases(github: FakeGitHub) -> list[str]:
    """What each of our comments shows."""
    states = [read_marker(one.body) for one in github.comments.get(7, [])]
    return [state.phase for state in states if state is not None]


def start(*arguments: str, doors: Doors | None = None) -> int:
    return run(["action", *arguments], doors)


def test_from_an_event_to_the_comment(
    github: FakeGitHub, pull: PullRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    assert start("prepare", str(tmp_path), str(tmp_path / "plan")) == 0
    assert (tmp_path / "plan/outputs").read_text() == "task=review\n"
    assert phrases(github) == ["working"]

    session = FakeSession()
    doors = Doors(session.run)
    review = ("review", str(tmp_path), str(tmp_path / "report"))
    assert start(*review, doors=doors) == 2, "a token is at hand"
    monkeypatch.delenv("GITHUB_TOKEN")
    monkeypatch.setenv("REGOOSE_FAIL_ON", "unintended-change")
    assert start(*review, doors=doors) == 1
    (request,), (settings,) = session.requests, session.settings
    assert (request.base, request.head, request.is_pinned) == (pull.base, pull.head, True)
    assert (request.title, request.repository.name) == (pull.title, "tools")
    assert settings.budget == 7, "the base's, not what the pull request wants"
    assert GitRepository.open(request.repository).read_file(pull.head, "a.py") == b"x = 2\n"

    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    capsys.readouterr()
    assert start("publish", str(tmp_path), str(tmp_path / "out"), "--code", "1") == 0
    assert phrases(github) == ["result"]
    assert "behaviour-changes=2\n" in (tmp_path / "out/outputs").read_text()
    assert "**2 behaviour changes**" in (tmp_path / "out/summary.md").read_text()
    assert capsys.readouterr().out.startswith("::warning file=src/slugger/core.py,line=46,")


def test_by_hand_and_without_a_number_no_comment_is_written(
    github: FakeGitHub, pull: PullRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("GITHUB_EVENT_NAME", "workflow_dispatch")
    (tmp_path / "event.json").write_text(json.dumps(pull.dispatched()))
    assert start("prepare", str(tmp_path), str(tmp_path / "plan")) == 0
    assert (tmp_path / "plan/outputs").read_text() == "task=review\n"
    write_report(
        sample_review().model_copy(update={"head_sha": pull.head}), TESTS, tmp_path / "report"
    )
    assert start("publish", str(tmp_path), str(tmp_path / "out"), "--code", "0") == 0

    assert (tmp_path / "out/summary.md").read_text().startswith("> This run names no pull request:")
    assert "behaviour-changes=2\n" in (tmp_path / "out/outputs").read_text()
    assert github.comments == {}
    assert [asked.path for asked in github.asked if asked.verb != "GET"] == [
        f"/{REPOSITORY}/git-upload-pack"
    ]


def test_without_a_plan_or_a_report_working_is_cleared(
    github: FakeGitHub, pull: PullRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    start("prepare", str(tmp_path), str(tmp_path / "elsewhere"))
    assert start("publish", str(tmp_path), str(tmp_path / "out")) == 0

    assert phrases(github) == ["stopped"]
    assert "was cancelled" in (tmp_path / "out/summary.md").read_text()


def test_a_comment_that_github_refuses_is_a_warning(
    github: FakeGitHub, pull: PullRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    start("prepare", str(tmp_path), str(tmp_path / "plan"))
    write_report(
        sample_review().model_copy(update={"head_sha": pull.head}), TESTS, tmp_path / "report"
    )
    github.fail("PATCH", "/comments", Refused(403))
    assert start("publish", str(tmp_path), str(tmp_path / "out"), "--code", "0") == 0

    assert "::warning title=Regoose CI::The token may not write" in capsys.readouterr().out
    assert "tests=6\n" in (tmp_path / "out/outputs").read_text()


def test_an_event_that_asks_for_nothing_ends_with_one_sentence(
    github: FakeGitHub, pull: PullRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("GITHUB_EVENT_NAME", "push")
    assert start("prepare", str(tmp_path), str(tmp_path / "plan")) == 0

    assert (tmp_path / "plan/outputs").read_text() == "task=done\n"
    assert capsys.readouterr().out == (
        "::notice title=Regoose CI::The event push starts no review.\n"
    )
    assert github.asked == []
