"""Functions that make an object and change it step by step, as inputs bring them along."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator

from regoose_ci.domain.observations import Call

PREFIX = "def make_"
"""How the definition of such a function begins."""


def makers(call: Call) -> list[int]:
    """Return the positions of such functions among what a call needs."""
    return [n for n, statement in enumerate(call.imports) if statement.startswith(PREFIX)]


def steps_of(definition: str) -> ast.FunctionDef | None:
    """Parse a definition; ``None`` when it is not one function."""
    try:
        body = ast.parse(definition).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found = body[0] if len(body) == 1 else None
    return found if isinstance(found, ast.FunctionDef) else None


def with_maker(call: Call, position: int, function: ast.FunctionDef) -> Call:
    """Return the call with another function in the place of one."""
    source = ast.unparse(ast.fix_missing_locations(function))
    imports = (*call.imports[:position], source, *call.imports[position + 1 :])
    return dataclasses.replace(call, imports=imports)


def with_fewer_steps(call: Call) -> Iterator[Call]:
    """Yield the call with one step less; making the object and returning it stay."""
    for position in makers(call):
        function = steps_of(call.imports[position])
        if function is None:
            continue
        steps = function.body
        for number in range(1, len(steps) - 1):
            function.body = [*steps[:number], *steps[number + 1 :]]
            yield with_maker(call, position, function)
