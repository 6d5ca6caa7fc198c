"""What is known of a change before anything runs: its functions and what surrounds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from regoose_ci.analysis.style import ProjectTestStyle
from regoose_ci.domain.changes import ChangedFunction, ChangeSet
from regoose_ci.domain.observations import Call
from regoose_ci.domain.revisions import Revision


class ChangeSource(Protocol):
    """Where a change comes from. Paths are relative to the repository; all methods block."""

    @property
    def shas(self) -> dict[Revision, str]:
        """Commit ids by revision; no base when there is nothing to compare with."""
        ...

    def diff(self) -> str:
        """Return the unified diff from base to head (from nothing when there is no base)."""
        ...

    def read(self, revision: Revision, path: str) -> bytes | None:
        """Return a file's bytes on a revision, ``None`` where it does not exist."""
        ...

    def read_many(self, revision: Revision, paths: tuple[str, ...]) -> dict[str, bytes]:
        """Return the bytes of the files that exist."""
        ...

    def files(self, revision: Revision) -> tuple[str, ...]:
        """Return all paths of a revision."""
        ...


@dataclass(frozen=True, slots=True)
class FunctionMaterial:
    """One changed function and the places inputs of it can be taken from.

    ``tests`` are existing test files by revision, most telling first; ``calls`` are calls of
    the function written with literals; ``literals`` come from the tests, most specific first;
    ``documents`` are files with interactive examples of it by revision.
    """

    function: ChangedFunction
    tests: dict[Revision, tuple[str, ...]]
    calls: tuple[Call, ...]
    literals: tuple[str, ...]
    documents: dict[Revision, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChangeMaterial:
    """A whole change, analysed. ``style`` and ``packages`` shape generated tests.

    ``product`` and ``tests`` are the texts of head's own files by path, ``not_chosen`` the number
    of functions that changed but were not asked for.
    """

    changes: ChangeSet
    functions: tuple[FunctionMaterial, ...]
    import_roots: dict[Revision, tuple[str, ...]]
    packages: tuple[str, ...] = ()
    style: ProjectTestStyle = field(default_factory=ProjectTestStyle)
    product: Mapping[str, str] = field(default_factory=dict)
    tests: Mapping[str, str] = field(default_factory=dict)
    not_chosen: int = 0
