"""Calls of a public function with some arguments left open, to be filled with other inputs.

Tests often pass a variable where the interesting text goes, and literals for the options that
switch the changed code on: the options are what is taken from there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from regoose_ci.analysis.examples import Corpus, is_literal
from regoose_ci.domain.observations import Call, CallKind

MAX_CALLS = 30
HOLE = "''"
"""Stands where an argument is open: a text, as most are, and the plainest one."""


def find_open_calls(module: str, name: str, corpus: Corpus) -> tuple[Call, ...]:
    """Return calls of the module-level function ``name`` that have at least one open argument.

    Open keyword arguments are left out, open positional ones are holes.
    """
    found: dict[Call, None] = {}
    for nodes in corpus.uses(name):
        found.update(dict.fromkeys(_open_calls(module, name, nodes)))
    return tuple(found)[:MAX_CALLS]


def _open_calls(module: str, name: str, nodes: Sequence[ast.expr]) -> Iterator[Call]:
    for node in nodes:
        if not isinstance(node, ast.Call) or not _is_named(node.func, name):
            continue
        if any(isinstance(arg, ast.Starred) for arg in node.args):
            continue
        closed = [k for k in node.keywords if k.arg is not None and is_literal(k.value)]
        is_open = len(closed) < len(node.keywords) or not all(map(is_literal, node.args))
        if is_open:
            yield Call(
                CallKind.FUNCTION,
                name,
                None,
                tuple(ast.unparse(a) if is_literal(a) else HOLE for a in node.args),
                tuple((str(k.arg), ast.unparse(k.value)) for k in closed),
                (f"from {module} import {name}",),
            )


def _is_named(node: ast.expr, name: str) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == name and isinstance(node.value, ast.Name)
    return isinstance(node, ast.Name) and node.id == name
