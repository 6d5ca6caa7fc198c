from __future__ import annotations

import ast

import pytest

from regoose_ci.analysis.fingerprint import FunctionNode
from regoose_ci.analysis.lines import running_lines


def _lines(source: str) -> set[int]:
    function = ast.parse(source).body[0]
    assert isinstance(function, FunctionNode)
    return {line for seen in running_lines(function).values() for line in seen}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('def f():\n    """Doc."""\n\n    # note\n    return 1', {5}),
        ("def f(a):\n    if a:\n        return 1\n    else:\n        return 2", {2, 3, 5}),
        ("def f():\n    try:\n        g()\n    except E:\n        h()", {2, 3, 4, 5}),
        ("def f(a):\n    match a:\n        case 1:\n            return 2", {2, 3, 4}),
        ("def f(): return 1", {1}),
        ("def f():\n    def g():\n        return 1\n    return g", {2, 3, 4}),
        ("def f():\n    global x\n    y: int\n    x = 1", {4}),
    ],
)
def test_lines_that_run(source, expected):
    assert _lines(source) == expected


def test_a_function_of_nothing_but_a_docstring_has_a_line():
    assert _lines('def f():\n    """Doc."""') == {2}
