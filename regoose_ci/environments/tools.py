"""The guest's own tools: pytest and its JSON report, one directory per version of Python."""

from __future__ import annotations

from pathlib import Path

from regoose_ci.environments.base import Installer, Wanted
from regoose_ci.environments.cache import cache_key, cached_directory
from regoose_ci.environments.interpreter import Interpreter
from regoose_ci.errors import EnvironmentBuildError

PINS = (
    "pytest==9.2.0",
    "pytest-json-report==1.5.0",
    "pytest-metadata==3.1.1",
    "pluggy==1.7.0",
    "iniconfig==2.3.1",
    "packaging==26.3",
    "pygments==2.21.0",
    "exceptiongroup==1.3.1; python_version < '3.11'",
    "tomli==2.5.0; python_version < '3.11'",
    "typing-extensions==4.16.0; python_version < '3.11'",
)
"""Every package by its exact version: results must not depend on the day they were made."""


async def ensure_tools(interpreter: Interpreter, cache_dir: Path, installer: Installer) -> Path:
    """Return the tool directory for ``interpreter``, installed on first use.

    Raises:
        EnvironmentBuildError: the tools could not be installed.
    """
    version = f"{interpreter.version[0]}.{interpreter.version[1]}"

    async def install(target: Path) -> tuple[str, ...]:
        result = await installer.install(interpreter, Wanted(PINS), target)
        if result.exit_code != 0:
            raise EnvironmentBuildError(
                f"Regoose's own tools could not be installed for Python {version}: {result.reason}",
                "Check that the package index can be reached; pip's and uv's settings are used.",
            )
        return ()

    key = f"{version}-{cache_key(version, *PINS)}"
    return (await cached_directory(cache_dir / "tools", key, install)).path
