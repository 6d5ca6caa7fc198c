"""Compare code by what it does: without docstrings, annotations, comments and formatting."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import zip_longest

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

_IGNORED_FIELDS = frozenset(
    {"annotation", "returns", "type_comment", "type_params", "ctx", "kind", "simple"}
)


def fingerprint(node: ast.AST) -> str:
    """A text that is equal for two nodes exactly when they mean the same.

    A function's own name is left out, also where it calls itself, so that renamed functions
    compare equal.
    """
    return " ".join(_tokens(node))


def means_the_same(one: ast.AST, other: ast.AST) -> bool:
    """Whether two nodes have the same fingerprint, told by the first difference."""
    return all(a == b for a, b in zip_longest(_tokens(one), _tokens(other)))


def _tokens(node: ast.AST) -> Iterator[str]:
    """Yield what a node means, bit by bit.

    Iterative, because generated code nests deeper than Python recurses.
    """
    own_name = node.name if isinstance(node, FunctionNode) else ""
    stack: list[object] = [node]
    while stack:
        item = stack.pop()
        if item.__class__ is str or item is None:
            yield repr(item)
        elif isinstance(item, ast.Name):
            yield "Name"
            yield repr("<itself>" if item.id == own_name else item.id)
        elif isinstance(item, ast.Constant):
            yield "Constant"
            yield _constant(item.value)
        elif isinstance(item, ast.AST):
            yield _kind(item)
            fields = _fields(item)
            stack += reversed(fields[1:] if item is node and own_name else fields)
        elif isinstance(item, list):
            kept = [child for child in item if not _is_idle(child)]
            yield f"[{len(kept)}"
            stack += reversed(kept)
        else:
            yield _constant(item)


def _fields(node: ast.AST) -> list[object]:
    """What distinguishes a node; a function's name is the first of its fields."""
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        return [[node.target], node.value]
    return [getattr(node, name, None) for name in node._fields if name not in _IGNORED_FIELDS]


def _kind(node: ast.AST) -> str:
    return "Assign" if isinstance(node, ast.AnnAssign) else type(node).__name__


def _is_idle(item: object) -> bool:
    """A statement that does nothing: a docstring, ``...``, ``pass``, a bare annotation."""
    if isinstance(item, ast.Expr):
        return isinstance(item.value, ast.Constant)
    if isinstance(item, ast.AnnAssign):
        return item.value is None
    return isinstance(item, ast.Pass)


def _constant(value: object) -> str:
    if isinstance(value, int) and value.bit_length() > 4096:  # repr refuses huge numbers
        return hex(value)
    return repr(value)
