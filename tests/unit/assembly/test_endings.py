from __future__ import annotations

import errno
import os
import sys
from datetime import datetime, timezone

import pytest

from regoose_ci.assembly.endings import INTERRUPTED, Ending, ending_of
from regoose_ci.domain.report import ReportError, ReviewReport
from regoose_ci.errors import GuestError, RepositoryError

if sys.version_info < (3, 11):
    from exceptiongroup import BaseExceptionGroup

REPORT = ReviewReport(session_id="a", started_at=datetime(2026, 1, 1, tzinfo=timezone.utc))


def group(*errors: BaseException) -> BaseException:
    return BaseExceptionGroup("several", errors)


def test_an_interrupt_is_no_error() -> None:
    report = ending_of(KeyboardInterrupt()).told_in(REPORT)
    assert (report.partial, report.partial_reason, report.error) == (True, INTERRUPTED, None)


def test_our_errors_are_told_in_their_words() -> None:
    report = ending_of(RepositoryError("no such thing", "Look again.")).told_in(REPORT)
    assert report.partial
    assert report.error == ReportError(
        kind="repository", message="no such thing", remedy="Look again."
    )


def test_defects_are_told_by_type_alone() -> None:
    defect = KeyError("a secret of the reviewed code")
    ending = ending_of(defect)
    assert ending.defect is defect
    assert ending.error is not None
    assert ending.error.message == "internal error: KeyError"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_a_full_disk_is_no_defect(number: int) -> None:
    ending = ending_of(OSError(number, os.strerror(number), "/secret/place"))
    assert ending.defect is None
    assert ending.error is not None
    assert ending.error.message.endswith(f"cannot be written: {os.strerror(number)}")
    assert "TMPDIR, REGOOSE_CACHE_DIR, --out" in ending.error.remedy


@pytest.mark.parametrize(
    ("errors", "told"),
    [
        ((KeyError("a"), GuestError("gone")), "gone"),
        ((GuestError("gone"), group(KeyboardInterrupt())), INTERRUPTED),
        ((KeyError("a"), ValueError("b")), "internal error: KeyError"),
    ],
)
def test_of_several_the_most_telling_is_told(errors: tuple[BaseException, ...], told: str) -> None:
    assert ending_of(group(group(*errors))).reason == told


def test_an_ending_without_an_error() -> None:
    report = Ending("the budget was used up").told_in(REPORT)
    assert (report.partial, report.error) == (True, None)
