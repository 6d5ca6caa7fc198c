"""What a report tells of, as something that can be done again: commits, function and test."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from regoose_ci.config import Settings
from regoose_ci.domain.changes import ChangedFunction, ChangeKind, FunctionKind, FunctionSource
from regoose_ci.domain.report import FunctionReport, ReviewReport
from regoose_ci.domain.request import RequestKind, ReviewRequest
from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import RepositoryError
from regoose_ci.repository.git import GitRepository

TEST_FILE = "/tmp/test_generated.py"  # noqa: S108 - inside the sandbox
"""Where a shell in a sandbox finds the test."""
_WORKTREE = "-worktree"
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class Experiment:
    """A test of a report with what it needs to run where it ran.

    ``request`` asks for the report's own commits, ``shas``; ``node`` is the test's name in a file
    with text ``source``.
    """

    request: ReviewRequest
    shas: Mapping[Revision, str]
    function: ChangedFunction
    node: str
    source: str


def shas_of(report: ReviewReport) -> dict[Revision, str]:
    """The commits that a report is about; of ``harden`` there is only head."""
    shas = {Revision.HEAD: report.head_sha}
    return {Revision.BASE: report.base_sha, **shas} if report.base_sha else shas


def check_commits(report: ReviewReport, place: Path) -> None:
    """See whether what a report is about is in the repository at ``place``.

    Releases are fetched again, so that they need no repository.

    Raises:
        RepositoryError: there is no repository, or not with these commits.
    """
    if report.packages is not None:
        return
    shas = [sha.removesuffix(_WORKTREE) for sha in shas_of(report).values()]
    if not all(map(_SHA.fullmatch, shas)):
        # They go into a command that people are told to run, and the report may be a stranger's.
        raise RepositoryError(
            "the report does not name its commits", "Review the change again, here."
        )
    name = " ".join(report.repository.split()) or "the repository"  # on a line with our words
    fetch = f"git fetch origin {' '.join(dict.fromkeys(shas))}"
    remedy = f"Start it in a clone of {name}, or name one with --repository DIR; there: {fetch}."
    wanted = " and ".join(sha[:10] for sha in dict.fromkeys(shas))
    try:
        repository = GitRepository.open(place)
        for sha in shas:
            repository.resolve_pinned(sha, sha)
    except RepositoryError as error:
        here = place.resolve().name or str(place)
        message = f"{here} is no repository with the report's commits ({wanted})"
        raise RepositoryError(message, remedy) from error


def request_for(report: ReviewReport, place: Path, settings: Settings) -> ReviewRequest:
    """Ask for the commits or releases of a report, as they were reviewed."""
    kind = RequestKind.REVIEW if report.base_sha else RequestKind.HARDEN
    worktree = report.head_sha.endswith(_WORKTREE)
    return ReviewRequest(
        kind=RequestKind.COMPARE if report.packages else kind,
        repository=place.absolute(),
        out=place,
        base=report.base_sha,
        head=None if worktree else report.head_sha,
        is_pinned=True,
        worktree=worktree,
        packages=(report.packages.base, report.packages.head) if report.packages else None,
        python=settings.python.absolute() if settings.python else None,
        requirements=settings.with_,
        env=settings.env,
    )


def function_of(function: FunctionReport) -> ChangedFunction:
    """The reported function, as far as running its tests needs it."""
    before = function.before
    here = _source(function.path, function.qualname, function.line, function.source)
    then = _source(before.path, before.qualname, before.line, before.source) if before else None
    is_removed = function.change == ChangeKind.REMOVED.value
    return ChangedFunction(
        ChangeKind(function.change),
        FunctionKind.FUNCTION,
        base=here if is_removed else then,
        head=None if is_removed else here,
    )


def _source(path: str, qualname: str, line: int, text: str) -> FunctionSource:
    last = line + max(len(text.splitlines()), 1) - 1
    return FunctionSource(path, "", qualname, line, last, text)
