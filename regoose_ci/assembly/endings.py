"""How a session ended early, as its report tells it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from regoose_ci.domain.report import ReportError, ReviewReport
from regoose_ci.errors import InfrastructureError, RegooseError, full_disk_error

if sys.version_info < (3, 11):
    from exceptiongroup import BaseExceptionGroup

INTERRUPTED = "interrupted"


@dataclass(frozen=True)
class Ending:
    """Why a session ended before its work was done.

    ``defect`` is an exception that is none of ours: a bug is told, and raised once the report
    is written.
    """

    reason: str
    error: ReportError | None = None
    defect: BaseException | None = None

    def told_in(self, report: ReviewReport) -> ReviewReport:
        """Return the report with this ending."""
        fields = {"partial": True, "partial_reason": self.reason, "error": self.error}
        return report.model_copy(update=fields)


def ending_of(error: BaseException) -> Ending:
    """Return what the report says about the exception that ended a session."""
    error = most_telling(error)
    error = full_disk_error(error) or error
    if isinstance(error, KeyboardInterrupt):
        return Ending(INTERRUPTED)
    if isinstance(error, RegooseError):
        told = ReportError(kind=error.kind, message=error.message, remedy=error.remedy)
        return Ending(error.message, told)
    # Its text may hold anything, so that only its type is told.
    reason = f"internal error: {type(error).__name__}"
    remedy = "Please report it as a bug, with what was printed."
    told = ReportError(kind=InfrastructureError.kind, message=reason, remedy=remedy)
    return Ending(reason, told, error)


def most_telling(error: BaseException) -> BaseException:
    """Return of a task group's errors an interrupt, else one of ours, else the first."""
    leaves = list(_leaves(error))
    for kind in (KeyboardInterrupt, RegooseError):
        for leaf in leaves:
            if isinstance(leaf, kind):
                return leaf
    return leaves[0]


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error
