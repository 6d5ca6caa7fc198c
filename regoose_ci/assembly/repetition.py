"""What a report tells of, once more: a test run on each revision, or a shell on one of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import anyio.to_thread

from regoose_ci.analysis.layout import find_layout
from regoose_ci.assembly.laboratory import Bench, ExportableSource, LaboratoryBuilder
from regoose_ci.assembly.opening import open_change
from regoose_ci.assembly.shell import run_shell
from regoose_ci.config import Settings
from regoose_ci.domain.candidates import RunRecord
from regoose_ci.domain.changes import ChangedFunction, ChangeKind, FunctionKind, FunctionSource
from regoose_ci.domain.report import FunctionReport, ReviewReport
from regoose_ci.domain.request import RequestKind, ReviewRequest
from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import RepositoryError
from regoose_ci.execution.validation import run_on
from regoose_ci.repository.git import GitRepository
from regoose_ci.temporary import temporary_directory

_WORKTREE = "-worktree"
_LAYOUT_FILE = "pyproject.toml"


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
    name = report.repository or "the repository"
    remedy = f"Start it in a clone of {name} that has them, or name one with --repository DIR."
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


def repeat(experiment: Experiment, settings: Settings) -> dict[Revision, RunRecord]:
    """Run a test again on each revision, in guests as it was first run in.

    Raises:
        RegooseError: the revisions cannot be had, or there is no sandbox for them.
    """
    return anyio.run(_repeat, experiment, settings)


async def _repeat(experiment: Experiment, settings: Settings) -> dict[Revision, RunRecord]:
    function, node, source = experiment.function, experiment.node, experiment.source
    async with _bench(experiment, settings) as (bench, _), bench.pairs.testing_pair() as pair:
        return await pair.on_each(lambda r, guest: run_on(guest, r, function, node, source))


def open_shell(experiment: Experiment, settings: Settings, revision: Revision) -> None:
    """Give the user's terminal to a shell in a sandbox with the tree of one revision.

    Raises:
        RegooseError: the revision cannot be had, or there is no sandbox for it.
    """
    anyio.run(_open_shell, experiment, settings, revision)


async def _open_shell(experiment: Experiment, settings: Settings, revision: Revision) -> None:
    async with _bench(experiment, settings) as (bench, scratch):
        spec = bench.specs[revision]
        await anyio.to_thread.run_sync(
            run_shell, bench.sandbox, spec, revision, experiment.source, scratch
        )


@asynccontextmanager
async def _bench(experiment: Experiment, settings: Settings) -> AsyncIterator[tuple[Bench, Path]]:
    request = experiment.request
    with temporary_directory("session") as scratch:
        scratch.chmod(0o755)  # guests are users of their own
        opened = await open_change(request, settings, scratch)
        if opened.source.shas != dict(experiment.shas):
            raise RepositoryError(
                "the repository no longer gives the commits that the report is about",
                "Review the change again, and explain what the new report has.",
            )
        builder = LaboratoryBuilder(request, settings, opened.source, scratch, opened.requirements)
        yield await builder.prepare(_import_roots(opened.source)), scratch


def _import_roots(source: ExportableSource) -> dict[Revision, tuple[str, ...]]:
    roots = {}
    for revision in source.shas:
        text = (source.read(revision, _LAYOUT_FILE) or b"").decode("utf-8", "replace")
        roots[revision] = find_layout(source.files(revision), text).import_roots
    return roots
