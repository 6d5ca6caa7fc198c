"""Names of keyword arguments that a function takes from ``**kwargs``."""

from __future__ import annotations

import ast
import textwrap

_ASKING = frozenset({"get", "pop", "setdefault"})


def keywords_taken(source: str) -> tuple[str, ...]:
    """Return the names that a function asks its ``**kwargs`` for, in the order of its source."""
    try:
        tree = ast.parse(textwrap.dedent(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    function = next(iter(tree.body), None)
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return ()
    given = function.args.kwarg
    if given is None:
        return ()
    asked = [_asked(node, given.arg) for node in ast.walk(function)]
    return tuple(dict.fromkeys(name for name in asked if name is not None and name.isidentifier()))


def _asked(node: ast.AST, mapping: str) -> str | None:
    """The constant that a node looks up in the mapping of that name."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method), args=[key, *_]):
            is_lookup = name == mapping and method in _ASKING
        case ast.Subscript(value=ast.Name(id=name), slice=key):
            is_lookup = name == mapping
        case ast.Compare(left=key, ops=[ast.In() | ast.NotIn()], comparators=[ast.Name(id=name)]):
            is_lookup = name == mapping
        case _:
            return None
    is_text = isinstance(key, ast.Constant) and isinstance(key.value, str)
    return str(key.value) if is_lookup and is_text else None  # type: ignore[attr-defined]
