"""Trees of Python source that strangers wrote: what works on them is recursive, and some writes."""

from __future__ import annotations

import ast

MAX_DEPTH = 100
"""Of an expression; copying one takes six frames of Python's thousand for each level."""
MAX_BITS = 12_000
"""Of a whole number: Python refuses to write those of more than 4,300 digits."""


def is_modest(tree: ast.AST, depth: int = MAX_DEPTH) -> bool:
    """Whether a tree is at most so deep, and can be written as text again."""
    level = [tree]
    for _ in range(depth):
        if any(map(_is_huge, level)):
            return False
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return True
    return False


def is_modest_source(source: str, depth: int) -> bool:
    """Whether statements are; nothing works on what is not Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return True
    except (RecursionError, MemoryError):
        return False
    return is_modest(tree, depth)


def _is_huge(node: ast.AST) -> bool:
    value = node.value if isinstance(node, ast.Constant) else None
    return isinstance(value, int) and value.bit_length() > MAX_BITS
