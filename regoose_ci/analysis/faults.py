"""Small faults of one syntax node each: what mutants are made by. Pure.

The operators follow the table common to mutmut and cosmic-ray, with a few more of statements.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

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
_OTHER_SIDES: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Eq: (ast.LtE, ast.GtE), ast.NotEq: (ast.Lt, ast.Gt), ast.Lt: (ast.NotEq,),
    ast.Gt: (ast.NotEq,), ast.LtE: (ast.Eq,), ast.GtE: (ast.Eq,),
}  # fmt: skip
"""Comparisons that agree on one side of the boundary: both sides have to be tried to tell them."""
Edit = Callable[[ast.AST], None]
_Edits = Iterator[tuple[str, Edit]]


def edits(node: ast.AST) -> Iterator[tuple[str, Edit]]:
    """Yield the faults that a node can have: what to say of it, and what to do to the node."""
    for kinds, make in _MAKERS:
        if isinstance(node, kinds):
            yield from make(node)


def is_log_call(node: ast.expr) -> bool:
    """Tell whether an expression is a call that logs or prints."""
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in _LOGGERS


def _comparison_edits(node: ast.AST) -> _Edits:
    assert isinstance(node, ast.Compare)
    for position, operator in enumerate(node.ops):
        for swapped in (_SWAPS[type(operator)], *_sides(node, position)):
            yield _swap_text(operator, swapped), _swap_comparison(position, swapped)


def _operator_edits(node: ast.AST) -> _Edits:
    assert isinstance(node, (ast.BinOp, ast.BoolOp, ast.AugAssign))
    if type(node.op) in _SWAPS:
        yield _swap_text(node.op, _SWAPS[type(node.op)]), _swap_operator


def _sign_edits(node: ast.AST) -> _Edits:
    assert isinstance(node, ast.UnaryOp)
    if isinstance(node.op, (ast.Not, ast.USub)):
        sign = "not" if isinstance(node.op, ast.Not) else "-"
        yield f"`{sign}` removed", _drop_sign


def _condition_edits(node: ast.AST) -> _Edits:  # noqa: ARG001 - makers are called alike
    yield "condition negated", _negate


def _loop_edits(node: ast.AST) -> _Edits:  # noqa: ARG001
    yield "loop left at once", _leave_at_once


def _jump_edits(node: ast.AST) -> _Edits:
    other = "continue" if isinstance(node, ast.Break) else "break"
    yield f"becomes {other}", _other_jump


def _return_edits(node: ast.AST) -> _Edits:
    assert isinstance(node, ast.Return)
    if node.value is not None and not _is_none(node.value):
        yield "returns None", _return_none


def _raise_edits(node: ast.AST) -> _Edits:  # noqa: ARG001
    yield "exception not raised", _become_pass


def _assignment_edits(node: ast.AST) -> _Edits:
    if isinstance(node, ast.AugAssign) or (isinstance(node, ast.Assign) and _reads_itself(node)):
        yield "assignment removed", _become_pass


def _statement_edits(node: ast.AST) -> _Edits:
    assert isinstance(node, ast.Expr)
    if isinstance(node.value, ast.Call) and not is_log_call(node.value):
        yield f"call of {ast.unparse(node.value.func)} removed", _become_pass


def _slice_edits(node: ast.AST) -> _Edits:
    for bound in ("lower", "upper", "step"):
        if getattr(node, bound) is not None:
            yield f"{bound} bound of slice removed", _drop_bound(bound)


def _swap_text(operator: ast.AST, other: type[ast.AST]) -> str:
    return f"`{_SIGNS[type(operator)]}` becomes `{_SIGNS[other]}`"


def _sides(node: ast.Compare, position: int) -> tuple[type[ast.AST], ...]:
    """Comparisons to tell apart besides; none of values without an order, as far as is seen."""
    compared = node.comparators[position]
    ordered = not isinstance(compared, ast.Constant) or isinstance(compared.value, (int, float))
    return _OTHER_SIDES.get(type(node.ops[position]), ()) if ordered else ()


def _swap_comparison(position: int, other: type[ast.AST]) -> Edit:
    def edit(node: ast.AST) -> None:
        assert isinstance(node, ast.Compare)
        swapped = other()
        assert isinstance(swapped, ast.cmpop)
        node.ops[position] = swapped

    return edit


def _swap_operator(node: ast.AST) -> None:
    assert isinstance(node, (ast.BinOp, ast.BoolOp, ast.AugAssign))
    node.op = _SWAPS[type(node.op)]()  # type: ignore[assignment]


def _drop_sign(node: ast.AST) -> None:
    assert isinstance(node, ast.UnaryOp)
    node.op = ast.UAdd() if isinstance(node.op, ast.USub) else ast.Not()
    if isinstance(node.op, ast.Not):
        node.operand = ast.UnaryOp(ast.Not(), node.operand)


def _constant_edits(node: ast.AST) -> _Edits:
    assert isinstance(node, ast.Constant)
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


def _set_constant(value: object) -> Edit:
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
    elif isinstance(node, (ast.Assign, ast.AugAssign)):
        node.__class__ = ast.Pass  # type: ignore[assignment]
    else:
        assert isinstance(node, ast.Expr)
        node.value = ast.Constant(Ellipsis)


def _reads_itself(node: ast.Assign) -> bool:
    """Tell whether a name gets a value made of its old one, so that it has one without this."""
    targets = {n.id for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name)}
    read = {n.id for n in ast.walk(node.value) if isinstance(n, ast.Name)}
    return bool(targets & read)


def _leave_at_once(node: ast.AST) -> None:
    assert isinstance(node, ast.For)
    node.body.insert(0, ast.Break())


def _drop_bound(bound: str) -> Edit:
    return lambda node: setattr(node, bound, None)


def _call_edits(node: ast.AST) -> _Edits:
    assert isinstance(node, ast.Call)
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    other = _METHODS.get(name)
    if other is not None:
        yield f"`{name}` becomes `{other}`", _rename_call(other)


def _rename_call(name: str) -> Edit:
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


_MAKERS: tuple[
    tuple[type[ast.AST] | tuple[type[ast.AST], ...], Callable[[ast.AST], _Edits]], ...
] = (
    (ast.Compare, _comparison_edits),
    ((ast.BinOp, ast.BoolOp, ast.AugAssign), _operator_edits),
    (ast.UnaryOp, _sign_edits),
    (ast.Constant, _constant_edits),
    ((ast.If, ast.While, ast.IfExp), _condition_edits),
    (ast.For, _loop_edits),
    ((ast.Break, ast.Continue), _jump_edits),
    (ast.Return, _return_edits),
    (ast.Raise, _raise_edits),
    ((ast.Assign, ast.AugAssign), _assignment_edits),
    (ast.Expr, _statement_edits),
    (ast.Call, _call_edits),
    (ast.Slice, _slice_edits),
)
