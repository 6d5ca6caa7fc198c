"""Which tests a generated file must report, read from its text before anything of it runs."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExpectedTests:
    """The ids pytest must report for one test function.

    ``count`` is how many there are, ``None`` when the text does not tell.
    """

    name: str
    parametrized: bool
    count: int | None

    def are(self, reported: Sequence[str]) -> bool:
        """Tell whether ``reported`` ids are these: none missing, none twice, none else."""
        if not self.parametrized:
            return list(reported) == [self.name]
        if len(set(reported)) != len(reported) or not reported:
            return False
        if self.count is not None and len(reported) != self.count:
            return False
        prefix = f"{self.name}["
        return all(found.startswith(prefix) and found.endswith("]") for found in reported)


def expected_tests(source: str, name: str) -> ExpectedTests:
    """Return what test ``name`` (``test_f``, ``TestC::test_f``) of ``source`` must report.

    A text that cannot be parsed, or lacks the test, is expected to report it once, which it
    will not.
    """
    decorators = _decorators(source, name)
    parametrizations = [d for d in decorators if _is_parametrization(d)]
    count: int | None = 1
    for decorator in parametrizations:
        found = _number_of_cases(decorator)
        count = None if count is None or found is None else count * found
    return ExpectedTests(name, bool(parametrizations), count)


def _decorators(source: str, name: str) -> list[ast.expr]:
    """Return the decorators of a test and of the classes around it."""
    try:
        body: list[ast.stmt] = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return []
    decorators: list[ast.expr] = []
    for part in name.split("::"):
        definitions = [
            node
            for node in body
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
            and node.name == part
        ]
        if not definitions:
            return []
        decorators += definitions[-1].decorator_list
        body = definitions[-1].body
    return decorators


def _is_parametrization(decorator: ast.expr) -> bool:
    return (
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr == "parametrize"
    )


def _number_of_cases(decorator: ast.expr) -> int | None:
    assert isinstance(decorator, ast.Call)
    given = [k.value for k in decorator.keywords if k.arg == "argvalues"]
    values = given[0] if given else decorator.args[1] if len(decorator.args) > 1 else None
    if not isinstance(values, (ast.List, ast.Tuple)):
        return None
    if any(isinstance(element, ast.Starred) for element in values.elts):
        return None
    return len(values.elts) or None
