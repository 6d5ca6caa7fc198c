"""Whether a test checks anything: assertions that can fail, on code that runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from regoose_ci.generation.screening.findings import Finding, Screened, at

_CATCH_ALL = frozenset({"Exception", "BaseException", "AssertionError"})
_ANYTHING = frozenset({"Exception", "BaseException"})
_EXPECTING = frozenset({"pytest.raises", "pytest.warns", "pytest.deprecated_call"})
_FAILING = frozenset({"pytest.fail"})


def assertion_findings(test: Screened) -> Iterator[Finding]:
    """Assertions that cannot fail, and the lack of any that can."""
    problems: list[Finding] = []
    checks = list(_checks(test, test.function.body))
    for node in checks:
        problem = _weakness(test, node)
        if problem:
            problems.append(at(node, problem))
    yield from problems
    if len(problems) == len(checks):
        yield at(test.function, "asserts nothing that can fail")


def swallowing_findings(test: Screened) -> Iterator[Finding]:
    """Handlers that would hide a failed assertion."""
    for node in test.nodes:
        if isinstance(node, ast.Try) and _has_check(node.body):
            if any(isinstance(n, ast.Return) for s in node.finalbody for n in ast.walk(s)):
                yield at(node, "hides a failed assertion")
            for handler in node.handlers:
                if _catches_failures(test, handler) and not _raises(handler.body):
                    yield at(handler, "hides a failed assertion")
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                if _suppresses(test, item.context_expr):
                    yield at(node, "hides a failed assertion")


def _checks(test: Screened, body: list[ast.stmt]) -> Iterator[ast.AST]:
    """Assertions in statements that can run, those of local functions that are used too."""
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if any(isinstance(n, ast.Name) and n.id == node.name for n in test.nodes):
                yield from _checks(test, node.body)
        elif isinstance(node, (ast.If, ast.While)) and _truth(node.test) is False:
            yield from _checks(test, node.orelse)
        elif isinstance(node, (ast.For, ast.AsyncFor)) and _is_empty(node.iter):
            continue
        else:
            yield from _checks_of(test, node)
        if isinstance(node, (ast.Return, ast.Raise, ast.Continue, ast.Break)):
            return


def _checks_of(test: Screened, node: ast.stmt) -> Iterator[ast.AST]:
    if isinstance(node, ast.Assert):
        yield node
    elif isinstance(node, (ast.With, ast.AsyncWith)):
        yield from (i.context_expr for i in node.items if _expects(test, i.context_expr))
        yield from _checks(test, node.body)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        function = node.value.func
        is_mock = isinstance(function, ast.Attribute) and function.attr.startswith("assert_")
        if is_mock or test.dotted(function) in _EXPECTING | _FAILING:
            yield node.value
    elif isinstance(node, ast.Try):
        for block in (node.body, node.orelse, node.finalbody, *(h.body for h in node.handlers)):
            yield from _checks(test, block)
    elif isinstance(node, (ast.If, ast.While, ast.For, ast.AsyncFor)):
        yield from _checks(test, node.body)
        yield from _checks(test, node.orelse)


def _expects(test: Screened, node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and test.dotted(node.func) in _EXPECTING


def _weakness(test: Screened, node: ast.AST) -> str:
    """Why a check cannot fail, or hardly can; empty when it can."""
    if isinstance(node, ast.Assert):
        return "this assertion always holds" if _always_holds(node.test) else ""
    if isinstance(node, ast.Call) and test.dotted(node.func) == "pytest.raises":
        expected = node.args[0] if node.args else None
        names = expected.elts if isinstance(expected, ast.Tuple) else [expected]
        anything = any(n is not None and test.dotted(n) in _ANYTHING for n in names)
        if anything and not any(k.arg in {"match", "check"} for k in node.keywords):
            return "any exception would do"
    return ""


def _always_holds(node: ast.expr) -> bool:
    truth = _truth(node)
    if truth is not None:
        return truth
    if isinstance(node, ast.Tuple):
        return bool(node.elts)
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
        return any(map(_always_holds, node.values)) or _covers_both(node.values)
    if isinstance(node, ast.BoolOp):
        return all(map(_always_holds, node.values))
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return _always_compares(node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 2:
        kind = node.args[1]
        is_object = isinstance(kind, ast.Name) and kind.id == "object"
        return node.func.id == "isinstance" and is_object
    return isinstance(node, (ast.Lambda, ast.GeneratorExp))


def _always_compares(node: ast.Compare) -> bool:
    left, right, operator = node.left, node.comparators[0], node.ops[0]
    if isinstance(left, ast.Constant) and isinstance(right, ast.Constant):
        return True
    is_same = ast.dump(left) == ast.dump(right)
    if is_same and isinstance(operator, (ast.Eq, ast.Is, ast.LtE, ast.GtE)):
        return True
    is_length = isinstance(left, ast.Call) and getattr(left.func, "id", "") == "len"
    is_zero = isinstance(right, ast.Constant) and right.value == 0
    return is_length and is_zero and isinstance(operator, ast.GtE)


def _covers_both(values: list[ast.expr]) -> bool:
    """Whether one of the values is the negation of another."""
    plain = {ast.dump(v) for v in values}
    negated = (v.operand for v in values if isinstance(v, ast.UnaryOp))
    return any(ast.dump(operand) in plain for operand in negated)


def _truth(node: ast.expr) -> bool | None:
    """What a constant expression amounts to; None when it is not constant."""
    if isinstance(node, ast.Constant):
        return bool(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = _truth(node.operand)
        return None if inner is None else not inner
    return None


def _is_empty(node: ast.expr) -> bool:
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        return not node.elts
    return isinstance(node, ast.Dict) and not node.keys


def _has_check(body: list[ast.stmt]) -> bool:
    return any(isinstance(n, ast.Assert) for statement in body for n in ast.walk(statement))


def _raises(body: list[ast.stmt]) -> bool:
    nodes = [n for statement in body for n in ast.walk(statement)]
    fails = any(isinstance(n, ast.Attribute) and n.attr == "fail" for n in nodes)
    return fails or any(isinstance(n, (ast.Raise, ast.Assert)) for n in nodes)


def _catches_failures(test: Screened, handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or test.dotted(kind) in _CATCH_ALL for kind in kinds)


def _suppresses(test: Screened, node: ast.expr) -> bool:
    if not isinstance(node, ast.Call) or test.dotted(node.func) != "contextlib.suppress":
        return False
    return any(test.dotted(argument) in _CATCH_ALL for argument in node.args)
