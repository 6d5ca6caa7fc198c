"""Releases of a package, for ``regoose compare PKG==A PKG==B``.

A release is its wheel, installed by uv without its dependencies: nothing of it runs. Its
tests usually lie in the source archive only; neither uv nor pip can download that without
running its build, so a release comes without its tests.
"""

from __future__ import annotations

import platform
import re
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from regoose_ci.environments.base import Installer, Wanted
from regoose_ci.environments.cache import cache_key, cached_directory
from regoose_ci.environments.interpreter import Interpreter
from regoose_ci.environments.project_files import normalise
from regoose_ci.errors import EnvironmentBuildError, UsageError

_PINNED = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*==\s*([^\s=;,*\[\]]+)\s*")


@dataclass(frozen=True)
class PackageRequirement:
    """One release of a package by its exact version. ``name`` is in its canonical form."""

    name: str
    version: str


@dataclass(frozen=True)
class Release:
    """An unpacked release.

    ``root`` is an import root with the package's files and its ``.dist-info``. ``requires``
    are the requirements of the release itself, without those of its extras.
    """

    root: Path
    version: str
    requires: tuple[str, ...]


def parse_package(text: str) -> PackageRequirement:
    """Parse ``PKG==VERSION``.

    Raises:
        UsageError: it is anything else.
    """
    match = _PINNED.fullmatch(text)
    try:
        version = Version(match[2]) if match else None
    except InvalidVersion:
        version = None
    if match is None or version is None:
        raise UsageError(
            f"{text!r} does not name a release.",
            "Write the package and its exact version, as in requests==2.32.0.",
        )
    return PackageRequirement(canonicalize_name(match[1]), str(version))


def parse_comparison(base: str, head: str) -> tuple[PackageRequirement, PackageRequirement]:
    """Parse the two arguments of ``compare``.

    Raises:
        UsageError: they are not two releases of one package.
    """
    first, second = parse_package(base), parse_package(head)
    if first.name != second.name:
        raise UsageError(
            f"{first.name} and {second.name} are different packages.",
            "Compare two releases of one package.",
        )
    if first.version == second.version:
        raise UsageError(f"Both are {first.name} {first.version}; there is nothing to compare.")
    return first, second


async def fetch_release(
    package: PackageRequirement, interpreter: Interpreter, installer: Installer, cache_dir: Path
) -> Release:
    """Fetch a release, or find it in ``cache_dir``. The directory is shared: copy, don't write.

    Raises:
        EnvironmentBuildError: there is no such release, or no wheel of it for ``interpreter``.
    """
    pinned = f"{package.name}=={package.version}"
    python = f"{interpreter.version[0]}.{interpreter.version[1]}"

    async def install(target: Path) -> tuple[str, ...]:
        options = ("--no-deps", "--prerelease", "allow")
        result = await installer.install(interpreter, Wanted((pinned,)), target, options)
        if result.exit_code != 0:
            raise EnvironmentBuildError(
                f"{pinned} cannot be fetched as a wheel for Python {python}: {result.reason}",
                "Check the version, or choose another Python with --python PATH.",
            )
        return ()

    key = f"{package.name}-{package.version}-{cache_key(python, platform.machine())}"
    found = await cached_directory(cache_dir / "releases", key, install)
    return Release(found.path, package.version, read_requires(found.path, package.name))


def read_requires(root: Path, name: str) -> tuple[str, ...]:
    """Read the requirements of the distribution ``name`` installed in ``root``, no extras."""
    for directory in sorted(root.glob("*.dist-info")):
        if canonicalize_name(directory.name.partition("-")[0]) != canonicalize_name(name):
            continue
        text = (directory / "METADATA").read_text(encoding="utf-8", errors="replace")
        stated = HeaderParser().parsestr(text).get_all("Requires-Dist") or []
        return tuple(str(r) for r in map(_own_requirement, stated) if r is not None)
    return ()


def _own_requirement(text: str) -> Requirement | None:
    requirement = normalise(text)
    if requirement is None:
        return None
    marker = requirement.marker
    belongs_to_extra = marker is not None and "extra" in str(marker)
    return None if requirement.url or belongs_to_extra else requirement
