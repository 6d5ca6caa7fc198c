"""Use a Python of the version that was asked for; fetch it where the machine has none."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from anyio import to_thread

from regoose_ci.environments.cache import make_readable
from regoose_ci.environments.interpreter import Interpreter, NoInterpreterError, find_interpreter
from regoose_ci.environments.uv import Uv
from regoose_ci.errors import EnvironmentBuildError


async def find_or_fetch_interpreter(
    python: Path | None,
    repository: Path,
    requires_python: str | None = None,
    newest_python: tuple[int, int] | None = None,
    *,
    version: str | None,
    uv: Uv,
    cache_dir: Path,
    environ: Mapping[str, str] = os.environ,
) -> Interpreter:
    """Find an interpreter as `find_interpreter`; fetch one of ``version`` if there is none of it.

    Raises:
        UsageError: ``python`` is not a Python that can be used.
        EnvironmentBuildError: There is none, and none was asked for or can be fetched.
    """
    look = partial(
        find_interpreter,
        python,
        repository,
        requires_python,
        newest_python=newest_python,
        version=version,
    )
    try:
        return await to_thread.run_sync(look, environ)
    except NoInterpreterError:
        if version is None:
            raise
    place = cache_dir / "pythons"
    result = await uv.fetch_python(version, place)
    if result.exit_code != 0:
        raise EnvironmentBuildError(
            f"This machine has no Python {version}, and it cannot be fetched: {result.reason}",
            "Install it, or let UV_PYTHON_INSTALL_MIRROR name a mirror of uv's builds.",
        )
    found = await to_thread.run_sync(look, {"UV_PYTHON_INSTALL_DIR": str(place)})
    await to_thread.run_sync(make_readable, place)  # guests are another user
    return found
