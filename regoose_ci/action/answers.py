"""Commands that need no review: they are answered from the last report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from regoose_ci.action import texts
from regoose_ci.action.phase import Phase
from regoose_ci.action.reported import read_artifact
from regoose_ci.github import (
    HELP,
    HELP_KEY,
    Absent,
    CommandRequest,
    ForbiddenError,
    Pull,
    Reaction,
    TestFile,
    key_of_comment,
    reply_once,
)
from regoose_ci.github.command import Commit, Explain, Help, Ignore, Unknown
from regoose_ci.github.errors import RejectedError
from regoose_ci.reports import render_explanation
from regoose_ci.reports.directory import Reported
from regoose_ci.reports.facts import changes_in, tests_in
from regoose_ci.reports.neutralise import prose

_LIMIT = 60_000
"""Characters of an answer."""


@dataclass(frozen=True)
class _Answer:
    reaction: Reaction
    text: str = ""
    """Markdown; empty where the reaction says it all."""
    key: str | None = None


def answer(phase: Phase, request: CommandRequest, pull: Pull) -> str:
    """Carry out a command that was authorised; returns a sentence for the log.

    Raises:
        GitHubError: GitHub did not take the answer.
    """
    try:
        given = _answer(phase, request, pull)
    except (RejectedError, ForbiddenError) as error:
        # What GitHub says may repeat what a stranger has chosen, such as a file's name.
        given = _Answer("confused", prose(f"{error.message} {error.remedy}".strip()))
    github = phase.github
    if given.text:
        key = given.key or key_of_comment(request.comment_id)
        reply_once(github, request.number, key, given.text)
    github.react(request.comment_id, given.reaction)
    verb = type(request.command).__name__.lower()
    return f"The command `{verb}` was {'answered' if given.reaction == 'rocket' else 'refused'}."


def _answer(phase: Phase, request: CommandRequest, pull: Pull) -> _Answer:
    command = request.command
    if isinstance(command, Help):
        return _Answer("rocket", HELP)
    if isinstance(command, Unknown):
        return _Answer("confused", texts.unknown(command, HELP), HELP_KEY)
    reported = _last_report(phase, pull)
    if isinstance(command, Ignore):
        return _ignore(phase, pull, reported, command.id)
    if reported is None:
        return _Answer("confused", texts.NO_REPORT)
    if isinstance(command, Explain):
        text = render_explanation(reported.report, reported.tests, command.id, _LIMIT)
        return _Answer("rocket", text) if text else _Answer("confused", texts.NO_SUCH_ID)
    if isinstance(command, Commit):
        return _commit(phase, request, pull, reported, command)
    raise AssertionError("a run is not answered but planned")


def _ignore(phase: Phase, pull: Pull, reported: Reported | None, identity: str) -> _Answer:
    """Have a behaviour change left out; an id is believed where there is no report to look into."""
    if reported and identity not in {c.id for c in changes_in(reported.report.functions)}:
        return _Answer("confused", texts.NO_SUCH_ID)
    written = phase.sticky(pull.number).ignore(identity)
    if isinstance(written, Absent):
        return _Answer("confused", texts.NO_REPORT)
    return _Answer("rocket")


def _last_report(phase: Phase, pull: Pull) -> Reported | None:
    """The report that our comment shows, if its artifact is still there and is about its commit."""
    state = phase.sticky(pull.number).state()
    if state is None or state.phase not in ("result", "stale"):
        return None
    reported = read_artifact(phase.github, state.run.id, phase.inputs.artifact)
    if reported is None or reported.report.head_sha != state.head_sha:
        return None
    return reported


def _commit(
    phase: Phase, request: CommandRequest, pull: Pull, reported: Reported, command: Commit
) -> _Answer:
    if reported.report.head_sha != pull.head_sha:
        return _Answer("confused", texts.MOVED)
    files = _chosen_files(reported, command.ids)
    if not files:
        return _Answer("confused", texts.NO_TESTS)
    message = f"Add tests for what pull request {pull.number} changes\n\nWritten by Regoose CI."
    if command.here:
        done = phase.github.add_tests(pull.head_sha, pull.head_ref, message, files)
    else:
        branch = f"regoose/tests-{pull.number}-{request.comment_id}"
        done = phase.github.commit_tests(pull.head_sha, branch, message, files)
    return _Answer("rocket", texts.committed(len(files), done.branch, done.compare_url))


def _chosen_files(reported: Reported, ids: tuple[str, ...]) -> list[TestFile]:
    """The files of tests that hold on head, of which at least one test is named by an id."""
    chosen = [
        test.file
        for test in tests_in(reported.report.functions, "hardening")
        if not ids or {test.id, test.name, PurePosixPath(test.file).name} & set(ids)
    ]
    names = [name for name in dict.fromkeys(chosen) if name in reported.tests]
    return [TestFile(name, reported.tests[name]) for name in names]
