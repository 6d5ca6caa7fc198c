"""A pull request that steals: what each attempt got, looked at from outside."""

from __future__ import annotations

import base64
from pathlib import Path
from urllib.parse import urlsplit

from regoose_ci.reports import parse
from tests.e2e.events import PullRequest
from tests.e2e.runner import INDEX_PASSWORD, Ran, Runner
from tests.e2e.test_action import machine, pytestmark, runner
from tests.e2e.thief import HONEST, TITLE, theft
from tests.fakes.github_api import TOKEN

KEY = "sk-TheKeyOfTheModel0123456789"
__all__ = ["machine", "pytestmark", "runner"]


def test_a_thief_gets_nothing(runner: Runner, tmp_path: Path) -> None:
    pull = PullRequest(runner.github, tmp_path, TITLE)
    pull.push(HONEST, to_base=True)
    pull.push(theft(urlsplit(runner.github.url).port or 0))
    inputs = {"api-key": KEY, "env": "OFFERED=bait", "budget": "8"}
    ran = runner.run("review.yml", "pull_request", pull.event(), **inputs)

    ((state, comment),) = runner.comments()
    assert state.phase == "result", ran.log[-5000:]
    files = runner.artifact(state.run.id)
    report = parse(files["report.json"])
    told = {f.qualname: [c.head for c in f.behaviour_changes] for f in report.functions}
    assert told["environment"] == ["returns ('got', ['bait'])"]
    assert told["processes"] == ["returns ('got', ['bait'])"]
    assert told["files"] == ["returns ('got', [], [])"]
    assert told["network"] == ["returns ('reached', [])"]
    assert "evil.example" in told["commands"][0]

    # No secret is in what anybody gets to read.
    pair = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
    for secret in (TOKEN, KEY, pair, INDEX_PASSWORD):
        assert secret not in ran.log + comment
        assert [name for name, data in files.items() if secret.encode() in data] == []
    # Nothing went where the pull request's settings point, and no comment is there but ours.
    assert [asked.path for asked in runner.github.asked if "stolen" in asked.path] == []
    assert len(runner.github.comments[7]) == 1
    assert report.generator.name == "embedded"
    assert_inert(ran, comment)


def assert_inert(ran: Ran, comment: str) -> None:
    assert ran.outputs["comment-url"].startswith("https://github.com/octo/tools/pull/7#")
    assert "set-output:: comment-url=https://evil.example" not in ran.log
    assert "pwned" not in [line.split("::")[-1] for line in ran.log.splitlines() if "❗" in line]
    lines = [line.strip() for line in comment.splitlines()]
    assert [line for line in lines if line.startswith("::")] == []
    assert "<!--" not in comment
