"""Literals of existing tests: values that the project itself thinks of."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from regoose_ci.analysis.definitions import last_line
from regoose_ci.analysis.examples import MAX_INDEXED, example_trees, is_literal, walk_working

MAX_LITERALS = 400
_MAX_LENGTH = 500
_MAX_LINES = 12
_PLAIN = (str, int, bytes)
_CONTAINERS = (ast.List, ast.Tuple, ast.Set, ast.Dict)


@lru_cache(maxsize=MAX_INDEXED)
def harvest_literals(text: str) -> tuple[str, ...]:
    """Strings, numbers and collections in a test file, as source, most specific first.

    Arguments and parametrized values come before what is compared with, and that before the
    rest. Docstrings, names of parameters and blocks that expect an exception are left out.
    """
    ranked: dict[str, int] = {}
    found = (pair for tree in example_trees("test.py", text) for pair in _literals(tree))
    for node, rank in found:
        source = _source(node)
        if len(source) <= _MAX_LENGTH:
            ranked[source] = min(rank, ranked.get(source, rank))
    return tuple(sorted(ranked, key=lambda source: ranked[source])[:MAX_LITERALS])


def _source(node: ast.expr) -> str:
    """Write an expression; most are texts and whole numbers, for which it is their repr."""
    if isinstance(node, ast.Constant) and node.kind is None and node.value.__class__ in _PLAIN:
        return repr(node.value)
    return ast.unparse(node)


def _literals(tree: ast.Module) -> Iterator[tuple[ast.expr, int]]:
    ranks: dict[int, int] = {}
    skipped: set[int] = set()
    for node in walk_working(tree):
        if isinstance(node, ast.Call):
            skipped.update(_labels(node))
            values = [*node.args, *(keyword.value for keyword in node.keywords)]
            ranks.update((id(value), 0) for value in values)
        elif isinstance(node, ast.Compare):
            ranks.update((id(value), 1) for value in (node.left, *node.comparators))
        elif isinstance(node, (ast.Expr, ast.JoinedStr)):
            skipped.update(id(child) for child in ast.iter_child_nodes(node) if _is_text(child))
        if not isinstance(node, ast.expr) or id(node) in skipped:
            continue
        rank = ranks.get(id(node), 2)
        if isinstance(node, _CONTAINERS):
            ranks.update((id(child), rank) for child in ast.iter_child_nodes(node))
        if _is_telling(node) and _is_short(node) and is_literal(node):
            yield node, rank


def _labels(call: ast.Call) -> Iterator[int]:
    """Strings that name things instead of being values: parameter names, ids, patterns."""
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name in {"parametrize", "skipif", "skip", "xfail", "filterwarnings", "importorskip"}:
        yield from (id(node) for value in call.args[:1] for node in ast.walk(value))
    for keyword in call.keywords:
        if keyword.arg in {"ids", "reason", "match", "msg", "id"}:
            yield from (id(node) for node in ast.walk(keyword.value))


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_short(node: ast.expr) -> bool:
    return last_line(node) - node.lineno <= _MAX_LINES


def _is_telling(node: ast.expr) -> bool:
    """Not ``None``, a boolean, or an operand that stands for itself elsewhere."""
    if isinstance(node, ast.Constant):
        return node.value is not None and not isinstance(node.value, bool)
    return isinstance(node, (*_CONTAINERS, ast.UnaryOp, ast.BinOp))
