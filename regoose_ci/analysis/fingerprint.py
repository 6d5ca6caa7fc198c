"""Compare code by what it does: without docstrings, annotations, comments and formatting."""

from __future__ import annotations

import ast

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

_IGNORED_FIELDS = frozenset(
    {"annotation", "returns", "type_comment", "type_params", "ctx", "kind", "simple"}
)


def fingerprint(node: ast.AST) -> str:
    """A text that is equal for two nodes exactly when they mean the same.

    A function's own name is left out, also where it calls itself, so that renamed functions
    compare equal. Iterative, because generated code nests deeper than Python recurses.
    """
    own_name = node.name if isinstance(node, FunctionNode) else ""
    tokens: list[str] = []
    stack: list[object] = [node]
    while stack:
        item = stack.pop()
        if item.__class__ is str or item is None:
            tokens.append(repr(item))
        elif isinstance(item, ast.Name):
            tokens += ("Name", repr("<itself>" if item.id == own_name else item.id))
        elif isinstance(item, ast.Constant):
            tokens += ("Constant", _constant(item.value))
        elif isinstance(item, ast.AST):
            tokens.append(_kind(item))
            fields = _fields(item)
            stack += reversed(fields[1:] if item is node and own_name else fields)
        elif isinstance(item, list):
            kept = [child for child in item if not _is_idle(child)]
            tokens.append(f"[{len(kept)}")
            stack += reversed(kept)
        else:
            tokens.append(_constant(item))
    return " ".join(tokens)


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
