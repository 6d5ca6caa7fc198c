"""The composition root: picks concrete adapters, runs one session, leaves its report."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
import uuid
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import anyio

from regoose_ci.agents.board import Board, Skip
from regoose_ci.agents.orchestrator import run_plan
from regoose_ci.agents.plan import REVIEW_PLAN
from regoose_ci.agents.reporter import finish, report_of
from regoose_ci.assembly.ahead import TO_ASK, TO_FORMAT, import_ahead
from regoose_ci.assembly.diagnosis import diagnose
from regoose_ci.assembly.endings import Ending, ending_of
from regoose_ci.assembly.laboratory import LaboratoryBuilder
from regoose_ci.assembly.leftovers import clear_leftovers
from regoose_ci.assembly.models import cost_of, generator_info, open_models, secrets_of
from regoose_ci.assembly.opening import open_change
from regoose_ci.assembly.provider_checks import check_providers, list_providers
from regoose_ci.assembly.sources import repository_name
from regoose_ci.assembly.team import make_team
from regoose_ci.config import Settings
from regoose_ci.domain.events import SessionFinished, SessionStarted, Stage
from regoose_ci.domain.report import Packages, ReviewReport
from regoose_ci.domain.request import ReviewRequest
from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import InfrastructureError, SandboxUnavailableError, UsageError
from regoose_ci.observability.bus import EventBus
from regoose_ci.observability.log import SessionLog
from regoose_ci.providers.session import ModelSession
from regoose_ci.reports.writer import write_report
from regoose_ci.temporary import temporary_directory

__all__ = ["check_providers", "diagnose", "list_providers", "run_session"]


def run_session(request: ReviewRequest, settings: Settings, bus: EventBus) -> ReviewReport:
    """Run one session from request to report directory.

    Whatever ends the session early (an error, Ctrl-C, no sandbox) is told in the report.

    Raises:
        RegooseError: the report directory cannot be opened.
    """
    session_id = uuid.uuid4().hex[:12]
    envelope = ReviewReport(session_id=session_id, started_at=datetime.now(timezone.utc))
    _open_directory(request.out)
    with (
        _claimed(request.out),
        _log(request.out, session_id, settings, bus),
        temporary_directory("session") as scratch,
    ):
        scratch.chmod(0o755)  # guests are users of their own
        bus.publish(SessionStarted(session_id, repository_name(request.repository)))
        session = _Session(request, settings, bus, scratch, envelope)
        session.run()
    return session.report


class _Session:
    """One session, step by step; what is done stays in the report if a later step fails."""

    def __init__(
        self,
        request: ReviewRequest,
        settings: Settings,
        bus: EventBus,
        scratch: Path,
        envelope: ReviewReport,
    ) -> None:
        self._request = request
        self._settings = settings
        self._bus = bus
        self._scratch = scratch
        self._envelope = self.report = envelope
        self._board: Board | None = None
        self._models: ModelSession | None = None
        self._ending: Ending | None = None
        self._started = time.monotonic()

    def run(self) -> None:
        """Run to the end or to the first error, and write the report.

        Raises:
            BaseException: whatever ended the session that is none of ours, after the report.
        """
        try:
            anyio.run(self._run)
        except BaseException as error:  # noqa: BLE001 - every end of a session leaves a report
            self._ending = ending_of(error)
        try:
            report, tests = self._results()
        except Exception as error:  # noqa: BLE001 - here too
            self._ending = ending_of(error)
            report, tests = self._envelope, {}
        if self._models is not None:
            report = report.model_copy(update={"cost": cost_of(self._models)})
        if self._ending is not None:
            report = self._ending.told_in(report)
        self.report = write_report(report, tests, self._request.out)
        self._bus.publish(SessionFinished(self.report))
        if self._ending is not None and self._ending.defect is not None:
            raise self._ending.defect

    def _results(self) -> tuple[ReviewReport, dict[str, str]]:
        board = self._board
        if board is None:
            took = round(time.monotonic() - self._started, 3)
            return self._envelope.model_copy(update={"duration_s": took}), {}
        with board.stage(Stage.REPORT):
            finished = finish(board)
        if board.out_of_budget and self._ending is None:
            self._ending = Ending("the budget was used up")
        if board.unfinished and self._ending is None:
            self._ending = Ending(board.unfinished)
        return report_of(board, finished, self._envelope), finished.files

    async def _run(self) -> None:
        self._models = open_models(self._settings, os.environ)
        if self._models is None:
            import_ahead([TO_FORMAT])
            await self._review()
            return
        import_ahead([TO_FORMAT] if self._models.recording else [TO_ASK, TO_FORMAT])
        generator = generator_info(self._models)
        self._envelope = self._envelope.model_copy(update={"generator": generator})
        async with self._models:
            await self._review()

    async def _review(self) -> None:
        await anyio.to_thread.run_sync(clear_leftovers, self._settings.cache_dir)
        opened = await open_change(self._request, self._settings, self._scratch)
        shas = opened.source.shas
        self._envelope = self._envelope.model_copy(
            update={
                "repository": opened.repository,
                "title": opened.title,
                "description": opened.description,
                "base_sha": shas.get(Revision.BASE),
                "head_sha": shas[Revision.HEAD],
                "packages": _packages(self._request),
            }
        )
        board = self._board = Board(
            self._request, opened.source, self._bus, opened.title, opened.description
        )
        laboratory = LaboratoryBuilder(
            self._request, self._settings, opened.source, self._scratch, opened.requirements
        )
        team = make_team(board, laboratory.build, self._models)
        try:
            await run_plan(REVIEW_PLAN, team, board)
        except SandboxUnavailableError as error:
            self._list_only(board, error.message)
            if self._request.require_sandbox:
                raise

    def _list_only(self, board: Board, problem: str) -> None:
        """Leave the changes listed, each with the reason why nothing of it was run."""
        assert board.material is not None
        for found in board.material.functions:
            skip = Skip("no_sandbox", problem)
            board.skipped.setdefault(found.function.id, skip)
        self._ending = Ending(f"{problem}: the changes are listed, nothing was run")
        if not self._request.require_sandbox:
            board.notice(f"{self._ending.reason}.")


def _packages(request: ReviewRequest) -> Packages | None:
    if request.packages is None:
        return None
    return Packages(base=request.packages[0], head=request.packages[1])


def _open_directory(out: Path) -> None:
    """Make the report directory unless it is there; git is to ignore one that we made."""
    is_there = out.exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
        if not is_there:
            (out / ".gitignore").write_text("*\n", encoding="utf-8")
    except FileExistsError as error:
        raise UsageError(
            f"the report directory {out.name} is a file", "Choose another with --out."
        ) from error
    except OSError as error:
        raise InfrastructureError(
            f"the report directory {out.name} cannot be made: {error.strerror}",
            "Choose another with --out.",
        ) from error


@contextlib.contextmanager
def _claimed(out: Path) -> Iterator[None]:
    """Keep the report directory from other reviews until this one, however it ends, is over."""
    directory = os.open(out, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(directory)
        raise UsageError(
            f"another review is writing to the report directory {out.name}",
            "Wait for it, or choose another with --out.",
        ) from error
    except OSError:  # a file system without locks
        pass
    try:
        yield
    finally:
        os.close(directory)


@contextlib.contextmanager
def _log(out: Path, session_id: str, settings: Settings, bus: EventBus) -> Iterator[None]:
    secrets = secrets_of(settings, os.environ)
    try:
        log = SessionLog(out / "session.jsonl", session_id, secrets)
    except OSError as error:
        raise InfrastructureError(
            f"the report directory {out.name} cannot be written: {error.strerror}",
            "Choose another with --out.",
        ) from error
    with log:
        bus.subscribe(log)
        yield
