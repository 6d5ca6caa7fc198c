"""What ``regoose doctor`` and ``regoose providers`` do: look at the machine, change nothing."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import JsonValue

from regoose_ci.commands import DONE, Doors, Output
from regoose_ci.config import EMBEDDED, Settings
from regoose_ci.config_sources import load_settings
from regoose_ci.console import inert_json, open_screen
from regoose_ci.diagnosis_view import as_json, diagnosis_as_json, print_checks, print_diagnosis
from regoose_ci.domain.diagnosis import Check
from regoose_ci.errors import InfrastructureError


def doctor(output: Output, doors: Doors) -> int:
    """Print what works on this machine. Returns the exit code: 3 when no sandbox does."""
    diagnosis = doors.diagnose(load_settings(Path.cwd(), {}))
    if output.as_json:
        _print_json(diagnosis_as_json(diagnosis))
    else:
        print_diagnosis(open_screen(sys.stdout), diagnosis)
    return DONE if diagnosis.can_review else InfrastructureError.exit_code


def _print_json(value: JsonValue) -> None:
    sys.stdout.write(inert_json(json.dumps(value, indent=2) + "\n"))


def providers(output: Output, doors: Doors) -> int:
    """Print which language models are configured. Returns the exit code."""
    _show_checks(output, doors.list_providers(_own_settings()))
    return DONE


def _show_checks(output: Output, checks: Sequence[Check]) -> None:
    if output.as_json:
        _print_json(as_json(checks))
    else:
        print_checks(open_screen(sys.stdout), checks)


def check_providers(output: Output, doors: Doors) -> int:
    """Print which language models answer.

    Returns the exit code: 3 when one that was chosen does not, or none was and no one does.
    """
    settings = _own_settings()
    checks = doors.check_providers(settings)
    _show_checks(output, checks)
    enough = any if settings.provider == EMBEDDED else all
    works = enough(check.status == "ok" for check in checks)
    return DONE if works else InfrastructureError.exit_code


def _own_settings() -> Settings:
    """The settings of a command that looks at no change."""
    return load_settings(Path.cwd(), {}, trusted_files=not os.environ.get("GITHUB_ACTIONS"))
