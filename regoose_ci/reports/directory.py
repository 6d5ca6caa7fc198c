"""Reading a report directory that may have been made next to a stranger's code."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from regoose_ci.domain.report import ReviewReport
from regoose_ci.domain.report_files import REPORT, TESTS, ReportLimits, is_report_file
from regoose_ci.errors import InfrastructureError
from regoose_ci.reports.json_report import parse


@dataclass(frozen=True)
class Reported:
    """A report, and the source of its tests by name: ``tests/test_slug.py``."""

    report: ReviewReport
    tests: Mapping[str, str]


def read_directory(directory: Path, limits: ReportLimits | None = None) -> Reported | None:
    """Read a report directory; None where there is no report in it.

    No link is followed, and nothing but plain files of the expected names is read.

    Raises:
        InfrastructureError: What is there is too large or no report.
    """
    limits = limits or ReportLimits()
    files: dict[str, bytes] = {}
    for name in (REPORT, *_test_names(directory, limits)):
        content = _read(directory, name, limits.file_bytes)
        if content is not None:
            files[name] = content
        if sum(map(len, files.values())) > limits.total_bytes:
            raise _TOO_LARGE
    return reported_in(files) if REPORT in files else None


_TOO_LARGE = InfrastructureError("The report is too large to be read.")


def reported_in(files: Mapping[str, bytes]) -> Reported:
    """Read the report and the tests among files, by name.

    Raises:
        InfrastructureError: the report is none.
    """
    report = parse(files[REPORT])
    tests = {n: c.decode("utf-8", "replace") for n, c in files.items() if n != REPORT}
    return Reported(report, tests)


def _test_names(directory: Path, limits: ReportLimits) -> list[str]:
    try:
        descriptor = os.open(directory / TESTS, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return []
    try:
        names = [f"{TESTS}/{name}" for name in os.listdir(descriptor)]  # noqa: PTH208
    finally:
        os.close(descriptor)
    if len(names) > limits.entries:
        raise _TOO_LARGE
    return sorted(filter(is_report_file, names))


def _read(directory: Path, name: str, limit: int) -> bytes | None:
    try:
        descriptor = os.open(directory / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor
        content = file.read(limit + 1)
    if len(content) > limit:
        raise _TOO_LARGE
    return content
