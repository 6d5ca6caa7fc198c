"""Inputs that a function's own annotations rule out: nobody keeps a test of one of those."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from regoose_ci.comparison.source import parse_expression
from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.observations import Call, Observation, Origin
from regoose_ci.generation.embedded.naming import parameters_of

_WRITTEN = frozenset({Origin.CARVED, Origin.CALL_SITE})
_ACCEPTED: Mapping[str, frozenset[str]] = {
    "int": frozenset({"int", "bool"}),
    "float": frozenset({"int", "bool", "float"}),
    "complex": frozenset({"int", "bool", "float", "complex"}),
    "bool": frozenset({"bool"}),
    "str": frozenset({"str"}),
    "bytes": frozenset({"bytes"}),
    "None": frozenset({"NoneType"}),
}
"""Types of constants by the annotations that accept them; any other annotation may accept all."""


def as_annotated(
    function: ChangedFunction, observations: Sequence[Observation]
) -> list[Observation]:
    """Leave out made-up inputs with a constant of a type that its parameter's annotation excludes.

    What the project's own code or tests call stays: there the annotation is what is wrong.
    """
    annotations = _annotations(function.current.source)
    return [
        o
        for o in observations
        if o.origin in _WRITTEN or not _is_excluded(function, o.call, annotations)
    ]


def _is_excluded(
    function: ChangedFunction, call: Call, annotations: Mapping[str, frozenset[str]]
) -> bool:
    given = [*zip(parameters_of(function, call), call.args, strict=False), *call.kwargs]
    return any(
        name in annotations and (kind := _constant_type(source)) and kind not in annotations[name]
        for name, source in given
    )


def _constant_type(source: str) -> str:
    node = parse_expression(source)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        node = node.operand
    return type(node.value).__name__ if isinstance(node, ast.Constant) else ""


def _annotations(source: str) -> dict[str, frozenset[str]]:
    """The constant types that each parameter accepts, where its annotation says so plainly."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    definition = body[0] if body else None
    if not isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef):
        return {}
    return {name: types for name, types in _parameters(definition.args) if types}


def _parameters(arguments: ast.arguments) -> Iterator[tuple[str, frozenset[str]]]:
    positional = [*arguments.posonlyargs, *arguments.args]
    missing = len(positional) - len(arguments.defaults)
    defaults = [*[None] * missing, *arguments.defaults, *arguments.kw_defaults]
    for parameter, default in zip([*positional, *arguments.kwonlyargs], defaults, strict=True):
        accepted = _accepted(parameter.annotation)
        is_none = isinstance(default, ast.Constant) and default.value is None
        yield parameter.arg, _either(accepted, _ACCEPTED["None"]) if is_none else accepted


def _accepted(annotation: ast.expr | None) -> frozenset[str]:
    """Types of constants that an annotation accepts; empty when it cannot be told."""
    match annotation:
        case ast.Name(name):
            return _ACCEPTED.get(name, frozenset())
        case ast.Constant(None):
            return _ACCEPTED["None"]
        case ast.Constant(str() as text):
            return _accepted(parse_expression(text))
        case ast.BinOp(left, ast.BitOr(), right):
            return _either(_accepted(left), _accepted(right))
        case ast.Subscript(ast.Name("Optional"), inner):
            return _either(_accepted(inner), _ACCEPTED["None"])
        case _:
            return frozenset()


def _either(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    return one | other if one and other else frozenset()
