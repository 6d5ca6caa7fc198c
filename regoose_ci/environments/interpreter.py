"""Find the Python that reviewed code runs on.

A virtual environment is only ever read: its ``pyvenv.cfg`` names the interpreter it was made
from, and that one is started with ``-I -S`` to learn its version and prefix. The environment's
own ``bin/python`` and ``.pth`` files never run, because a pull request could carry them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.specifiers import SpecifierSet

from regoose_ci.environments.virtual_environment import (
    VirtualEnvironment,
    find_base_interpreter,
    find_site_dirs,
    read_virtual_environment,
)
from regoose_ci.errors import EnvironmentBuildError, UsageError

OLDEST = (3, 10)
NEWEST = (3, 14)

_PROBE_SECONDS = 20.0
_PROBE = """
import json, os, site, sys
print(json.dumps({
    "implementation": sys.implementation.name,
    "version": list(sys.version_info[:2]),
    "prefix": sys.base_prefix,
    "executable": getattr(sys, "_base_executable", None) or sys.executable,
    "site_dirs": site.getsitepackages([sys.base_prefix]),
}))
"""


@dataclass(frozen=True)
class Interpreter:
    """A base interpreter, and the site directories of the environment it was found through.

    ``executable`` lies inside ``prefix``. ``source`` says how it was found: ``option``,
    ``active``, the name of a directory in the repository (``.venv``), or ``system``; only for
    ``system`` are the dependencies still to be installed. ``notes`` are sentences about
    environments that were passed over.

    Where the prefix is bound at another path than it has on the host, ``LD_LIBRARY_PATH`` must
    name its ``lib``: else a shared libpython is not found, or the system's is taken for it.
    """

    version: tuple[int, int]
    prefix: Path
    executable: Path
    site_dirs: tuple[Path, ...]
    source: str
    notes: tuple[str, ...] = ()

    @property
    def relative_executable(self) -> Path:
        """The executable as seen from the prefix, ``bin/python3.12``."""
        return self.executable.relative_to(self.prefix)


class NoInterpreterError(EnvironmentBuildError):
    """This machine has no interpreter of ``versions``, which are allowed, the best first."""

    def __init__(self, message: str, remedy: str, versions: Sequence[str]) -> None:
        super().__init__(message, remedy)
        self.versions = tuple(versions)


class _UnusableError(Exception):
    """A candidate cannot be used; the message says why."""


def find_interpreter(
    python: Path | None,
    repository: Path,
    requires_python: str | None,
    environ: Mapping[str, str] = os.environ,
    newest_python: tuple[int, int] | None = None,
    *,
    version: str | None = None,
    reviewed: Collection[str] = (),
) -> Interpreter:
    """Find the interpreter for ``repository``.

    The order is ``python`` (an interpreter, a virtual environment, or a name on the PATH), the
    active virtual environment unless it is the one Regoose runs in, ``.venv`` and ``venv`` in
    the repository, and last the newest interpreter of this machine that ``requires_python``
    allows; one newer than ``newest_python``, which the project says it works on, only where
    there is no other. With ``version``, such as ``3.12``, all but ``python`` must be of it,
    whatever the project says. Nothing is downloaded. Environments of which a file is among the
    ``reviewed`` paths are a stranger's: they could name any directory of the host.

    Raises:
        UsageError: ``python`` is not a Python that can be used.
        NoInterpreterError: this machine has no interpreter that is allowed.
    """
    if python is not None:
        return _from_option(python, repository, environ)
    notes: list[str] = []
    for directory, source in _environments(repository, environ):
        if any(path == source or path.startswith(f"{source}/") for path in reviewed):
            notes.append(f"{source} was passed over: its files are under review.")
            continue
        found = _from_environment_or_note(directory, repository, source, notes)
        if found is not None and version not in (None, _shown(found.version)):
            notes.append(f"{source} was passed over: it is of Python {_shown(found.version)}.")
        elif found is not None:
            return replace(found, notes=tuple(notes))
    if version is not None:
        requires_python = f"=={version}.*"
    versions = _in_order(requires_python, newest_python)
    found = _first_installed(versions, repository, environ)
    if found is not None:
        return replace(found, notes=tuple(notes))
    wanted = f"{requires_python}, and from 3.10 to 3.14" if requires_python else "3.10 to 3.14"
    raise NoInterpreterError(
        f"This machine has no Python that the project can run on (wanted: {wanted}).",
        "Install one (`uv python install 3.13`), or name one with --python PATH.",
        [_shown(one) for one in versions],
    )


def _shown(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"


def _from_option(python: Path, repository: Path, environ: Mapping[str, str]) -> Interpreter:
    path = python
    if not path.exists():
        on_path = shutil.which(str(python), path=environ.get("PATH", ""))
        if on_path is None:
            raise UsageError(
                f"--python {python}: there is no such file or directory.",
                "Give the path of a Python interpreter or of a virtual environment.",
            )
        path = Path(on_path)
    try:
        directory = path if path.is_dir() else path.parent.parent
        if (directory / "pyvenv.cfg").is_file():
            return _from_environment(directory, repository, "option")
        return _from_executable(path / "bin" / "python3" if path.is_dir() else path)
    except _UnusableError as error:
        raise UsageError(
            f"--python {python}: {error}.",
            "Give the path of a CPython 3.10 to 3.14 or of a virtual environment made with one.",
        ) from error


def _from_executable(path: Path) -> Interpreter:
    probed, site_dirs = _probe(path)
    return replace(probed, site_dirs=site_dirs, source="option")


def _environments(repository: Path, environ: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    active = environ.get("VIRTUAL_ENV", "")
    if active and Path(active).resolve() != Path(sys.prefix).resolve():
        yield Path(active), "active"
    for name in (".venv", "venv"):
        if (repository / name / "pyvenv.cfg").is_file():
            yield repository / name, name


def _from_environment(directory: Path, repository: Path, source: str) -> Interpreter:
    environment = read_virtual_environment(directory)
    if environment is None:
        raise _UnusableError(f"{directory} has no readable pyvenv.cfg")
    probed, system_dirs = _probe_base(environment, repository)
    site_dirs = find_site_dirs(environment, probed.version, repository)
    if not site_dirs:
        raise _UnusableError(f"{directory} has no site-packages")
    if environment.system_site_packages:
        site_dirs += system_dirs
    return replace(probed, site_dirs=site_dirs, source=source)


def _from_environment_or_note(
    directory: Path, repository: Path, source: str, notes: list[str]
) -> Interpreter | None:
    try:
        return _from_environment(directory, repository, source)
    except _UnusableError as error:
        notes.append(f"{source} was passed over: {error}.")
        return None


def _probe_base(
    environment: VirtualEnvironment, repository: Path
) -> tuple[Interpreter, tuple[Path, ...]]:
    base = find_base_interpreter(environment)
    if base is None:
        raise _UnusableError(f"the interpreter it was made from, in {environment.home}, is gone")
    if base.resolve().is_relative_to(repository.resolve()):
        # A pull request can commit a .venv whose pyvenv.cfg points at a program of its own.
        raise _UnusableError("its interpreter lies inside the repository")
    return _probe(base)


def _probe(path: Path) -> tuple[Interpreter, tuple[Path, ...]]:
    """Ask an interpreter for its version, prefix and site directories."""
    try:
        done = subprocess.run(
            [str(path), "-I", "-S", "-c", _PROBE],
            capture_output=True,
            timeout=_PROBE_SECONDS,
            check=False,
            cwd="/",  # a version file of the repository must not steer pyenv's shims
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _UnusableError(f"{path} cannot be started ({error})") from error
    try:
        answer = json.loads(done.stdout)
    except ValueError as error:
        raise _UnusableError(f"{path} is not a Python interpreter") from error
    version = (answer["version"][0], answer["version"][1])
    if answer["implementation"] != "cpython" or not OLDEST <= version <= NEWEST:
        name = f"{answer['implementation']} {version[0]}.{version[1]}"
        raise _UnusableError(f"{path} is {name}, and Regoose needs CPython 3.10 to 3.14")
    prefix = Path(answer["prefix"]).resolve()
    executable = _inside(prefix, Path(answer["executable"]), version)
    site_dirs = tuple(Path(d) for d in answer["site_dirs"] if Path(d).is_dir())
    return Interpreter(version, prefix, executable, (), "system"), site_dirs


def _inside(prefix: Path, executable: Path, version: tuple[int, int]) -> Path:
    for candidate in (executable, prefix / "bin" / f"python{version[0]}.{version[1]}"):
        resolved = candidate.resolve()
        if resolved.is_file() and resolved.is_relative_to(prefix):
            return resolved
    raise _UnusableError(f"{executable} lies outside its own prefix {prefix}")


def _first_installed(
    versions: Sequence[tuple[int, int]], repository: Path, environ: Mapping[str, str]
) -> Interpreter | None:
    probed: dict[Path, Interpreter | None] = {}
    for version in versions:
        for candidate in _candidates(version, environ):
            resolved = candidate.resolve()
            if resolved.is_relative_to(repository.resolve()):
                continue
            if resolved not in probed:
                probed[resolved] = _probe_or_none(candidate)
            found = probed[resolved]
            if found is not None and found.version == version:
                return found
    return None


def _probe_or_none(path: Path) -> Interpreter | None:
    """Probe a candidate nobody named: a shim without its version, say, is simply not one."""
    try:
        return _probe(path)[0]
    except _UnusableError:
        return None


def _specifier(requires_python: str | None) -> SpecifierSet:
    try:
        found = SpecifierSet(requires_python or "")
        found.contains("3.10")  # only then are its numbers read, which may be without end
    except ValueError:
        return SpecifierSet()
    return found


def _in_order(
    requires_python: str | None, newest_python: tuple[int, int] | None
) -> Sequence[tuple[int, int]]:
    """Order the allowed versions: from the newest stated one down, then from it up."""
    allowed = _specifier(requires_python)
    versions = [
        (3, minor)
        for minor in range(OLDEST[1], NEWEST[1] + 1)
        if allowed.contains(f"3.{minor}.99", prereleases=True)
    ]
    stated = newest_python or NEWEST
    return [v for v in reversed(versions) if v <= stated] + [v for v in versions if v > stated]


def _candidates(version: tuple[int, int], environ: Mapping[str, str]) -> Iterator[Path]:
    """Places where CPython ``version`` may be: the PATH, pyenv, and what uv has installed."""
    name = f"python{version[0]}.{version[1]}"
    for directory in environ.get("PATH", "").split(os.pathsep):
        for executable in (name, "python3"):
            # An empty or relative entry of the PATH would be the reviewed repository.
            if Path(directory).is_absolute() and os.access(Path(directory, executable), os.X_OK):
                yield Path(directory, executable)
    home = Path(environ.get("HOME", "/nonexistent"))
    pyenv = Path(environ.get("PYENV_ROOT") or home / ".pyenv") / "versions"
    data = Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    managed = Path(environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv" / "python")
    for root in (pyenv, managed):
        yield from sorted(root.glob(f"*/bin/{name}"), reverse=True)
