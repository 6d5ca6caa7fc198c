"""Where each test goes: its file, its class where the project uses classes, and its free name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from regoose_ci.analysis.style import ProjectTestStyle
from regoose_ci.comparison.source import snake_case
from regoose_ci.domain.candidates import CandidateKind, CandidateTest
from regoose_ci.domain.observations import CallKind

_CATCHING_SUFFIX = "_behaviour_changes"
"""Catching tests fail on head: in files of their own, so that the others can be committed."""
_EXAMPLES_SUFFIX = "_examples"
"""Where the project has a file of the wished-for name, the new one must not replace it."""


@dataclass(frozen=True, slots=True)
class PlacedTest:
    """An accepted candidate and the test in a file that shows it, perhaps under another name.

    ``owner`` is the class that the test is a method of, or empty. ``is_repeated`` when an
    earlier candidate is written as that test.
    """

    candidate: CandidateTest
    file: str
    written: CandidateTest
    owner: str = ""
    is_repeated: bool = False

    @property
    def name(self) -> str:
        """What follows the file in pytest's id of the test."""
        return f"{self.owner}::{self.written.name}" if self.owner else self.written.name


def plan_files(
    candidates: Sequence[CandidateTest], style: ProjectTestStyle
) -> tuple[PlacedTest, ...]:
    """Which tests go into which file, with names that are unique in each, sorted by file.

    A test's name changes only where another function of its module has one of the same name.
    Tests that say the same, as of two helpers that are seen through one caller, are written once.
    """
    stems = _stems(sorted({path_of(c) for c in candidates}))
    placed: list[PlacedTest] = []
    for candidate in sorted(candidates, key=_is_seen_through_caller):
        stem = stems[path_of(candidate)]
        if candidate.kind is CandidateKind.CATCHING:
            stem += _CATCHING_SUFFIX
        file = style.file_pattern.format(stem)
        if file in style.existing:
            file = style.file_pattern.format(stem + _EXAMPLES_SUFFIX)
        there = [p for p in placed if p.file == file]
        placed.append(_placed(candidate, file, there, style))
    return tuple(sorted(placed, key=lambda p: p.file))


def path_of(candidate: CandidateTest) -> str:
    """The path of the module under test."""
    return candidate.function_id.partition("::")[0]


def _placed(
    candidate: CandidateTest, file: str, there: Sequence[PlacedTest], style: ProjectTestStyle
) -> PlacedTest:
    same = next((p for p in there if _says_the_same(p.written, candidate)), None)
    if same is not None:
        return PlacedTest(candidate, file, same.written, same.owner, is_repeated=True)
    owner = _class_for(candidate) if style.habits.uses_classes else ""
    taken = {p.written.name for p in there if p.owner == owner}
    short = _without_owner(candidate, owner)
    wish = candidate if short.name in taken else short
    return PlacedTest(candidate, file, _with_free_name(wish, taken), owner)


def _says_the_same(one: CandidateTest, other: CandidateTest) -> bool:
    """Whether the first says all that the other does."""
    if one.kind is other.kind is CandidateKind.HARDENING and other.observations:
        return {repr(o.call) for o in other.observations} <= {
            repr(o.call) for o in one.observations
        }
    return _nameless(one) == _nameless(other) and {*one.imports} == {*other.imports}


def _is_seen_through_caller(candidate: CandidateTest) -> bool:
    """Such a test gives way to the caller's own ones in the choice of a name."""
    name = re.split(r"[:.]", candidate.function_id)[-1]
    return any(o.call.name.rpartition(".")[2] != name for o in candidate.observations[:1])


def _nameless(candidate: CandidateTest) -> str:
    return candidate.code.replace(f"def {candidate.name}(", "def (", 1)


def _class_for(candidate: CandidateTest) -> str:
    """``TestUrl`` for calls of ``Url.join`` and ``url``; none for code that cannot be indented."""
    if any(quotes in candidate.code for quotes in ('"""', "'''")):
        return ""
    owner, *rest = candidate.function_id.rpartition("::")[2].split(".")
    if not rest and candidate.observations:
        call = candidate.observations[0].call
        owner = call.name.rpartition(".")[2] if call.kind is CallKind.FUNCTION else owner
    words = re.findall(r"[A-Za-z0-9]+", owner)
    return "Test" + "".join(word[:1].upper() + word[1:] for word in words)


def _without_owner(candidate: CandidateTest, owner: str) -> CandidateTest:
    """``test_rejects_none`` for ``test_join_rejects_none`` in ``TestJoin``."""
    prefix = f"test_{snake_case(owner.removeprefix('Test'))}_"
    rest = candidate.name.removeprefix(prefix)
    if not owner or rest == candidate.name or rest.startswith("of_"):
        return candidate
    return candidate.renamed(f"test_{rest}")


def _stems(paths: Sequence[str]) -> Mapping[str, str]:
    """A file stem per module, taking in as many parent folders as it needs to be unique."""
    stems: dict[str, str] = {}
    for depth in range(1, 1 + max((len(PurePosixPath(p).parts) for p in paths), default=0)):
        wishes = {path: _stem(path, depth) for path in paths if path not in stems}
        counts = [*wishes.values(), *stems.values()]
        stems |= {path: wish for path, wish in wishes.items() if counts.count(wish) == 1}
    return {path: stems.get(path, re.sub(r"\W+", "_", path.removesuffix(".py"))) for path in paths}


def _stem(path: str, depth: int) -> str:
    parts = [p for p in PurePosixPath(path).with_suffix("").parts if p != "__init__"]
    words = [re.sub(r"\W+", "_", part).strip("_") for part in parts[-depth:]]
    return "_".join(filter(None, words)) or "package"


def _with_free_name(candidate: CandidateTest, taken: set[str]) -> CandidateTest:
    if candidate.name not in taken:
        return candidate
    qualname = candidate.function_id.rpartition("::")[2]
    words = "_".join(filter(None, map(snake_case, qualname.split("."))))
    name = candidate.name.replace("test_", f"test_{words}_", 1)
    while name in taken:
        name += "_again"
    return candidate.renamed(name)
