"""Recognise a removed and an added function as one that was renamed or moved."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterable, Sequence

from regoose_ci.analysis.fingerprint import fingerprint
from regoose_ci.domain.changes import ChangedFunction, ChangeKind, FunctionSource

_TELLING = 200
"""A body whose fingerprint is shorter can be the same by chance under another name."""


def pair_moves(functions: Sequence[ChangedFunction]) -> tuple[ChangedFunction, ...]:
    """Replace each removed and added pair with the same body by one ``renamed`` function."""
    removed = _by_fingerprint(f for f in functions if f.change is ChangeKind.REMOVED)
    if not removed:
        return tuple(functions)
    pairs: dict[str, ChangedFunction] = {}
    for print_, added in _by_fingerprint(
        f for f in functions if f.change is ChangeKind.ADDED
    ).items():
        for new in added:
            old = _partner(new, removed.get(print_, []), is_telling=len(print_) > _TELLING)
            if old is not None:
                removed[print_].remove(old)
                pairs[new.id] = dataclasses.replace(new, change=ChangeKind.RENAMED, base=old.base)
    moved = {function.base for function in pairs.values()}
    kept = (pairs.get(f.id, f) if f.change is ChangeKind.ADDED else f for f in functions)
    return tuple(f for f in kept if f.change is not ChangeKind.REMOVED or f.base not in moved)


def _partner(
    new: ChangedFunction, candidates: list[ChangedFunction], *, is_telling: bool
) -> ChangedFunction | None:
    same_name = [c for c in candidates if _name(c) == _name(new)]
    if same_name:
        return same_name[0]
    return candidates[0] if is_telling and len(candidates) == 1 else None


def _by_fingerprint(functions: Iterable[ChangedFunction]) -> dict[str, list[ChangedFunction]]:
    found: dict[str, list[ChangedFunction]] = {}
    for function in functions:
        print_ = _fingerprint(function.current)
        if print_ is not None:
            found.setdefault(print_, []).append(function)
    return found


def _fingerprint(source: FunctionSource) -> str | None:
    try:
        tree = ast.parse(source.source)
    except SyntaxError:
        return None
    return "|".join(fingerprint(node) for node in tree.body)


def _name(function: ChangedFunction) -> str:
    return function.current.qualname.rpartition(".")[2]
