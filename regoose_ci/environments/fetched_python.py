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
    place = _place(cache_dir)
    result = await uv.fetch_python(chosen, place)
    if result.exit_code != 0:
        raise EnvironmentBuildError(
            f"This machine has no Python {chosen}, and it cannot be fetched: {result.reason}",
            "Install it, name one with --python PATH, or let UV_PYTHON_INSTALL_MIRROR name a "
            "mirror of uv's builds.",
        )
    find = partial(find_fetched_interpreter, chosen, repository, cache_dir, reviewed=reviewed)
    found = await to_thread.run_sync(find)
    await to_thread.run_sync(make_readable, place)  # guests are another user
    return found


def find_fetched_interpreter(
    version: str, repository: Path, cache_dir: Path, *, reviewed: Collection[str] = ()
) -> Interpreter:
    """Find the interpreter of ``version`` that an earlier review has fetched.

    Raises:
        NoInterpreterError: None has.
    """
    fetched = {"UV_PYTHON_INSTALL_DIR": str(_place(cache_dir))}
    return find_interpreter(None, repository, None, fetched, version=version, reviewed=reviewed)


def _place(cache_dir: Path) -> Path:
    return cache_dir / "pythons"
