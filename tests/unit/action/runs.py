"""Runs of the action's phases against a GitHub in memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from regoose_ci.action.inputs import ActionSettings
from regoose_ci.action.phase import Phase
from regoose_ci.action.run import WorkflowRun
from regoose_ci.domain.report import ReviewReport
from regoose_ci.github import Comment, RunId
from regoose_ci.github.marker import CommentState, read_marker
from regoose_ci.reports import to_json
from tests.unit.github.memory import HEAD, MemoryGitHub
from tests.unit.reports.sample import TESTS, sample_review

REVIEW_RUN, THIS_RUN = 40, 50
REPORT = sample_review().model_copy(update={"head_sha": HEAD})


def phase(github: MemoryGitHub, inputs: ActionSettings | None = None) -> Phase:
    """This run, which is later than the one that may have reviewed before."""
    run = WorkflowRun(
        "pull_request", "octo/tools", RunId(THIS_RUN),
        "https://api.github.com", "https://github.com",
    )  # fmt: skip
    return Phase(run, github, inputs or ActionSettings())


def write_report(
    directory: Path, report: ReviewReport = REPORT, tests: Mapping[str, str] = TESTS
) -> Path:
    """A report directory as far as it is read."""
    (directory / "tests").mkdir(parents=True)
    (directory / "report.json").write_text(to_json(report))
    for name, source in tests.items():
        (directory / name).write_text(source)
    return directory


def zipped(report: ReviewReport = REPORT, tests: Mapping[str, str] = TESTS) -> bytes:
    """The same as an artifact."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("report.json", to_json(report))
        for name, source in tests.items():
            archive.writestr(name, source)
    return data.getvalue()


def sticky_of(github: MemoryGitHub) -> tuple[CommentState, str]:
    """The one comment of ours: what it remembers and what it says."""
    found: list[Comment] = [one for one in github.conversation if read_marker(one.body)]
    assert len(found) == 1
    state = read_marker(found[0].body)
    assert state is not None
    return state, found[0].body.split("\n", 1)[1]
