"""Read requirements files, as pip understands them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from regoose_ci.environments.project_files import decode, normalise

Reader = Callable[[str], "bytes | None"]

_FOR_TESTS = re.compile(
    r"^(requirements[-_.]?(dev|tests?|testing)|(dev|tests?|testing)[-_.]requirements"
    r"|(tests?|testing)/requirements|requirements/(dev|tests?|testing))\.(txt|in)$"
)
_DEEPEST = 10
_HASH = re.compile(r"--hash=sha(?:256|384|512):[0-9a-f]+")


@dataclass(frozen=True)
class RequirementFile:
    """A requirements file with what it includes.

    ``own_extras`` are the extras in lines such as ``-e .[socks]``. ``pins`` are lines of a
    constraints file: requirements with hashes, and what files included with ``-c`` hold.
    """

    requirements: tuple[str, ...]
    own_extras: tuple[str, ...]
    files: tuple[str, ...]
    pins: tuple[str, ...]
    problems: tuple[str, ...]


def find_requirement_files(paths: Sequence[str]) -> tuple[str, ...]:
    """Find requirements.txt and the requirements files for tests, compiled before sources."""
    tests = sorted(p for p in paths if _FOR_TESTS.match(p))
    chosen = {p.rpartition(".")[0]: p for p in tests}  # .txt sorts after .in, and wins
    runtime = ("requirements.txt",) if "requirements.txt" in paths else ()
    return (*runtime, *chosen.values())


def read_requirement_file(read: Reader, path: str) -> RequirementFile:
    """Read the file and what it includes with ``-r`` and ``-c``; other options are left out."""
    collected = _Collected(read)
    collected.add(posixpath.normpath(path), 0)
    return RequirementFile(
        tuple(collected.requirements),
        tuple(collected.own_extras),
        tuple(collected.files),
        tuple(collected.pins),
        tuple(collected.problems),
    )


@dataclass
class _Collected:
    read: Reader
    requirements: list[str] = field(default_factory=list)
    own_extras: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    pins: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)
    """Constraints files that were begun, here or where this one is included."""

    def add(self, path: str, depth: int) -> None:
        if path in self.files or depth > _DEEPEST:
            return
        content = None if path.startswith(("/", "../")) else decode(self.read(path))
        if content is None:
            self.problems.append(f"{path} is named as a requirements file but is not there.")
            return
        self.files.append(path)
        for line in re.sub(r"\\\r?\n", " ", content).splitlines():
            self._add_line(re.sub(r"(^|\s)#.*$", "", line).strip(), path, depth)

    def _add_line(self, line: str, path: str, depth: int) -> None:
        include = re.match(r"(?:-r|--requirement)[\s=]*(\S+)$", line)
        if include:
            inside = posixpath.join(posixpath.dirname(path), include[1])
            self.add(posixpath.normpath(inside), depth + 1)
            return
        constraints = re.match(r"(?:-c|--constraint)[\s=]*(\S+)$", line)
        if constraints:
            inside = posixpath.join(posixpath.dirname(path), constraints[1])
            self._add_constraints(posixpath.normpath(inside), depth + 1)
            return
        own = re.match(r"(?:-e|--editable)?[\s=]*(?:file:)?\.{1,2}/?(?:\[([^]]*)\])?$", line)
        if own and line:
            self.own_extras.extend(e.strip() for e in (own[1] or "").split(",") if e.strip())
        elif line.startswith(("-e", "--editable")) or re.match(r"(\w+\+)?\w+://|\.{1,2}/", line):
            self.problems.append(f"{path}: {line[:100]!r} is no package of the index; left out.")
        elif line and not line.startswith("-"):
            requirement = _without_options(line)
            self.requirements.append(requirement)
            hashes = _HASH.findall(line)
            if hashes and "==" in requirement and _is_of_the_index(requirement):
                self.pins.append(" ".join((requirement, *hashes)))

    def _add_constraints(self, path: str, depth: int) -> None:
        """Constraints are written like requirements, and add none."""
        if path in self.constraints:
            return
        self.constraints.append(path)
        inside = _Collected(self.read, constraints=self.constraints)
        inside.add(path, depth)
        hashed = {_without_options(pin) for pin in inside.pins}
        others = (r for r in inside.requirements if r not in hashed)
        self.pins += [*inside.pins, *filter(_is_of_the_index, others)]
        self.problems += inside.problems


def _is_of_the_index(requirement: str) -> bool:
    """Tell whether a constraint says nothing but versions; uv would fetch from an address."""
    parsed = normalise(requirement)
    return parsed is not None and parsed.url is None


def _without_options(line: str) -> str:
    return re.split(r"\s--?\w", line, maxsplit=1)[0].strip()
