"""The report directory."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from regoose_ci.domain.report import ReviewReport
from regoose_ci.errors import InfrastructureError
from regoose_ci.reports.html import render_html
from regoose_ci.reports.json_report import to_json
from regoose_ci.reports.junit import render_junit
from regoose_ci.reports.markdown import COMMENT_LIMIT, render_comment, render_summary

_MARKER_ROOM = 1_000
"""Characters that publishing adds to the comment: the hidden marker and a notice."""
_TESTS = "tests"


def write_report(report: ReviewReport, tests: Mapping[str, str], directory: Path) -> ReviewReport:
    """Write every file of the report, and return it as ``report.json`` has it.

    ``report.json`` is written before the others, so that it exists whatever happens to them, and
    again at the end with the time that the others took.

    Args:
        report: What the session found out.
        tests: Source of the accepted tests by name below the directory: ``tests/test_slug.py``.
        directory: Made if it does not exist. Existing files of the same names are replaced.

    Raises:
        InfrastructureError: A test's name leads out of the directory, or a file in the way cannot
            be replaced. ``report.json`` is there all the same if the directory can be written.
    """
    started = time.monotonic()
    try:
        directory.mkdir(parents=True, exist_ok=True)
        _write(directory, "report.json", to_json(report))
        for name, source in tests.items():
            _write(directory, _checked(name), source)
        _write(directory, "report.html", render_html(report, tests))
        comment = render_comment(report, tests, COMMENT_LIMIT - _MARKER_ROOM)
        _write(directory, "comment.md", comment)
        _write(directory, "summary.md", render_summary(report, tests))
        _write(directory, "junit.xml", render_junit(report))
        spent = report.timings.report_s + time.monotonic() - started
        timings = report.timings.model_copy(update={"report_s": round(spent, 3)})
        written = report.model_copy(update={"timings": timings})
        _write(directory, "report.json", to_json(written))
    except OSError as error:
        raise InfrastructureError(
            f"The report could not be written to {directory}: {error.strerror}.",
            "Free the place or choose another directory with --out.",
        ) from error
    return written


def _checked(name: str) -> str:
    """Return the name if it is that of a file below ``tests/``."""
    path = PurePosixPath(name)
    plain = name.isprintable() and "\\" not in name and ":" not in name
    inside = len(path.parts) > 1 and path.parts[0] == _TESTS and ".." not in path.parts
    if not (plain and inside and path.suffix == ".py"):
        raise InfrastructureError(
            f"A test cannot be written to {name!r}: it is not a Python file below {_TESTS}/.",
            "Report this as a bug of Regoose CI.",
        )
    return path.as_posix()


def _write(directory: Path, name: str, text: str) -> None:
    """Replace the file in one step; never follow a link that a repository left in its place."""
    target = directory / name
    for parent in reversed(PurePosixPath(name).parents):
        folder = directory / parent
        if parent.parts and folder.is_symlink():
            folder.unlink()
        folder.mkdir(exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".regoose-")
    try:
        with os.fdopen(
            handle, "w", encoding="utf-8", errors="backslashreplace", newline="\n"
        ) as file:
            file.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
