"""Generated tests, run by plain pytest as their reader would."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path


def pytest_outcomes(repository: Path, *tests: Path) -> dict[str, str]:
    """Outcomes by file and name of plain pytest, started in the repository's root."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", *map(str, tests)],
        cwd=repository, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    lines = re.findall(r"^(PASSED|FAILED) \S*?(\w+\.py::\w+)", done.stdout, re.MULTILINE)
    found: dict[str, str] = {}
    for outcome, test in lines:  # of a parametrized test the worst counts
        found[test] = "failed" if found.get(test) == "failed" else outcome.lower()
    return found
