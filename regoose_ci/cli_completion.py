"""What a shell completes besides names of options and commands.

Everything heavy is imported late: `cli_options` needs these functions to be there, not to be run.
"""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import typer

from regoose_ci.errors import RegooseError


def providers() -> list[str]:
    """Who can write tests."""
    from regoose_ci.config import EMBEDDED, MODEL_PROVIDERS

    return [EMBEDDED, *MODEL_PROVIDERS]


def conditions() -> list[str]:
    """What `--fail-on` takes."""
    from regoose_ci.config import FailOn

    return list(get_args(FailOn))


def identities(context: typer.Context) -> list[str]:
    """Ids of the report's behaviour changes."""
    from regoose_ci.reports.directory import read_directory
    from regoose_ci.reports.explanation import subjects

    try:
        reported = read_directory(Path(context.params.get("report") or "regoose-report"))
    except RegooseError:  # a shell that completes has no place for a sentence
        return []
    ids = [subject.id for subject in subjects(reported.report)] if reported else []
    # Shells evaluate what they are given here, and reviewed code has a say in calls and names.
    return [identity for identity in ids if identity.isascii() and identity.isalnum()]
