"""Set-up: install the guest's tools now, so that the first review needs no network for them."""

from __future__ import annotations

import sys
from pathlib import Path

import anyio

from regoose_ci.config import Settings
from regoose_ci.environments.interpreter import find_interpreter
from regoose_ci.environments.tools import ensure_tools
from regoose_ci.environments.uv import Uv
from regoose_ci.errors import RegooseError


async def prepare(settings: Settings, directory: Path) -> Path:
    """Install the tools for the interpreter that a review in ``directory`` would use.

    Raises:
        RegooseError: no interpreter was found, or the package index does not answer.
    """
    interpreter = find_interpreter(settings.python, directory, None)
    return await ensure_tools(interpreter, settings.cache_dir, Uv())


def main() -> None:
    """Run as a program."""
    try:
        anyio.run(prepare, Settings(), Path.cwd())
    except RegooseError as error:
        sys.stderr.write(f"error: {error.message}\n  {error.remedy}\n")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
