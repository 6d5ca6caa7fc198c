"""The GitHub Action from an event to the comment, the artifact and the outputs.

The runner is nektos/act, the upload is GitHub's own action, the image is ours; GitHub is a fake.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from regoose_ci.reports import parse
from tests.e2e.conftest import CHANGED, SHOP
from tests.e2e.events import PullRequest
from tests.e2e.image import Client, Image, build_image
from tests.e2e.nesting import docker
from tests.e2e.program import FILES
from tests.e2e.runner import NUMBER, TOOLS, Runner, reviewing
from tests.fakes.github_api import TOKEN
from tests.fakes.github_server import FakeGitHub

FORK = "mallory/tools"
QUICK = {"budget": "6"}
GENERATED = """
    from shop.rates import WHOLE


    def total(prices, discount=0):
        amount = sum(prices)
        return amount - amount * discount // WHOLE
    """

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.skipif(os.geteuid() != 0, reason="starts an engine as root"),
    pytest.mark.skipif(not (TOOLS / "act").exists(), reason="there is no act: run make e2e"),
]


@dataclass(frozen=True)
class Machine:
    """A machine with Docker and our image."""

    place: Path
    client: Client
    image: Image


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    image = build_image()
    place = Path(tempfile.mkdtemp(prefix="regoose-act-", dir="/var/tmp"))
    place.chmod(0o755)
    try:
        with docker(place) as client:
            client.load(image)
            yield Machine(place, client, image)
    finally:
        shutil.rmtree(place)


@pytest.fixture
def runner(machine: Machine) -> Iterator[Runner]:
    """A runner of that machine, with a GitHub of its own."""
    place = Path(tempfile.mkdtemp(dir=machine.place))
    with FakeGitHub() as github:
        yield Runner(place, machine.client, machine.image, github)


@pytest.fixture
def pull(runner: Runner, tmp_path: Path) -> PullRequest:
    """The shop, with a change of what it computes."""
    made = PullRequest(runner.github, tmp_path)
    made.push(SHOP, to_base=True)
    made.push({"shop/prices.py": CHANGED})
    return made


def test_a_review_is_commented_once_and_edited_and_all_of_it_kept(
    runner: Runner, pull: PullRequest
) -> None:
    ran = runner.run(
        "review.yml", "pull_request", pull.event(), **QUICK, **{"fail-on": "behaviour-change"}
    )

    assert ran.code == 1, ran.log[-5000:]
    ((state, text),) = runner.comments()
    assert (state.phase, state.head_sha) == ("result", pull.head)
    assert "`total` in `shop/prices.py:4`" in text
    url = (
        f"https://github.com/octo/tools/pull/7#issuecomment-{runner.github.comments[NUMBER][0].id}"
    )
    files = runner.artifact(state.run.id)
    assert {*FILES, "tests/test_prices_behaviour_changes.py"} <= set(files)
    report = parse(files["report.json"])
    assert (report.repository, report.base_sha, report.head_sha) == ("tools", pull.base, pull.head)
    assert (report.sandbox.level, report.error) == ("rootless", None)
    assert report.totals.behaviour_changes > 0
    expected = {
        "behaviour-changes": str(report.totals.behaviour_changes),
        "tests": str(report.totals.tests),
        "partial": str(report.partial).lower(),
        "sandbox-level": "rootless",
        "comment-url": url,
    }
    assert {name: ran.outputs[name] for name in expected} == expected
    assert TOKEN not in ran.log

    pull.push(
        {"shop/prices.py": SHOP["shop/prices.py"].replace("discount // 100", "discount//100")}
    )
    again = runner.run("review.yml", "pull_request", pull.event(), **QUICK)
    assert again.code == 0, again.log[-5000:]
    ((second, text),) = runner.comments()
    assert second.run > state.run
    assert (second.phase, second.head_sha) == ("result", pull.head)
    assert "behaviour change" not in text.split("\n", 1)[0]


@pytest.mark.parametrize(
    ("sent", "phase", "said"),
    [
        # What GitHub's runner sends first: the review ends in order and leaves what it has.
        (signal.SIGINT, "result", "Partial result: interrupted."),
        # What comes 10 s later.
        (signal.SIGKILL, "stopped", "The review of `{head}` was cancelled."),
    ],
)
def test_a_cancelled_review_leaves_no_working(
    runner: Runner, pull: PullRequest, sent: signal.Signals, phase: str, said: str
) -> None:
    # act itself kills a cancelled action as a whole, without the steps that always run.
    started = runner.started("review.yml", "pull_request", pull.event(), budget="300")
    with started as (process, _):
        nest = reviewing(runner, process)
        assert [state.phase for state, _ in runner.comments()] == ["working"]
        os.kill(nest, sent)
        log, _ = process.communicate(timeout=200)
    assert process.returncode == 1, log[-5000:]
    ((state, text),) = runner.comments()
    assert state.phase == phase, log[-5000:]
    assert said.format(head=pull.head[:10]) in text
    assert runner.client.run("ps", "--all", "--quiet") == ""


def test_commands_run_one_function_explain_commit_and_ignore(
    runner: Runner, pull: PullRequest
) -> None:
    asked, event = pull.comment("/regoose run total")
    ran = runner.run("commands.yml", "issue_comment", event, **QUICK)
    assert ran.code == 0, ran.log[-5000:]
    ((state, text),) = runner.comments()
    assert "`/regoose explain <id>`" in text
    assert _reactions(runner, asked) == ["eyes", "rocket"]
    files = runner.artifact(state.run.id)
    change = parse(files["report.json"]).functions[0].behaviour_changes[0]

    asked, event = pull.comment(f"/regoose explain {change.id}")
    runner.run("commands.yml", "issue_comment", event)
    assert _reactions(runner, asked) == ["eyes", "rocket"]
    answer = runner.github.comments[NUMBER][-1].body
    assert change.call in answer
    assert "inputs were tried" in answer

    asked, event = pull.comment("/regoose commit here")
    runner.run("commands.yml", "issue_comment", event)
    assert _reactions(runner, asked) == ["eyes", "rocket"]
    committed = runner.github.refs["refs/heads/fix"]
    assert runner.github.parents[committed] == [pull.head]
    name = "tests/test_prices_examples.py"
    assert runner.github.files[committed] == {name: files[name].decode()}

    asked, event = pull.comment(f"/regoose ignore {change.id}")
    runner.run("commands.yml", "issue_comment", event)
    asked, event = pull.comment("/regoose")
    runner.run("commands.yml", "issue_comment", event, **QUICK)
    ((state, text),) = runner.comments()
    assert state.ignored == (change.id,)
    assert "1 behaviour change left out" in text
    assert change.call not in text


def test_a_branch_is_reviewed_by_hand_on_a_python_and_after_a_set_up(
    runner: Runner, pull: PullRequest
) -> None:
    """Neither of them works without its input: the project allows no Python of the image."""
    settings = SHOP["pyproject.toml"].replace(">=3.10", ">=3.12")
    pull.push({"pyproject.toml": settings, "shop/prices.py": GENERATED}, to_base=True)
    pull.push({"shop/prices.py": GENERATED.replace("amount * discount // WHOLE", "discount")})
    given = {"python-version": "3.11", "setup": "echo WHOLE=100 > shop/rates.py"}
    ran = runner.run("commands.yml", "workflow_dispatch", pull.dispatched(), **QUICK, **given)

    assert ran.code == 0, ran.log[-5000:]
    assert (ran.outputs["comment-url"], runner.github.comments) == ("", {})
    (run,) = runner.github.artifacts
    report = parse(runner.artifact(run)["report.json"])
    assert (report.base_sha, report.head_sha) == (pull.base, pull.head)
    assert (report.environment.python, report.error) == ("3.11", None)
    assert [f.qualname for f in report.functions if f.behaviour_changes] == ["total"]


def _reactions(runner: Runner, comment_id: int) -> list[str]:
    (found,) = [c for c in runner.github.comments[NUMBER] if c.id == comment_id]
    return found.reactions


def test_a_forks_review_is_commented_by_a_second_workflow(
    runner: Runner, pull: PullRequest
) -> None:
    github = runner.github
    github.pulls[NUMBER].head_repository = FORK
    github.read_only = True
    ran = runner.run("fork-review.yml", "pull_request", pull.event(FORK), **QUICK)
    assert ran.code == 0, ran.log[-5000:]
    assert github.comments == {}
    assert "This run may not write to the pull request" in ran.log
    (run,) = github.artifacts

    github.read_only = False
    published = runner.run("fork-publish.yml", "workflow_run", pull.finished(run, FORK))
    assert published.code == 0, published.log[-5000:]
    ((state, text),) = runner.comments()
    assert (state.run.id, state.head_sha, state.phase) == (run, pull.head, "result")
    assert text.startswith("> This was found by a run of the fork's pull request")
    assert "`total` in `shop/prices.py:4`" in text
