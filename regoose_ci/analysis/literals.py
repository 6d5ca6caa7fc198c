"""Constants in code, as Python source: raw material for inputs."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Iterator, Mapping

from regoose_ci.analysis.bindings import Binding
from regoose_ci.analysis.definitions import Definition, first_line, last_line
from regoose_ci.analysis.nodes import children

MAX_LITERALS = 60
_MAX_LENGTH = 2000
_ANNOTATED = (ast.arg, ast.AnnAssign, ast.FunctionDef, ast.AsyncFunctionDef)
_SAYING = frozenset({"warn", "warning", "debug", "info", "error", "critical", "exception"})
_VALUES = (ast.Constant, ast.UnaryOp, ast.BinOp)


def find_literals(root: ast.AST) -> Iterator[tuple[str, int, int]]:
    """Constants below a node with their first and last line, in file order.

    Docstrings, annotations, ``None`` and booleans are left out, and what is only said to people
    (messages of exceptions, warnings and logs); strings joined by ``+`` are one.
    """
    stack: list[ast.AST] = [root]
    while stack:
        node = stack.pop()
        if node.__class__ is ast.Name:  # most nodes are
            continue
        value = constant_value(node) if isinstance(node, _VALUES) else None
        if value is not None:
            source = literal_source(value)
            if source is not None:
                yield source, first_line(node), last_line(node)
        elif not _is_docstring(node) and not _is_message(node):
            stack.extend(reversed(_children(node)))


def constant_value(node: ast.AST) -> str | bytes | int | float | None:
    """The value of a constant, of a negated number, or of constant strings joined by ``+``."""
    if isinstance(node, ast.Constant):
        value = node.value
        usable = isinstance(value, (str, bytes, int, float)) and not isinstance(value, bool)
        return value if usable else None  # type: ignore[return-value]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = constant_value(node.operand)
        return -value if isinstance(value, (int, float)) else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _joined(node)
    return None


def literal_source(value: str | bytes | float) -> str | None:
    """Python source of a constant; ``None`` for empty, huge and non-finite ones."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and value.bit_length() > 4096:  # repr refuses huge numbers
        return None
    source = repr(value)
    return source if len(source) <= _MAX_LENGTH and value not in ("", b"") else None


def literals_of_change(
    definitions: Iterable[tuple[Definition, frozenset[int]]],
    reads: Iterable[Binding],
    callees: Iterable[Definition],
) -> tuple[str, ...]:
    """Constants near a change: on changed lines first, then in the function, then around it.

    ``definitions`` are the function on each revision with the changed lines of its file.
    """
    in_diff: list[str] = []
    in_function: list[str] = []
    for definition, changed in definitions:
        for node in definition.nodes:
            for source, first, last in find_literals(node):
                is_changed = any(line in changed for line in range(first, last + 1))
                (in_diff if is_changed else in_function).append(source)
    around = [s for b in reads for node in b.nodes for s, _, _ in find_literals(node)]
    around += [s for d in callees for node in d.nodes for s, _, _ in find_literals(node)]
    return tuple(dict.fromkeys([*in_diff, *in_function, *around]))[:MAX_LITERALS]


def read_bindings(reads: Iterable[str], bindings: Mapping[str, Binding]) -> Iterator[Binding]:
    """Bindings that are read, with those that their values are computed from."""
    waiting = list(dict.fromkeys(reads))
    seen = set(waiting)
    while waiting:
        binding = bindings.get(waiting.pop(0))
        if binding is not None:
            yield binding
            new = sorted(binding.reads - seen)
            seen.update(new)
            waiting += new


def _joined(node: ast.BinOp) -> str | bytes | None:
    """Fold ``'a' + 'b' + …``; iterative, because such chains can be long."""
    parts: list[str | bytes] = []
    current: ast.expr = node
    while isinstance(current, ast.BinOp) and isinstance(current.op, ast.Add):
        right = current.right
        if not (isinstance(right, ast.Constant) and isinstance(right.value, (str, bytes))):
            return None
        parts.append(right.value)
        current = current.left
    if not (isinstance(current, ast.Constant) and isinstance(current.value, (str, bytes))):
        return None
    parts.append(current.value)
    texts = [part for part in reversed(parts) if isinstance(part, str)]
    if len(texts) == len(parts):
        return "".join(texts)
    raw = [part for part in reversed(parts) if isinstance(part, bytes)]
    return b"".join(raw) if len(raw) == len(parts) else None


def _children(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, _ANNOTATED):
        annotations = (getattr(node, "annotation", None), getattr(node, "returns", None))
        return [child for child in children(node) if child not in annotations]
    return children(node)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_message(node: ast.AST) -> bool:
    """Whether a node raises an exception, warns or writes to a log."""
    if not isinstance(node, ast.Call):
        return isinstance(node, ast.Raise)
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in _SAYING
