"""The log of a session: JSON lines in ``session.jsonl``, fed by the event bus."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

import structlog
from structlog.typing import FilteringBoundLogger

from regoose_ci.domain.events import (
    BehaviourChangeFound,
    Event,
    FunctionFinished,
    FunctionStarted,
    Notice,
    SessionFinished,
    SessionStarted,
    StageFinished,
    StageStarted,
)
from regoose_ci.domain.report import ReviewReport
from regoose_ci.observability.redaction import redactor


class SessionLog:
    """A subscriber of the bus that writes one line per event, with what may be logged of it.

    Use it as a context manager, or call `close`.

    Args:
        path: The file to append to; its directory exists.
        session_id: Stands in every line.
        secrets: Texts that must not appear in any line, whatever they look like.

    Raises:
        OSError: The file cannot be opened.
    """

    def __init__(self, path: Path, session_id: str, secrets: Iterable[str] = ()) -> None:
        self._stream = path.open("a", encoding="utf-8", buffering=1)
        self._logger: FilteringBoundLogger = structlog.wrap_logger(
            structlog.WriteLogger(self._stream),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                redactor(secrets),
                structlog.processors.JSONRenderer(),
            ],
            wrapper_class=structlog.make_filtering_bound_logger("debug"),
            session=session_id,
        )

    def __call__(self, event: Event) -> None:
        """Write ``event``; a full disk ends the log, not the review."""
        with contextlib.suppress(OSError):
            self._write(event)

    def __enter__(self) -> SessionLog:
        """Return the log itself, which is open already."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file; no event may follow."""
        with contextlib.suppress(OSError):
            self._stream.close()

    def _write(self, event: Event) -> None:
        log = self._logger
        match event:
            case SessionStarted():
                log.info("session_started")
            case StageStarted(stage, total):
                log.info("stage_started", stage=stage.value, total=total)
            case StageFinished(stage, seconds, summary):
                log.info(
                    "stage_finished", stage=stage.value, seconds=round(seconds, 3), summary=summary
                )
            case FunctionStarted(stage, function_id):
                log.debug("function_started", stage=stage.value, function=function_id)
            case FunctionFinished(stage, function_id, summary):
                log.debug(
                    "function_finished", stage=stage.value, function=function_id, summary=summary
                )
            case BehaviourChangeFound(function_id):
                log.info("behaviour_change_found", function=function_id)
            case Notice(text):
                log.warning("notice", text=text)
            case SessionFinished(report):
                self._write_end(report)

    def _write_end(self, report: ReviewReport) -> None:
        if report.error is not None:
            self._logger.error("session_failed", error=report.error.kind, text=report.error.message)
        self._logger.info(
            "session_finished",
            seconds=round(report.duration_s, 3),
            partial=report.partial,
            functions=report.totals.functions,
            tests=report.totals.tests,
            behaviour_changes=report.totals.behaviour_changes,
            requests=report.cost.requests,
        )
