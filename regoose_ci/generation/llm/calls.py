"""From an expression that a model wrote to a `Call` that can be observed."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping, Sequence

from regoose_ci.comparison.source import parse_expression
from regoose_ci.comparison.wellformed import is_well_formed_call
from regoose_ci.domain.observations import Call, CallKind

MAX_SOURCE = 2000
"""Longest call that is tried, in characters."""

_OPERATORS: dict[type[ast.AST], str] = {
    ast.Eq: "__eq__", ast.NotEq: "__ne__", ast.Lt: "__lt__", ast.LtE: "__le__", ast.Gt: "__gt__",
    ast.GtE: "__ge__", ast.Add: "__add__", ast.Sub: "__sub__", ast.Mult: "__mul__",
    ast.MatMult: "__matmul__", ast.Div: "__truediv__", ast.FloorDiv: "__floordiv__",
    ast.Mod: "__mod__", ast.Pow: "__pow__", ast.BitAnd: "__and__", ast.BitOr: "__or__",
    ast.BitXor: "__xor__", ast.LShift: "__lshift__", ast.RShift: "__rshift__",
    ast.USub: "__neg__", ast.UAdd: "__pos__", ast.Invert: "__invert__",
}  # fmt: skip
_PYTEST = "import pytest"
"""Takes long, and stands in a test for what is around the call more often than for the call."""
_SCOPES = (ast.Lambda, ast.comprehension, ast.NamedExpr)


class UnusableError(Exception):
    """What a model proposed cannot be tried; the message says why, in words for the model."""


def call_of(expression: str, setup: Sequence[str], imports: Sequence[str]) -> Call:
    """The call that an expression makes, variables of ``setup`` written out in it.

    Raises:
        UnusableError: It is not one call, or the set-up is more than plain assignments.
    """
    node = parse_expression(expression)
    if node is None:
        raise UnusableError("`call` is not one Python expression")
    return call_from(node, assignments(setup), imports)


def call_from(node: ast.expr, values: Mapping[str, ast.expr], imports: Sequence[str]) -> Call:
    """The call that a syntax tree makes, with ``values`` written out in it.

    Raises:
        UnusableError: It is not one call.
    """
    whole = inlined(node, values)
    call = _convert(
        _awaited(whole), tuple(i for i in imports if i != _PYTEST or _uses_pytest(whole))
    )
    size = sum(map(len, (call.name, call.receiver or "", *call.args, *(v for _, v in call.kwargs))))
    if size > MAX_SOURCE:
        raise UnusableError("the call is too long")
    if not is_well_formed_call(call):
        raise UnusableError("an import is not one import statement, or an argument no expression")
    return call


def assignments(setup: Sequence[str]) -> dict[str, ast.expr]:
    """The variables that statements set.

    Raises:
        UnusableError: A statement is something else than ``name = expression``.
    """
    values: dict[str, ast.expr] = {}
    for statement in setup:
        try:
            body = ast.parse(statement.strip()).body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise UnusableError(f"`{statement[:80]}` is not valid Python") from error
        for node in body:
            target = node.targets[0] if isinstance(node, ast.Assign) else None
            if not isinstance(node, ast.Assign) or not isinstance(target, ast.Name):
                raise UnusableError(f"`{statement[:80]}` is no plain assignment; write a test")
            values[target.id] = inlined(node.value, values)
    return values


def inlined(node: ast.expr, values: Mapping[str, ast.expr]) -> ast.expr:
    """An expression with variables replaced by their values.

    Raises:
        UnusableError: A variable that is more than a literal is used twice, or is hidden.
    """
    uses = [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and n.id in values]
    if not uses:
        return node
    if any(isinstance(n, _SCOPES) for n in ast.walk(node)):
        raise UnusableError("variables cannot be written out beside a lambda or a comprehension")
    shared = next((n for n in uses if uses.count(n) > 1 and not _is_literal(values[n])), None)
    if shared is not None:
        raise UnusableError(f"`{shared}` is used more than once; write a test")
    replaced = _Inliner(values).visit(copy.deepcopy(node))
    assert isinstance(replaced, ast.expr)
    return replaced


def _uses_pytest(node: ast.expr) -> bool:
    return any(isinstance(n, ast.Name) and n.id == "pytest" for n in ast.walk(node))


class _Inliner(ast.NodeTransformer):
    def __init__(self, values: Mapping[str, ast.expr]) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return copy.deepcopy(self._values.get(node.id, node))


def _is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant)


def _awaited(node: ast.expr) -> ast.expr:
    """What is awaited or run: guests do that by themselves."""
    if isinstance(node, ast.Await):
        return node.value
    is_run = isinstance(node, ast.Call) and ast.unparse(node.func) == "asyncio.run"
    if is_run and isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
        return node.args[0]
    return node


def _convert(node: ast.expr, imports: tuple[str, ...]) -> Call:
    if isinstance(node, ast.Call):
        return _call(node, imports)
    if isinstance(node, ast.Attribute) and not _is_name(node):
        return Call(CallKind.PROPERTY, node.attr, ast.unparse(node.value), imports=imports)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        left, right = node.left, node.comparators[0]
        if isinstance(node.ops[0], ast.In):
            return _method(right, "__contains__", [left], imports)
        name = _OPERATORS.get(type(node.ops[0]))
        if name is not None:
            return _method(left, name, [right], imports)
    elif isinstance(node, ast.BinOp):
        return _method(node.left, _OPERATORS[type(node.op)], [node.right], imports)
    elif isinstance(node, ast.UnaryOp) and type(node.op) in _OPERATORS:
        return _method(node.operand, _OPERATORS[type(node.op)], [], imports)
    elif isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice):
        return _method(node.value, "__getitem__", [node.slice], imports)
    raise UnusableError(f"`{ast.unparse(node)[:80]}` is not one call")


def _call(node: ast.Call, imports: tuple[str, ...]) -> Call:
    if any(isinstance(a, ast.Starred) for a in node.args) or any(not k.arg for k in node.keywords):
        raise UnusableError("arguments with stars cannot be shown; write them out")
    args = tuple(map(ast.unparse, node.args))
    kwargs = tuple((str(k.arg), ast.unparse(k.value)) for k in node.keywords)
    function = node.func
    if _is_name(function):
        return Call(CallKind.FUNCTION, ast.unparse(function), None, args, kwargs, imports)
    if isinstance(function, ast.Attribute):
        receiver = ast.unparse(function.value)
        return Call(CallKind.METHOD, function.attr, receiver, args, kwargs, imports)
    raise UnusableError("what is called has no name")


def _method(
    receiver: ast.expr, name: str, args: Sequence[ast.expr], imports: tuple[str, ...]
) -> Call:
    sources = tuple(map(ast.unparse, args))
    return Call(CallKind.METHOD, name, ast.unparse(receiver), sources, imports=imports)


def _is_name(node: ast.expr) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)
