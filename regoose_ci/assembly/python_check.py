"""Which Python a review would use, as far as that is known before the project is read."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from regoose_ci.config import Settings
from regoose_ci.domain.diagnosis import Check
from regoose_ci.environments.fetched_python import find_fetched_interpreter
from regoose_ci.environments.interpreter import Interpreter, NoInterpreterError, find_interpreter
from regoose_ci.errors import RegooseError

_NAME = "python"


@dataclass(frozen=True, slots=True)
class PythonCheck:
    """What there is to say, and an interpreter to try a sandbox with; None where there is none."""

    check: Check
    interpreter: Interpreter | None


def check_python(
    settings: Settings, repository: Path, environ: Mapping[str, str] = os.environ
) -> PythonCheck:
    """Find what a review of ``repository`` would use by its settings. Fetches nothing."""
    version = settings.python_version
    try:
        found = find_interpreter(settings.python, repository, None, environ, version=version)
    except NoInterpreterError as error:
        return _fetched(error.versions[0], repository, settings.cache_dir)
    except RegooseError as error:
        check = Check(_NAME, "missing", error.message, error.remedy)
        return PythonCheck(check, _running(repository))
    detail = _shown(found)
    if found.source == "system" and version is None:
        detail += ", unless the project needs another"
    notes = [note.rstrip(".") for note in found.notes]
    return PythonCheck(Check(_NAME, "ok", "; ".join([detail, *notes])), found)


def _fetched(version: str, repository: Path, cache_dir: Path) -> PythonCheck:
    try:
        found = find_fetched_interpreter(version, repository, cache_dir)
    except NoInterpreterError:
        detail = f"{version} for the reviewed code; not on this machine, so a review fetches it"
        return PythonCheck(Check(_NAME, "ok", detail), _running(repository))
    return PythonCheck(Check(_NAME, "ok", f"{_shown(found)}, fetched earlier"), found)


def _shown(found: Interpreter) -> str:
    version = ".".join(map(str, found.version))
    environments = {"active": "the active environment's", ".venv": ".venv's", "venv": "venv's"}
    return f"{version} for the reviewed code, {environments.get(found.source, found.executable)}"


def _running(repository: Path) -> Interpreter | None:
    """The Python that runs Regoose: another would tell the same of the sandbox."""
    try:
        return find_interpreter(Path(sys.executable), repository, None)
    except RegooseError:
        return None
