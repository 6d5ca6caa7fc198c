"""What a change did: files, and the functions whose behaviour it can alter."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class ChangeKind(str, Enum):
    """How a function was touched; ``impacted`` is itself the same but reads what changed."""

    ADDED = "added"
    MODIFIED = "modified"
    REMOVED = "removed"
    RENAMED = "renamed"
    IMPACTED = "impacted"


class FunctionKind(str, Enum):
    """How a function is called."""

    FUNCTION = "function"
    METHOD = "method"
    CLASS_METHOD = "classmethod"
    STATIC_METHOD = "staticmethod"
    PROPERTY = "property"


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """One Python file of a diff. Line numbers are 1-based; paths are relative to the repository."""

    base_path: str | None
    head_path: str | None
    base_lines: frozenset[int] = frozenset()
    head_lines: frozenset[int] = frozenset()
    """Lines removed from base, and lines added on head."""

    @property
    def path(self) -> str:
        """The path on head, or on base for a deleted file."""
        path = self.head_path or self.base_path
        assert path is not None, "a changed file exists on at least one revision"
        return path


@dataclass(frozen=True, slots=True)
class FunctionSource:
    """Where a function stands on one revision.

    ``module`` is its dotted import name; ``source`` its dedented text with decorators;
    ``first_line`` (1-based) counts decorators in; ``changed_lines`` are file lines of the
    function that the diff added (head) or removed (base), or, for an impacted function, the
    lines that read what changed.
    """

    path: str
    module: str
    qualname: str
    first_line: int
    last_line: int
    source: str
    changed_lines: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class ChangedFunction:
    """A function or method whose behaviour the diff can alter."""

    change: ChangeKind
    kind: FunctionKind
    base: FunctionSource | None
    head: FunctionSource | None
    is_async: bool = False
    parameters: tuple[str, ...] = ()
    """Parameter names on head (on base for a removed function), without ``self`` and ``cls``."""
    because_of: str | None = None
    """For an impacted function: the name it reads that changed."""
    literals: tuple[str, ...] = ()
    """Constants in the function and in its part of the diff, as Python source."""
    entry_points: tuple[str, ...] = ()
    """Public callers (``module:qualname``) through which a private function is reached."""

    @property
    def current(self) -> FunctionSource:
        """The function on head, or on base when it was removed."""
        source = self.head or self.base
        assert source is not None, "a changed function exists on at least one revision"
        return source

    @property
    def id(self) -> str:
        """A name that is stable across runs: ``path::qualname``."""
        return f"{self.current.path}::{self.current.qualname}"

    @property
    def is_public(self) -> bool:
        """No part of its qualified name starts with an underscore (dunder methods are public)."""
        parts = self.current.qualname.split(".")
        return not any(p.startswith("_") and not p.endswith("__") for p in parts)


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A changed file that is not reviewed; ``reason`` is one of the report's."""

    path: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Everything a diff changed that a test could notice.

    ``left_alone`` are the paths of tests, documentation, vendored and generated code.
    """

    files: tuple[ChangedFile, ...] = ()
    functions: tuple[ChangedFunction, ...] = ()
    skipped: tuple[SkippedFile, ...] = field(default=())
    left_alone: tuple[str, ...] = ()
