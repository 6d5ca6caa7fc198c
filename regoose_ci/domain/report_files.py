"""Which files of a report directory are read, and how much, wherever they come from."""

from __future__ import annotations

import re
from dataclasses import dataclass

REPORT = "report.json"
TESTS = "tests"
_READ = re.compile(r"report\.json|tests/test_[A-Za-z0-9_]{1,200}\.py")


@dataclass(frozen=True)
class ReportLimits:
    """How much of a report directory is read: it may be a stranger's."""

    entries: int = 2_000
    file_bytes: int = 32 * 1024 * 1024
    total_bytes: int = 64 * 1024 * 1024


def is_report_file(name: str) -> bool:
    """Whether a file of a report directory is read: the report, or a test module."""
    return _READ.fullmatch(name) is not None
