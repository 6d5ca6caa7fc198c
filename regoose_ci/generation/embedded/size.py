"""Which of two calls is smaller and plainer."""

from __future__ import annotations

import ast
from functools import lru_cache

from regoose_ci.comparison.source import parse_expression
from regoose_ci.domain.observations import Call, Observation, Origin

Complexity = tuple[int, int, int, int, str]

_UNPARSED = 1000
_PAIR = 1
_REMEMBERED = 5_000
"""Sources that are looked at more than once: of calls that are sorted again and again."""
_HOLLOW = 6
_ABOUT_CODE = 20
_ORIGIN_RANK = {origin: rank for rank, origin in enumerate(Origin)}


def complexity(call: Call) -> Complexity:
    """Sorting key: fewer arguments, fewer nodes, fewer odd characters, shorter, then by text."""
    parts = [*call.args, *(value for _, value in call.kwargs)]
    if call.receiver is not None:
        parts.append(call.receiver)
    text = ", ".join(parts)
    odd = sum(not (" " <= character <= "~") for character in text) + 3 * text.count("\\")
    odd += sum(map(_noise, parts)) + _ABOUT_CODE * sum(_is_module(p, call) for p in parts)
    return (len(parts), sum(map(_nodes, parts)), odd, len(text), text)


def plainness(observation: Observation) -> tuple[int, int, Complexity]:
    """Sorting key of inputs that show the same: plain first, then the better origin."""
    size = complexity(observation.call)
    rank = _ORIGIN_RANK[observation.origin]
    # A value somebody wrote may be a little longer and still be the plainer one to read, and so
    # may one that holds something: what comes of nothing says little.
    weight = size[0] + size[1] + size[2] + size[3] // 16 + rank
    return (weight + _HOLLOW * _hollow_parts(observation.call), rank, size)


def _hollow_parts(call: Call) -> int:
    """Count texts that show nothing, empty containers, and objects that are made of nothing."""
    parts = [*call.args, *(value for _, value in call.kwargs), call.receiver]
    return sum(_hollow_in(part) for part in parts if part is not None)


@lru_cache(maxsize=_REMEMBERED)
def _hollow_in(source: str) -> int:
    node = parse_expression(source)
    return 0 if node is None else sum(map(_is_hollow, ast.walk(node)))


def _is_hollow(node: ast.AST) -> bool:
    match node:
        case ast.Constant(value=str() | bytes() as text):
            return not text.strip()
        case ast.List(elts=[]) | ast.Tuple(elts=[]) | ast.Dict(keys=[]):
            return True
        case ast.Call(func=ast.Name(), args=[], keywords=[]):
            return True
    return False


@lru_cache(maxsize=_REMEMBERED)
def _noise(source: str) -> int:
    """How many more marks than letters and digits a text has, apart from a pair of them."""
    inside = source[1:-1] if source[:1] in {"'", '"'} else ""
    marks = sum(not character.isalnum() and character != " " for character in inside)
    return max(0, 2 * marks - len(inside) - _PAIR)


def _is_module(source: str, call: Call) -> bool:
    """Whether a text is the name of a module that the call is imported from."""
    return any(f" {source[1:-1]} " in statement for statement in call.imports)


@lru_cache(maxsize=_REMEMBERED)
def _nodes(source: str) -> int:
    node = parse_expression(source)
    if node is None:
        return _UNPARSED
    return sum(isinstance(n, ast.expr) for n in ast.walk(node))
