"""Branch lines of a source file, by coverage.py's parser. Pure: parses, never runs."""

from __future__ import annotations

from coverage.exceptions import CoverageException
from coverage.parser import PythonParser


def branch_exits(source: str) -> dict[int, int]:
    """Return the number of ways out of every line that has more than one.

    Empty for a source that coverage.py cannot parse.
    """
    try:
        parser = PythonParser(text=source)
        parser.parse_source()
        return {line: count for line, count in parser.exit_counts().items() if count > 1}
    except (CoverageException, SyntaxError, ValueError, RecursionError):
        return {}
