"""Annotations for the arguments of tests, from the values that they are given."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

_UNKNOWN = "object"
_MOST_ALTERNATIVES = 4


def annotation_of(values: Sequence[ast.expr]) -> str:
    """The narrowest plain annotation that all values have; ``object`` where there is none."""
    return _union(map(_type_of, values))


def _union(types: Iterable[str]) -> str:
    found = list(dict.fromkeys(types))
    if "float" in found and "int" in found:
        found.remove("int")  # an annotation `float` takes both
    if _UNKNOWN in found or len(found) > _MOST_ALTERNATIVES:
        return _UNKNOWN
    return " | ".join(sorted(found, key=lambda name: name == "None"))


def _type_of(node: ast.expr) -> str:
    match node:
        case ast.Constant(None):
            return "None"
        case ast.Constant(str() | bytes() | bool() | int() | float() | complex() as value):
            return type(value).__name__
        case ast.UnaryOp(_, operand):
            return _type_of(operand)
        case ast.BinOp(left, ast.Mult() | ast.Pow()):
            return _type_of(left)
        case ast.List(elements):
            return f"list[{_elements(elements)}]"
        case ast.Set(elements):
            return f"set[{_elements(elements)}]"
        case ast.Tuple(elements):
            return f"tuple[{', '.join(map(_type_of, elements)) or '()'}]"
        case ast.Dict(keys, values):
            written = [key for key in keys if key is not None]
            return f"dict[{_elements(written)}, {_elements(values)}]"
        case ast.Call(ast.Name(name)) if name[:1].isupper() or name in {"set", "frozenset"}:
            return name
        case _:
            return _UNKNOWN


def _elements(nodes: Sequence[ast.expr]) -> str:
    return _union(map(_type_of, nodes)) if nodes else _UNKNOWN
