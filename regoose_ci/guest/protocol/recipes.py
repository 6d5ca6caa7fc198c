"""Recipes: expressions for an object that is used before it is handed on.

``((it := Basket()), it.add('pear', 2))[0]`` is a basket with two pears, and
``((it := tmp_path / 'a.txt'), it.write_text('x'))[0]`` a file. As a single expression it can be
evaluated, varied and made smaller like any other; a test writes it as lines of its own.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

IT = "it"
"""The name of the object in its own recipe."""
TMP_PATH = "tmp_path"
"""Names an empty directory, as in tests."""


def recipe(made: str, steps: Sequence[str]) -> str:
    """Write an object that was ``made`` by an expression and used in ``steps`` (``it.add(1)``)."""
    return f"(({IT} := {made}), {', '.join(steps)})[0]" if steps else made


def read_recipe(node: ast.AST) -> tuple[ast.expr, list[ast.expr]] | None:
    """Return what an expression makes and the steps after it; ``None`` if it is no recipe."""
    if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Tuple):
        return None
    index, parts = node.slice, node.value.elts
    if not (isinstance(index, ast.Constant) and index.value == 0 and len(parts) > 1):
        return None
    first = parts[0]
    if not isinstance(first, ast.NamedExpr) or first.target.id != IT:
        return None
    return first.value, parts[1:]


def has_recipe(source: str) -> bool:
    """Tell whether an expression holds a recipe."""
    if f"({IT} := " not in source:
        return False
    return any(read_recipe(node) is not None for node in ast.walk(ast.parse(source, mode="eval")))
