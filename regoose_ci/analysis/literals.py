"""Constants in code, as Python source: raw material for inputs."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Iterator, Mapping

from regoose_ci.analysis.bindings import Binding
from regoose_ci.analysis.definitions import Definition
from regoose_ci.analysis.nodes import children

MAX_LITERALS = 60
_MAX_LENGTH = 2000
_ANNOTATED = {ast.arg, ast.AnnAssign, ast.FunctionDef, ast.AsyncFunctionDef}
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
        if isinstance(node, _VALUES) and (value := constant_value(node)) is not None:
            source = literal_source(value)
            if source is not None:
                yield source, node.lineno, node.end_lineno or node.lineno
        elif node.__class__ is not ast.Name:  # most nodes are
            below = _speaking_children(node)
            below.reverse()
            stack += below


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
                is_unchanged = changed.isdisjoint(range(first, last + 1))
                (in_function if is_unchanged else in_diff).append(source)
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


def _speaking_children(node: ast.AST) -> list[ast.AST]:
    """What is below a node, but for docstrings, annotations and what is said to people."""
    if isinstance(node, ast.Expr):
        return [] if isinstance(node.value, ast.Constant) else [node.value]
    if isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and _is_message(node)):
        return []
    if node.__class__ in _ANNOTATED:
        annotations = (getattr(node, "annotation", None), getattr(node, "returns", None))
        return [child for child in children(node) if child not in annotations]
    return children(node)


def _is_message(call: ast.Call) -> bool:
    """Whether a call warns or writes to a log."""
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in _SAYING
