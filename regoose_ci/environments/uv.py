"""Start uv, for the fetch step: it resolves and downloads, and builds nothing."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import anyio
from uv import find_uv_bin

from regoose_ci.environments.base import InstallResult, Wanted
from regoose_ci.environments.interpreter import Interpreter
from regoose_ci.environments.pip_config import forbids_index, translate_pip_config
from regoose_ci.errors import EnvironmentBuildError
from regoose_ci.temporary import temporary_directory

_KEPT = re.compile(
    r"(?i)^(HOME|PATH|USER|LANG|LC_\w+|TMPDIR|XDG_\w+|NETRC|SSL_\w+|ALL_PROXY|HTTPS?_PROXY"
    r"|NO_PROXY|UV_\w+|KEYRING_\w+|PYTHON_KEYRING_BACKEND)$"
)
_DROPPED = re.compile(
    # What would aim uv at another interpreter or project, or make it build from source.
    r"^UV_(PYTHON|PROJECT\w*|WORKING_DIR\w*|SYSTEM_PYTHON|NO_BINARY\w*|NO_BUILD\w*|PREVIEW\w*"
    r"|CONSTRAINT|OVERRIDE|BUILD_CONSTRAINT|ENV_FILE|TARGET|REQUIRE_HASHES|(NO_)?MANAGED_PYTHON)$"
)
_QUIET = ("--no-progress", "--color", "never")
_OPTIONS = ("--only-binary", ":all:", *_QUIET)
_INSTALL = ("pip", "install", "--link-mode", "copy", "--compile-bytecode")
_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]+@")
_SECONDS = 900.0


class Uv:
    """uv as this machine is configured: its indexes, certificates and proxies.

    ``environ`` is the host's environment; only the variables uv needs reach it.

    Raises:
        EnvironmentBuildError: uv is not installed, or does not finish.
    """

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        kept = {k: v for k, v in environ.items() if _KEPT.match(k) and not _DROPPED.match(k)}
        self._environ = kept | translate_pip_config(environ)
        self._environ["UV_PYTHON_DOWNLOADS"] = "never"
        self._options = ("--no-index",) if forbids_index(environ) else ()
        try:
            self._executable = find_uv_bin()
        except FileNotFoundError as error:
            raise EnvironmentBuildError(
                "uv, which installs the project's dependencies, is missing.",
                "Install it beside Regoose (`pip install uv`), or name an environment "
                "with --python PATH.",
            ) from error

    async def install(
        self,
        interpreter: Interpreter,
        wanted: Wanted,
        target: Path,
        options: Sequence[str] = (),
    ) -> InstallResult:
        """Install wheels of ``wanted`` into ``target``, compiled, and copied not linked.

        Compiled because the guest's view is read-only and could keep no byte code; copied so
        that what one review uses can't change with uv's own cache.
        """
        return await self._with_requirements(
            [*_INSTALL, "--target", str(target), *options],
            interpreter,
            wanted,
        )

    async def resolve(self, interpreter: Interpreter, wanted: Wanted) -> InstallResult:
        """Tell whether ``wanted`` can be installed together, without downloading them."""
        return await self._with_requirements(
            ["pip", "compile", "--quiet", "--no-header", "--no-annotate"],
            interpreter,
            wanted,
        )

    async def fetch_python(self, version: str, directory: Path) -> InstallResult:
        """Put CPython ``version`` into ``directory``, unless it is there, as uv knows its hash.

        It comes from where uv has its builds, or from ``UV_PYTHON_INSTALL_MIRROR``.
        """
        allowed = {**self._environ, "UV_PYTHON_DOWNLOADS": "manual"}
        where = ("--install-dir", str(directory), "--no-bin")
        with temporary_directory("uv") as empty:
            (empty / "uv.toml").touch()
            arguments = ["python", "install", version, *where, *_QUIET]
            return await self._run(arguments, empty, allowed)

    async def _with_requirements(
        self, command: Sequence[str], interpreter: Interpreter, wanted: Wanted
    ) -> InstallResult:
        # A working directory with an empty uv.toml ends uv's search for a project's settings
        # there: the reviewed project must not choose where packages come from.
        with temporary_directory("uv") as directory:
            (directory / "uv.toml").touch()
            listed = directory / "requirements.in"
            listed.write_text("\n".join(wanted.requirements) + "\n", encoding="utf-8")
            pins = directory / "constraints.txt"
            pins.write_text("\n".join(wanted.pins) + "\n", encoding="utf-8")
            source = ["-r", str(listed)] if command[1] == "install" else [str(listed)]
            python = ["--python", str(interpreter.executable)]
            held = ["--constraint", str(pins)] if wanted.pins else []
            arguments = [*command, *source, *held, *python, *_OPTIONS, *self._options]
            return await self._run(arguments, directory, self._environ)

    async def _run(
        self, arguments: Sequence[str], directory: Path, environ: Mapping[str, str]
    ) -> InstallResult:
        try:
            with anyio.fail_after(_SECONDS):
                done = await anyio.run_process(
                    [self._executable, *arguments],
                    cwd=directory,
                    env=environ,
                    stdin=subprocess.DEVNULL,
                    stderr=subprocess.STDOUT,
                    check=False,
                )
        except TimeoutError as error:
            raise EnvironmentBuildError(
                f"uv did not finish within {_SECONDS:.0f} s.",
                "Check that the package index can be reached from this machine.",
            ) from error
        output = done.stdout.decode("utf-8", "replace")
        return InstallResult(done.returncode, _CREDENTIALS.sub("***@", output))
