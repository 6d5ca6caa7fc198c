"""Walk syntax trees quickly and without recursion."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_LEAVES = (ast.Name, ast.Constant)
"""With nothing but a context below: most nodes are such."""
_CONTEXT = "ctx"
"""Every name and attribute has a Load, Store or Del below it: a third of all nodes."""


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes directly below a node, in file order, contexts left out."""
    found: list[ast.AST] = []
    if node.__class__ in _LEAVES:
        return found
    for name in node._fields:
        if name == _CONTEXT:
            continue
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
        below = children(node)
        below.reverse()
        stack += below
