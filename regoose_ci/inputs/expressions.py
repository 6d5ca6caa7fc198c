"""Small questions about Python expressions that inputs are made of."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from regoose_ci.domain.syntax import is_modest
from regoose_ci.guest.protocol import TMP_PATH, read_recipe

MAX_SOURCE = 8_000
"""Longer expressions are not worked on: making each smaller variant takes a copy of the tree."""


@lru_cache(maxsize=20_000)
def parse(source: str) -> ast.expr | None:
    """Parse an expression; ``None`` when it is none, too long, or nested too deeply.

    Treat the tree as read-only.
    """
    if len(source) > MAX_SOURCE:
        return None
    try:
        node = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return node if is_modest(node) else None


def literal(source: str) -> tuple[object] | None:
    """Evaluate a literal; ``None`` when the source is something else, else a 1-tuple."""
    node = parse(source)
    if node is None:
        return None
    try:
        return (ast.literal_eval(node),)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None


@lru_cache(maxsize=20_000)
def kind_of(source: str) -> str:
    """Name the type an expression obviously has: ``str``, ``int``, …, a callee's name, or ``?``."""
    node = parse(source)
    if isinstance(node, ast.Constant):
        return type(node.value).__name__
    if isinstance(node, ast.UnaryOp):
        return kind_of(ast.unparse(node.operand))
    for kind, name in _DISPLAYS.items():
        if isinstance(node, kind):
            return name
    if isinstance(node, ast.Call):
        return ast.unparse(node.func)
    parts = read_recipe(node) if node is not None else None
    if parts is not None:
        return kind_of(ast.unparse(parts[0]))
    if isinstance(node, ast.BinOp) and (value := literal(source)) is not None:
        return type(value[0]).__name__  # ``1 + 2j`` is no literal to the parser
    return "?"


_DISPLAYS: dict[type[ast.expr], str] = {
    ast.List: "list",
    ast.Tuple: "tuple",
    ast.Dict: "dict",
    ast.Set: "set",
    ast.Lambda: "lambda",
    ast.JoinedStr: "str",
    ast.ListComp: "list",
    ast.SetComp: "set",
    ast.DictComp: "dict",
}


def constants(node: ast.AST) -> Iterator[ast.Constant]:
    """Yield the constants in a tree; parts of f-strings and what holds a recipe together not."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.JoinedStr):
            continue
        if isinstance(child, ast.Constant) and child not in held_by(node):
            yield child
        yield from constants(child)


def containers(tree: ast.AST) -> list[ast.List | ast.Tuple | ast.Dict]:
    """Return lists, tuples and dictionaries in a tree, those that make up recipes left out."""
    held = {id(child) for node in ast.walk(tree) for child in held_by(node)}
    found = [n for n in ast.walk(tree) if isinstance(n, (ast.List, ast.Tuple, ast.Dict))]
    return [node for node in found if id(node) not in held]


def held_by(node: ast.AST) -> tuple[ast.AST, ...]:
    """Return the children of a node that vary with it or not at all.

    They are the tuple and the index of a recipe, and the name of a file below ``tmp_path``.
    """
    if isinstance(node, ast.Subscript) and read_recipe(node) is not None:
        return (node.value, node.slice)
    if isinstance(node, ast.BinOp) and isinstance(node.left, ast.Name):
        return (node.right,) if node.left.id == TMP_PATH else ()
    return ()


def size(source: str) -> tuple[int, int, str]:
    """Order expressions: shorter first, plain characters before others."""
    odd = sum(1 for character in source if not 32 <= ord(character) < 127 or character == "\\")
    return (len(source) + 4 * odd, odd, source)


def merged(*statements: tuple[str, ...]) -> tuple[str, ...] | None:
    """Put imports and definitions together; ``None`` where two give a name different meanings."""
    together = tuple(dict.fromkeys(statement for part in statements for statement in part))
    names = [name for statement in together for name in _bound_names(statement)]
    return together if len(set(names)) == len(names) else None


@lru_cache(maxsize=5_000)
def _bound_names(statement: str) -> tuple[str, ...]:
    """Return the names that a definition binds; imports agree with each other as they are."""
    try:
        body = ast.parse(statement).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return tuple(
        ast.unparse(node.targets[0]) if isinstance(node, ast.Assign) else node.name
        for node in body
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.Assign))
    )


class PlainSigns(ast.NodeTransformer):
    """Writes ``-(-1)`` as ``1``: a changed constant may stand behind a sign."""

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        """Write a sign and the constant behind it as one constant, where that is plainer."""
        inner = node.operand
        if isinstance(node.op, ast.USub) and isinstance(inner, ast.Constant):
            value = inner.value
            if isinstance(value, (int, float)) and not isinstance(value, bool) and value <= 0:
                return ast.copy_location(ast.Constant(-value if value else value), node)
        return self.generic_visit(node)
