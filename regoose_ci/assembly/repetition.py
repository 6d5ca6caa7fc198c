"""An experiment made again: a test run on each revision, or a shell on one of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import anyio
import anyio.to_thread

from regoose_ci.analysis.layout import find_layout
from regoose_ci.assembly.endings import most_telling
from regoose_ci.assembly.experiment import Experiment
from regoose_ci.assembly.laboratory import Bench, ExportableSource, LaboratoryBuilder
from regoose_ci.assembly.opening import open_change
from regoose_ci.assembly.shell import run_shell
from regoose_ci.config import Settings
from regoose_ci.domain.candidates import RunRecord
from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import RepositoryError
from regoose_ci.execution.validation import TestInFile, run_on
from regoose_ci.temporary import temporary_directory

_LAYOUT_FILE = "pyproject.toml"
_T = TypeVar("_T")


def repeat(experiment: Experiment, settings: Settings) -> dict[Revision, RunRecord]:
    """Run a test again on each revision, in guests as it was first run in.

    Raises:
        RegooseError: the revisions cannot be had, or there is no sandbox for them.
    """
    return _run(lambda: _repeat(experiment, settings))


async def _repeat(experiment: Experiment, settings: Settings) -> dict[Revision, RunRecord]:
    function, test = experiment.function, TestInFile(experiment.node, experiment.source)
    async with _bench(experiment, settings) as (bench, _), bench.pairs.testing_pair() as pair:
        return await pair.on_each(lambda r, guest: run_on(guest, r, function, test))


def open_shell(experiment: Experiment, settings: Settings, revision: Revision) -> None:
    """Give the user's terminal to a shell in a sandbox with the tree of one revision.

    Raises:
        RegooseError: the revision cannot be had, or there is no sandbox for it.
    """
    _run(lambda: _open_shell(experiment, settings, revision))


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


def _run(work: Callable[[], Awaitable[_T]]) -> _T:
    """Run to the end; of several errors at once the most telling one is raised."""
    try:
        return anyio.run(work)
    except BaseException as error:
        telling = most_telling(error)
        if telling is error:
            raise
        raise telling from error
