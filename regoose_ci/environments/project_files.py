"""What is read from a project's files, and the small rules all readers share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement

_TEST_GROUPS = frozenset({"test", "tests", "testing", "dev", "develop", "development", "unittest"})
_PYTHON_CLASSIFIER = r"Programming Language :: Python :: 3\.(\d{1,3})"
LARGEST_FILE = 1024 * 1024
_UNREADABLE = (InvalidRequirement, SyntaxError, ValueError, RecursionError)
"""What packaging raises where it reads a marker's text as Python, or a number without end."""


@dataclass(frozen=True)
class VersionFile:
    """A file the project's build writes its version into; ``template`` as the project gives it."""

    path: str
    template: str | None = None


@dataclass(frozen=True)
class EntryPoint:
    """One entry point, ``value`` as ``module:attribute``."""

    group: str
    name: str
    value: str


@dataclass(frozen=True)
class ProjectRequirements:
    """What a project needs to run, to be tested and to be built.

    ``newest_python`` is the newest version of Python that its classifiers name.

    ``package_roots`` are directories the project names as holding its packages. ``compiled``
    says that the project declares extension modules. ``sources`` are the files that were read,
    ``problems`` sentences about what could not be. ``pins`` are lines of a constraints file: what
    to take, with its hashes, where a package is needed at all; ``pinned_by`` names where they
    stand.
    """

    requires_python: str | None = None
    newest_python: tuple[int, int] | None = None
    dependencies: tuple[str, ...] = ()
    test_dependencies: tuple[str, ...] = ()
    build_requires: tuple[str, ...] = ()
    build_backend: str | None = None
    backend_path: tuple[str, ...] = ()
    distribution_name: str | None = None
    version: str | None = None
    version_files: tuple[VersionFile, ...] = ()
    entry_points: tuple[EntryPoint, ...] = ()
    package_roots: tuple[str, ...] = ()
    compiled: bool = False
    sources: tuple[str, ...] = ()
    pins: tuple[str, ...] = ()
    pinned_by: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Declared:
    """What one file declares. ``dependencies`` is ``None`` when it says nothing about them.

    ``groups`` are extras and dependency groups by name. The version may be given elsewhere:
    as ``version_attribute`` (``package.__version__``) or as an assignment in ``version_path``.
    """

    name: str | None = None
    version: str | None = None
    version_attribute: str | None = None
    version_path: str | None = None
    requires_python: str | None = None
    newest_python: tuple[int, int] | None = None
    dependencies: tuple[str, ...] | None = None
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    build_requires: tuple[str, ...] | None = None
    build_backend: str | None = None
    backend_path: tuple[str, ...] = ()
    version_files: tuple[VersionFile, ...] = ()
    entry_points: tuple[EntryPoint, ...] = ()
    package_roots: tuple[str, ...] = ()
    compiled: bool = False
    sources: tuple[str, ...] = ()
    pins: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def decode(data: bytes | None) -> str | None:
    """Decode a committed file; ``None`` when it is missing or larger than anyone writes."""
    if data is None or len(data) > LARGEST_FILE:
        return None
    return data.decode("utf-8-sig", "replace")


def normalise(text: str) -> Requirement | None:
    """Parse one requirement, without a comment behind it; ``None`` when it is none.

    One that would be written on several lines is none: the others would be options of uv.
    """
    try:
        requirement = Requirement(re.sub(r"(^|\s)#.*$", "", text).strip())
        return requirement if str(requirement).isprintable() else None
    except _UNREADABLE:
        return None


def newest_python(classifiers: Iterable[str]) -> tuple[int, int] | None:
    """Find the newest version that ``Programming Language`` classifiers name."""
    matches = (re.fullmatch(_PYTHON_CLASSIFIER, c.strip()) for c in classifiers)
    return max(((3, int(m[1])) for m in matches if m), default=None)


def is_test_group(name: str, requirements: Sequence[str]) -> bool:
    """Tell whether a group serves the tests: by its name, or because pytest is in it."""
    plain = re.sub(r"[-_.]+", "-", name).lower()
    if plain in _TEST_GROUPS or re.search(r"(^|-)tests?($|-)", plain):
        return True
    parsed = (normalise(text) for text in requirements)
    return any(r is not None and r.name.lower() == "pytest" for r in parsed)
