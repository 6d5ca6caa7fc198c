"""Which lines of a function run, and which of them stand for a change."""

from __future__ import annotations

import ast
import bisect
import warnings
from collections.abc import Iterable, Iterator, Mapping
from types import CodeType

from regoose_ci.analysis.definitions import first_line, last_line
from regoose_ci.analysis.fingerprint import FunctionNode
from regoose_ci.analysis.nodes import children

_BLOCKS = ("body", "handlers", "cases", "orelse", "finalbody")
_SILENT = (ast.Global, ast.Nonlocal)


def running_lines(function: FunctionNode) -> dict[int, frozenset[int]]:
    """For each line of the function, the lines a tracer sees when it runs.

    A line inside a statement stands for the statement's first line and for itself; the header
    (decorators, defaults), which runs at import, for the first statement of the body. Comments,
    docstrings and blank lines are not in the result.
    """
    found: dict[int, set[int]] = {}
    for block in _blocks(function):
        for node in block:
            _add_node(node, found)
    in_bytecode = _bytecode_lines(function)
    if in_bytecode:
        for line, seen in found.items():
            found[line] = seen & in_bytecode
    lines = {line: frozenset(seen) for line, seen in found.items() if seen}
    entry = min((n for seen in lines.values() for n in seen), default=function.body[0].lineno)
    body_line = first_line(function.body[0])
    for line in range(first_line(function), max(body_line, first_line(function) + 1)):
        lines.setdefault(line, frozenset({entry}))
    return lines


def changed_running_lines(
    running: Mapping[int, frozenset[int]], changed: Iterable[int]
) -> frozenset[int]:
    """Running lines that the changed lines stand for."""
    return frozenset(line for c in changed for line in running.get(c, ()))


def neighbours_of_removal(
    running: Mapping[int, frozenset[int]],
    removed: Iterable[int],
    removed_here: frozenset[int],
    added_there: frozenset[int],
) -> frozenset[int]:
    """Lines on one revision around the places where ``removed`` lines of the other one stood.

    ``removed_here`` are all lines of the file that only the other revision has, ``added_there``
    all that only this revision has: the lines between them correspond one to one.
    """
    runs = sorted({line for seen in running.values() for line in seen})
    gone = sorted(removed_here)
    new = sorted(added_there)
    found: set[int] = set()
    for line in sorted(removed):
        place = _place(line - bisect.bisect_right(gone, line), new)
        found.update([n for n in runs if n <= place][-1:])
        found.update([n for n in runs if n > place][:1])
    return frozenset(found)


def _place(unchanged_before: int, new: list[int]) -> int:
    """The line that has ``unchanged_before`` unchanged lines up to and with it."""
    place = unchanged_before
    for line in new:
        if line > place:
            break
        place += 1
    return place


def _add_node(root: ast.AST, found: dict[int, set[int]]) -> None:
    stack = [root]
    while stack:
        node = stack.pop()
        blocks = list(_blocks(node))
        if not _is_silent(node):
            _add_own_lines(node, blocks, found)
        stack.extend(child for block in blocks for child in block)


def _add_own_lines(node: ast.AST, blocks: list[list[ast.AST]], found: dict[int, set[int]]) -> None:
    start = first_line(node)
    if not blocks and last_line(node) == start:
        found.setdefault(start, set()).add(start)
        return
    inner = [first_line(child) for block in blocks for child in block]
    end = max(start, min(inner) - 1) if inner else last_line(node)
    starts = sorted({start, *_expression_lines(node)})
    for line in range(start, end + 1):
        nearest = [s for s in starts if s <= line][-1]
        found.setdefault(line, set()).update({start, nearest})


def _expression_lines(node: ast.AST) -> Iterator[int]:
    """Lines on which the node's own expressions start, those of its blocks left out."""
    skipped = {id(child) for block in _blocks(node) for child in block}
    stack = [child for child in children(node) if id(child) not in skipped]
    while stack:
        child = stack.pop()
        if isinstance(child, ast.expr):
            yield child.lineno
        stack += children(child)


def _blocks(node: ast.AST) -> Iterator[list[ast.AST]]:
    if isinstance(node, ast.expr):
        return
    for name in _BLOCKS:
        block = getattr(node, name, None)
        if isinstance(block, list) and block:
            yield block


def _is_silent(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.AnnAssign):
        return node.value is None
    return isinstance(node, _SILENT)


def _bytecode_lines(function: FunctionNode) -> frozenset[int]:
    """Lines that carry bytecode in the function's body; empty where it does not compile alone."""
    module = ast.Module(body=[function], type_ignores=[])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            code = compile(module, "<function>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    lines: set[int] = set()
    stack = [const for const in code.co_consts if isinstance(const, CodeType)]
    while stack:
        inner = stack.pop()
        lines.update(line for _, _, line in inner.co_lines() if line is not None)
        stack.extend(const for const in inner.co_consts if isinstance(const, CodeType))
    return frozenset(lines)
