"""What a user asked for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class RequestKind(str, Enum):
    """Review a git range, compare two releases of a package, or harden modules as they are."""

    REVIEW = "review"
    COMPARE = "compare"
    HARDEN = "harden"


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """One session's request. ``base`` and ``head`` are references as the user wrote them.

    ``budget`` is seconds of exploration for the whole review; ``jobs`` how many functions are
    worked on at once; ``only`` holds path globs or qualified names that limit the review.
    ``is_pinned`` says that base is the commit to compare with, instead of the merge base with it;
    ``ignored`` holds ids of behaviour changes to leave out.
    """

    kind: RequestKind
    repository: Path
    out: Path
    base: str | None = None
    head: str | None = None
    is_pinned: bool = False
    worktree: bool = False
    only: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    packages: tuple[str, str] | None = None
    title: str = ""
    description: str = ""
    python: Path | None = None
    requirements: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    budget: float = 60.0
    jobs: int = 2
    require_sandbox: bool = True
