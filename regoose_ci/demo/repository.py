"""Make the git repository that `regoose demo` reviews: two commits of a small package.

Its change holds one regression (``split_bill`` loses a cent), one intended change (``add_tax``,
announced in the message), one refactoring (``receipt_line``) and one new function.
"""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from pathlib import Path

from regoose_ci.repository.create import Snapshot, create_repository

TITLE = "Round tax half up, and give loyalty points"
DESCRIPTION = """add_tax rounds half a cent up, as the tax office asks.
loyalty_points is new.
split_bill and receipt_line are only tidied."""
FIRST_TITLE = "Release tillroll 1.3.0"


def make_sample_repository(directory: Path) -> Path:
    """Create the sample in ``directory``, which must not exist or be empty, and return it.

    ``main`` is the first commit; the second is checked out on the branch ``loyalty``. Both have
    a fixed author and date, so their ids are always the same.

    Raises:
        InfrastructureError: git is missing or fails.
    """
    with as_file(files("regoose_ci.demo") / "sample") as sample:
        base = Snapshot(sample / "base", FIRST_TITLE, "2026-03-02T09:30:00+01:00")
        message = f"{TITLE}\n\n{DESCRIPTION}"
        head = Snapshot(sample / "head", message, "2026-03-09T16:05:00+01:00", "loyalty")
        create_repository(directory, [base, head], shutil.ignore_patterns("__pycache__"))
    return directory
