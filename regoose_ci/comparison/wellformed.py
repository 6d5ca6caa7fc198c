"""Whether what a guest sent is the kind of source it should be: it need not be honest."""

from __future__ import annotations

import ast
import builtins
from functools import lru_cache

from regoose_ci.comparison.source import MAX_PARSED, fill, parse_expression
from regoose_ci.domain.observations import Call, CallKind, Observation, Outcome, Value

_REMEMBERED = 5_000
_MEANING = ("__", "test", "pytest", "setup", "teardown")
"""How names begin that are read by whoever runs a file of tests."""


def is_well_formed(observation: Observation) -> bool:
    """Whether every part of a call and its outcomes is one expression, import or definition."""
    outcomes = observation.outcomes.values()
    return is_well_formed_call(observation.call) and all(map(_is_well_formed_outcome, outcomes))


def is_well_formed_call(call: Call) -> bool:
    """Whether the call's parts are expressions, and its imports imports or definitions."""
    expressions = [*call.args, *(value for _, value in call.kwargs)]
    if call.receiver is not None:
        expressions.append(call.receiver)
    return (
        _is_name(call.name)
        and (call.kind is CallKind.FUNCTION) is (call.receiver is None)
        and all(key.isidentifier() for key, _ in call.kwargs)
        and all(map(_is_expression, expressions))
        and all(_is_import(source) or is_definition(source) for source in call.imports)
    )


def is_definition(source: str) -> bool:
    """Whether it defines one class or function, or gives one name a constant.

    The name must mean nothing to Python or pytest, and all of it must show: the tests of a file
    would not be what they seem.
    """
    if not source.replace("\n", "").replace("\t", "").isprintable():
        return False
    match _only_statement(source):
        case ast.Assign([ast.Name(name)], ast.Constant() | ast.UnaryOp(operand=ast.Constant())):
            return not _has_meaning(name)
        case ast.ClassDef(name) | ast.FunctionDef(name):
            return not _has_meaning(name)
    return False


def _has_meaning(name: str) -> bool:
    return hasattr(builtins, name) or name.lower().startswith(_MEANING)


def _is_well_formed_outcome(outcome: Outcome) -> bool:
    values = [*outcome.changed_arguments.values(), *([outcome.value] if outcome.value else [])]
    raised = outcome.raised
    if raised is not None and not all(map(_is_import, raised.imports)):
        return False
    if raised is not None and raised.name and not _is_name(raised.name):
        return False
    return all(map(_is_category, outcome.warned)) and all(map(_is_well_formed_value, values))


def _is_category(name: str) -> bool:
    """Whether it names one of Python's own warnings, or, being empty, none of them."""
    found = getattr(builtins, name, None)
    return not name or (isinstance(found, type) and issubclass(found, Warning))


def _is_well_formed_value(value: Value) -> bool:
    is_source = (
        value.source is None or len(value.source) > MAX_PARSED or _is_expression(value.source)
    )
    return (
        is_source
        and all(map(_is_import, value.imports))
        and all("{}" in path and _is_expression(fill(path, "result")) for path in value.parts)
        and all(map(_is_well_formed_value, value.parts.values()))
    )


@lru_cache(maxsize=_REMEMBERED)
def _is_expression(source: str) -> bool:
    # In parentheses too: a comment at the end would swallow what a test writes after it.
    alone, closed = parse_expression(source), parse_expression(f"({source})")
    return source.isprintable() and alone is not None and closed is not None


def _is_name(source: str) -> bool:
    node = parse_expression(source)
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def _is_import(source: str) -> bool:
    return isinstance(_only_statement(source), ast.Import | ast.ImportFrom)


@lru_cache(maxsize=_REMEMBERED)
def _only_statement(source: str) -> ast.stmt | None:
    """Return the statement that a source is; to be read only."""
    if len(source) > MAX_PARSED:
        return None
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return body[0] if len(body) == 1 else None
