"""Mutants of changed lines: small faults that good tests notice. Pure: text in, text out.

The operators follow the table common to mutmut and cosmic-ray; what cannot change behaviour
(docstrings, annotations, log calls, the text of error messages) is left alone.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from regoose_ci.domain.changes import FunctionSource

MAX_MUTANTS = 60
_LOGGERS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "log", "print"})

_SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div, ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd, ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.And: ast.Or,
    ast.Or: ast.And,
}  # fmt: skip
_SIGNS = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not", ast.Add: "+",
    ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.BitAnd: "&", ast.BitOr: "|", ast.LShift: "<<", ast.RShift: ">>", ast.And: "and",
    ast.Or: "or",
}  # fmt: skip
_METHODS = {
    "lower": "upper", "upper": "lower", "lstrip": "rstrip", "rstrip": "lstrip",
    "startswith": "endswith", "endswith": "startswith", "find": "rfind", "rfind": "find",
    "split": "rsplit", "rsplit": "split", "partition": "rpartition", "rpartition": "partition",
    "min": "max", "max": "min", "any": "all", "all": "any", "append": "extend",
}  # fmt: skip
_Edit = Callable[[ast.AST], None]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A function with one fault. ``line`` is a line of the file; ``source`` the whole function."""

    id: str
    line: int
    description: str
    source: str


def make_mutants(function: FunctionSource) -> tuple[Mutant, ...]:
    """Make mutants of the function's changed lines, evenly chosen when there are many.

    Returns none when the source does not parse.
    """
    try:
        tree = ast.parse(function.source)
    except (SyntaxError, ValueError, RecursionError):
        return ()
    offset = function.first_line - 1
    found: list[Mutant] = []
    seen = {ast.dump(tree)}
    for index, node in enumerate(_mutable(tree)):
        line = getattr(node, "lineno", 0) + offset
        if function.changed_lines and line not in function.changed_lines:
            continue
        for description, edit in _edits(node):
            changed = copy.deepcopy(tree)
            edit(next(n for i, n in enumerate(_mutable(changed)) if i == index))
            dump = ast.dump(changed)
            if dump not in seen:
                seen.add(dump)
                source = ast.unparse(ast.fix_missing_locations(changed))
                found.append(Mutant(f"m{len(found)}", line, description, source))
    step = max(1, len(found) / MAX_MUTANTS)
    return tuple(found[int(n * step)] for n in range(min(len(found), MAX_MUTANTS)))


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
    elif isinstance(node, ast.Expr) and _is_log_call(node.value):
        return
    elif isinstance(node, ast.JoinedStr):
        yield from (v.value for v in node.values if isinstance(v, ast.FormattedValue))
    else:
        yield from ast.iter_child_nodes(node)


def _is_log_call(node: ast.expr) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in _LOGGERS


def _edits(node: ast.AST) -> Iterator[tuple[str, _Edit]]:
    if isinstance(node, ast.Compare):
        for position, operator in enumerate(node.ops):
            yield _swap_text(operator), _swap_comparison(position)
    elif isinstance(node, (ast.BinOp, ast.BoolOp, ast.AugAssign)) and type(node.op) in _SWAPS:
        yield _swap_text(node.op), _swap_operator
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.USub)):
        sign = "not" if isinstance(node.op, ast.Not) else "-"
        yield f"`{sign}` removed", _drop_sign
    elif isinstance(node, ast.Constant):
        yield from _constant_edits(node)
    elif isinstance(node, (ast.If, ast.While, ast.IfExp)):
        yield "condition negated", _negate
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield "returns None", _return_none
    elif isinstance(node, ast.Raise):
        yield "exception not raised", _become_pass
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        if _is_log_call(node.value):
            return
        yield f"call of {ast.unparse(node.value.func)} removed", _become_pass
    elif isinstance(node, ast.Call):
        yield from _call_edits(node)
    elif isinstance(node, (ast.Break, ast.Continue)):
        other = "continue" if isinstance(node, ast.Break) else "break"
        yield f"becomes {other}", _other_jump


def _swap_text(operator: ast.AST) -> str:
    return f"`{_SIGNS[type(operator)]}` becomes `{_SIGNS[_SWAPS[type(operator)]]}`"


def _swap_comparison(position: int) -> _Edit:
    def edit(node: ast.AST) -> None:
        assert isinstance(node, ast.Compare)
        other = _SWAPS[type(node.ops[position])]()
        assert isinstance(other, ast.cmpop)
        node.ops[position] = other

    return edit


def _swap_operator(node: ast.AST) -> None:
    assert isinstance(node, (ast.BinOp, ast.BoolOp, ast.AugAssign))
    node.op = _SWAPS[type(node.op)]()  # type: ignore[assignment]


def _drop_sign(node: ast.AST) -> None:
    assert isinstance(node, ast.UnaryOp)
    node.op = ast.UAdd() if isinstance(node.op, ast.USub) else ast.Not()
    if isinstance(node.op, ast.Not):
        node.operand = ast.UnaryOp(ast.Not(), node.operand)


def _constant_edits(node: ast.Constant) -> Iterator[tuple[str, _Edit]]:
    value = node.value
    others: list[object] = []
    if isinstance(value, bool):
        others = [not value]
    elif isinstance(value, (int, float)):
        others = [value + 1, *([value - 1] if value == 1 else [])]
    elif isinstance(value, str):
        others = [value + "XX" if value else "XX"]
    elif isinstance(value, bytes):
        others = [value + b"XX"]
    for other in others:
        yield f"{_short(value)} becomes {_short(other)}", _set_constant(other)


def _set_constant(value: object) -> _Edit:
    def edit(node: ast.AST) -> None:
        assert isinstance(node, ast.Constant)
        node.value = value  # type: ignore[assignment]

    return edit


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 24 else text[:20] + "…" + text[-1]


def _negate(node: ast.AST) -> None:
    assert isinstance(node, (ast.If, ast.While, ast.IfExp))
    node.test = ast.UnaryOp(ast.Not(), node.test)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _return_none(node: ast.AST) -> None:
    assert isinstance(node, ast.Return)
    node.value = ast.Constant(None)


def _become_pass(node: ast.AST) -> None:
    """Turn a statement into one that does nothing, in its place."""
    if isinstance(node, ast.Raise):
        node.exc = node.cause = None
        node.__class__ = ast.Pass  # type: ignore[assignment]
    else:
        assert isinstance(node, ast.Expr)
        node.value = ast.Constant(Ellipsis)


def _call_edits(node: ast.Call) -> Iterator[tuple[str, _Edit]]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    other = _METHODS.get(name)
    if other is not None:
        yield f"`{name}` becomes `{other}`", _rename_call(other)


def _rename_call(name: str) -> _Edit:
    def edit(node: ast.AST) -> None:
        assert isinstance(node, ast.Call)
        if isinstance(node.func, ast.Attribute):
            node.func.attr = name
        elif isinstance(node.func, ast.Name):
            node.func.id = name

    return edit


def _other_jump(node: ast.AST) -> None:
    other = ast.Continue if isinstance(node, ast.Break) else ast.Break
    node.__class__ = other
