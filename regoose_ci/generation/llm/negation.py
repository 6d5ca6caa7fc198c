"""The negated twin of a test: it must fail wherever the test passes, or the test proves nothing."""

from __future__ import annotations

import ast

_RAISES = frozenset({"pytest.raises", "raises"})


def negated_code(code: str) -> str | None:
    """A test function with its assertions flipped; None when there is nothing to flip."""
    tree = ast.parse(code)
    flipper = _Flipper()
    flipped = flipper.visit(tree)
    return ast.unparse(ast.fix_missing_locations(flipped)) + "\n" if flipper.count else None


class _Flipper(ast.NodeTransformer):
    def __init__(self) -> None:
        self.count = 0

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        self.count += 1
        return ast.Assert(ast.UnaryOp(ast.Not(), node.test))

    def visit_With(self, node: ast.With) -> ast.stmt:
        self.generic_visit(node)
        context = node.items[0].context_expr
        if not isinstance(context, ast.Call) or ast.unparse(context.func) not in _RAISES:
            return node
        if len(node.items) != 1 or not context.args:
            return node
        self.count += 1
        failing = ast.parse('raise AssertionError("it was raised") from error').body
        handler = ast.ExceptHandler(context.args[0], "error", list(failing))
        return ast.Try(node.body, [handler], [], [])
