"""Warnings that a function gives on purpose, which some projects' tests turn into errors."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence

from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.observations import Observation
from regoose_ci.domain.revisions import Revision


def warnings_filter(function: ChangedFunction, observations: Sequence[Observation]) -> str:
    """The decorator that tests of these observations need, or nothing.

    Only warnings given in the function itself are seen, and only where an observation got there.
    """
    source = function.head
    if source is None:
        return ""
    reached = {
        line
        for observation in observations
        if (reach := observation.reached.get(Revision.HEAD)) is not None
        for line in reach.lines.get(source.path, ())
    }
    given = {
        category
        for line, category in _warnings(source.source)
        if line + source.first_line - 1 in reached
    }
    if not given:
        return ""
    action = f"ignore::{given.pop()}" if len(given) == 1 and "" not in given else "ignore"
    return f'@pytest.mark.filterwarnings("{action}")'


def _warnings(source: str) -> Iterator[tuple[int, str]]:
    """Lines that give a warning, with its category if that is a built-in one."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"warnings.warn", "warn"}:
            named = [k.value for k in node.keywords if k.arg == "category"]
            category = next(iter([*named, *node.args[1:2]]), None)
            yield node.lineno, _name_of(category)


def _name_of(category: ast.expr | None) -> str:
    if category is None:
        return "UserWarning"
    name = ast.unparse(category)
    return name if isinstance(getattr(builtins, name, None), type) else ""
