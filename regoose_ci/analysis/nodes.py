"""Walk syntax trees quickly and without recursion."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_LEAVES = frozenset({ast.Name, ast.Constant})
"""Most nodes are such."""
_LEFT_OUT = frozenset({"ctx", "op", "ops", "attr"})
"""Fields that many nodes have and that hold a context, an operator or a text."""


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes directly below a node, in file order, contexts and operators left out."""
    found: list[ast.AST] = []
    for name in _INNER_FIELDS[node.__class__]:
        value = getattr(node, name, None)
        if value.__class__ is list:
            found += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def walk(root: ast.AST) -> Iterator[ast.AST]:
    """A node and everything below it, parents before children, in file order."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        if node.__class__ not in _LEAVES:
            below = children(node)
            below.reverse()
            stack += below


class _InnerFields(dict[type, tuple[str, ...]]):
    """By kind of node, the fields that can hold nodes worth walking."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        names = kind._fields if kind not in _LEAVES else ()
        self[kind] = tuple(name for name in names if name not in _LEFT_OUT)
        return self[kind]


_INNER_FIELDS = _InnerFields()
