"""Mutants of changed lines: small faults that good tests notice. Pure: text in, text out.

What cannot change behaviour (docstrings, annotations, log calls, the text of error messages) is
left alone.
"""

from __future__ import annotations

import ast
import functools
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from regoose_ci.analysis.faults import edits, is_log_call
from regoose_ci.domain.changes import FunctionSource

MAX_MUTANTS = 100


@dataclass(frozen=True, slots=True)
class Mutant:
    """A function with one fault. ``line`` is a line of the file; ``source`` the whole function."""

    id: str
    line: int
    description: str
    source: str


@functools.lru_cache(maxsize=256)
def make_mutants(function: FunctionSource) -> tuple[Mutant, ...]:
    """Make mutants of the function's changed lines, evenly chosen when there are many.

    Returns none when the source does not parse.
    """
    try:
        tree = ast.parse(function.source)
    except (SyntaxError, ValueError, RecursionError):
        return ()
    offset = function.first_line - 1
    wanted = [
        (index, number, line)
        for index, node in enumerate(_mutable(tree))
        if (line := getattr(node, "lineno", 0) + offset) in function.changed_lines
        or not function.changed_lines
        for number, _ in enumerate(edits(node))
    ]
    step = max(1, len(wanted) / MAX_MUTANTS)
    found: list[Mutant] = []
    seen = {ast.unparse(tree)}
    for index, number, line in (
        wanted[int(n * step)] for n in range(min(len(wanted), MAX_MUTANTS))
    ):
        changed = ast.parse(function.source)
        node = next(itertools.islice(_mutable(changed), index, None))
        description, edit = next(itertools.islice(edits(node), number, None))
        edit(node)
        source = ast.unparse(ast.fix_missing_locations(changed))
        if source not in seen:
            seen.add(source)
            found.append(Mutant(f"m{len(found)}", line, description, source))
    return tuple(found)


def _mutable(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield nodes that may be changed, always in the same order."""
    for child in _children(tree):
        yield child
        yield from _mutable(child)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        yield from (d for d in (*node.args.defaults, *node.args.kw_defaults) if d is not None)
        body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
        yield from body
    elif isinstance(node, ast.Raise):
        return
    elif isinstance(node, ast.AnnAssign):
        yield from ([node.value] if node.value is not None else [])
    elif isinstance(node, ast.Expr) and is_log_call(node.value):
        return
    elif isinstance(node, ast.JoinedStr):
        yield from (v.value for v in node.values if isinstance(v, ast.FormattedValue))
    else:
        yield from ast.iter_child_nodes(node)
