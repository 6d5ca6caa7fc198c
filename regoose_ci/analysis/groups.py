"""Changed functions that the same calls reach: worth exploring together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from regoose_ci.analysis.material import FunctionMaterial

MAX_GROUP = 10
_MAX_ENTRIES = 3
"""Of a function's public callers, so many count: the nearest ones."""


@dataclass(eq=False, slots=True)
class _Group:
    names: set[str]
    members: list[FunctionMaterial]


def group_functions(materials: Iterable[FunctionMaterial]) -> list[list[FunctionMaterial]]:
    """Put functions together that share a public caller, or of which one calls another.

    Order is kept, of groups by their first function. A group that would be larger than
    ``MAX_GROUP`` is cut.
    """
    groups: list[_Group] = []
    for material in materials:
        group = _Group(_names(material), [material])
        joined = [known for known in groups if known.names & group.names]
        if not joined:
            groups.append(group)
            continue
        first = joined[0]
        for other in (*joined[1:], group):
            first.names |= other.names
            first.members += other.members
        groups = [known for known in groups if known is first or known not in joined]
    return [part for group in groups for part in _cut(group.members)]


def _names(material: FunctionMaterial) -> set[str]:
    function = material.function
    own = f"{function.current.module}:{function.current.qualname}".removesuffix(".__init__")
    return {own, *function.entry_points[:_MAX_ENTRIES]}


def _cut(members: Sequence[FunctionMaterial]) -> list[list[FunctionMaterial]]:
    return [list(members[n : n + MAX_GROUP]) for n in range(0, len(members), MAX_GROUP)]
