"""Use a Python that fits the project, or of a version that was asked for; fetch it if need be."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
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
    reviewed: Collection[str] = (),
) -> Interpreter:
    """Find an interpreter as `find_interpreter`; where there is none, fetch the best allowed one.

    Raises:
        UsageError: ``python`` is not a Python that can be used.
        EnvironmentBuildError: There is none, and none is allowed or can be fetched.
    """
    look = partial(find_interpreter, python, repository, reviewed=reviewed)
    try:
        return await to_thread.run_sync(
            partial(look, requires_python, environ, newest_python, version=version)
        )
    except NoInterpreterError as error:
        if not error.versions:
            raise
        chosen = error.versions[0]
    place = cache_dir / "pythons"
    result = await uv.fetch_python(chosen, place)
    if result.exit_code != 0:
        raise EnvironmentBuildError(
            f"This machine has no Python {chosen}, and it cannot be fetched: {result.reason}",
            "Install it, name one with --python PATH, or let UV_PYTHON_INSTALL_MIRROR name a "
            "mirror of uv's builds.",
        )
    fetched = {"UV_PYTHON_INSTALL_DIR": str(place)}
    found = await to_thread.run_sync(partial(look, None, fetched, version=chosen))
    await to_thread.run_sync(make_readable, place)  # guests are another user
    return found
