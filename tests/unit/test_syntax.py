from __future__ import annotations

import ast
import copy

import pytest

from regoose_ci.domain.bounds import MAX_FUNCTION_DEPTH
from regoose_ci.domain.syntax import MAX_BITS, MAX_DEPTH, is_modest, is_modest_source


def expression(source: str) -> ast.expr:
    return ast.parse(source, mode="eval").body


@pytest.mark.parametrize(
    "source", ["[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1), f"-{2**MAX_BITS - 1}"]
)
def test_what_is_modest_can_be_copied_and_written(source: str) -> None:
    node = expression(source)
    assert is_modest(node)
    assert ast.unparse(copy.deepcopy(node)) == source


@pytest.mark.parametrize(
    "source",
    [
        "not " * MAX_DEPTH + "a",
        "+".join("a" * 2500),
        hex(2**MAX_BITS),
        "f(x=0x1" + "0" * 9999 + ")",
    ],
)
def test_what_is_too_deep_or_too_large_is_not(source: str) -> None:
    assert not is_modest(expression(source))


def test_a_long_chain_of_branches_is_deep() -> None:
    branches = "".join(f"elif n == {n}:\n    pass\n" for n in range(MAX_FUNCTION_DEPTH))
    assert not is_modest_source(f"if n:\n    pass\n{branches}", MAX_FUNCTION_DEPTH)
    assert is_modest_source("if n:\n    pass\n" * MAX_FUNCTION_DEPTH, MAX_FUNCTION_DEPTH)
    assert is_modest_source("no Python", MAX_FUNCTION_DEPTH)
