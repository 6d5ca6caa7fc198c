"""Read lock files: the version of each package that the project's authors tried, and its hashes.

A lock is used as constraints, lines of ``name==version; marker --hash=…``: it never adds a package,
and of where packages come from nothing is taken over.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from packaging.markers import InvalidMarker, Marker
from packaging.utils import canonicalize_name
from packaging.version import Version

from regoose_ci.environments.tables import Table, parse_toml, text, texts

NAMES = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml")
"""In the order in which they are looked for; the first that is there counts."""
LARGEST_LOCK = 16 * 1024 * 1024
_ADDRESSES = ("git", "url", "path", "directory", "editable", "virtual", "vcs", "archive")
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_SHA256_LENGTH = 64

Reader = Callable[[str], "bytes | None"]


@dataclass(frozen=True)
class Lock:
    """What a lock file pins, and sentences on what could not be read of it."""

    file: str = ""
    pins: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass
class _Pin:
    markers: list[str] = field(default_factory=list)
    hashes: set[str] = field(default_factory=set)


def read_lock(read: Reader, paths: Sequence[str]) -> Lock:
    """Read the lock file among the committed files ``paths``, if there is one."""
    file = next((name for name in NAMES if name in paths), None)
    if file is None:
        return Lock()
    data = read(file) or b""
    parsed = parse_toml(data.decode("utf-8", "replace")) if len(data) <= LARGEST_LOCK else None
    if parsed is None:
        return Lock(file, problems=(f"{file} cannot be read; the ranges are resolved anew.",))
    found: dict[str, dict[str, _Pin]] = defaultdict(lambda: defaultdict(_Pin))
    for package in _tables(parsed, "packages" if file == "pylock.toml" else "package"):
        name, version = text(package, "name"), text(package, "version")
        if name and version and _is_plain(name, version) and _is_of_the_index(package):
            pin = found[canonicalize_name(name)][version]
            pin.markers.extend(_markers(package))
            pin.hashes.update(_hashes(package))
    return Lock(file, tuple(_lines(found)))


def _lines(found: Mapping[str, Mapping[str, _Pin]]) -> Iterator[str]:
    for name, versions in sorted(found.items()):
        for version, pin in sorted(versions.items()):
            if len(versions) > 1 and not pin.markers:
                continue  # which of them it is here cannot be told
            marker = " or ".join(f"({m})" for m in dict.fromkeys(pin.markers))
            condition = f" ; {marker}" if len(versions) > 1 else ""
            hashes = "".join(f" --hash=sha256:{digest}" for digest in sorted(pin.hashes))
            yield f"{name}=={version}{condition}{hashes}"


def _tables(parent: Table, key: str) -> Iterator[Table]:
    items = parent.get(key)
    for item in items if isinstance(items, list) else ():
        if isinstance(item, Mapping):
            yield item


def _is_of_the_index(package: Table) -> bool:
    source = package.get("source")
    places = (package, source) if isinstance(source, Mapping) else (package,)
    of_poetry = isinstance(source, Mapping) and source.get("type") not in (None, "legacy")
    return not of_poetry and not any(key in place for place in places for key in _ADDRESSES)


def _is_plain(name: str, version: str) -> bool:
    """Tell whether a line made of both holds nothing else, such as an option."""
    if not _NAME.fullmatch(name) or re.search(r"\s", version):
        return False
    try:
        Version(version)
    except ValueError:  # as of a number without end, too
        return False
    return True


def _markers(package: Table) -> Iterator[str]:
    for key in ("resolution-markers", "markers", "marker"):
        stated = package.get(key)
        # Poetry states them by group where groups differ.
        by_group = {key: list(stated.values())} if isinstance(stated, Mapping) else package
        yield from filter(_is_marker, texts(by_group, key))


def _is_marker(value: str) -> bool:
    try:
        Marker(value)
    except (InvalidMarker, SyntaxError, ValueError, RecursionError):
        return False
    return value.isprintable()


def _hashes(package: Table) -> Iterator[str]:
    source = package.get("sdist")
    archives = [*_tables(package, "wheels"), *_tables(package, "files")]
    for archive in (*archives, source) if isinstance(source, Mapping) else archives:
        table = archive.get("hashes")
        plain = text(table, "sha256") if isinstance(table, Mapping) else None
        digest = plain or (text(archive, "hash") or "").removeprefix("sha256:")
        if len(digest) == _SHA256_LENGTH and digest.isalnum():
            yield digest
