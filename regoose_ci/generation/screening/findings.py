"""What screening is given and what it finds."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from regoose_ci.analysis.nodes import walk


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One reason against a test; ``line`` is 1-based in its code (0: in its imports)."""

    line: int
    text: str


@dataclass(frozen=True)
class Screened:
    """A test's syntax tree and the names that mean something in it.

    ``imported`` maps names to what they stand for (``o`` to ``os``, ``raises`` to
    ``pytest.raises``); ``bound`` are the names that the test itself gives a value.
    """

    function: ast.FunctionDef
    imported: dict[str, str]
    bound: frozenset[str]

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Everything in the test, decorators and defaults too, in file order."""
        return tuple(walk(self.function))

    def dotted(self, node: ast.AST) -> str:
        """What a name or chain of attributes stands for: ``os.path.join``; else empty."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        root = self.imported.get(node.id, "" if node.id in self.bound else node.id)
        return ".".join([root, *reversed(parts)]) if root else ""

    def root(self, node: ast.AST) -> str:
        """The name at which a chain of attributes and items starts; else empty."""
        while isinstance(node, (ast.Attribute, ast.Subscript)):
            node = node.value
        return node.id if isinstance(node, ast.Name) else ""


def at(node: ast.AST, text: str) -> Finding:
    """A finding about ``node``."""
    return Finding(getattr(node, "lineno", 0), text)


def imported_names(statements: Iterable[ast.stmt]) -> dict[str, str]:
    """Names that import statements bind, with the dotted name that each stands for."""
    names: dict[str, str] = {}
    for node in statements:
        if isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.partition(".")[0]
                names[alias.asname or root] = alias.name if alias.asname else root
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module or ''}.{alias.name}"
    return names


def bound_names(function: ast.FunctionDef) -> frozenset[str]:
    """Names that a function gives a value itself: parameters, variables, what it defines."""
    names: set[str] = set()
    for node in walk(function):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.ExceptHandler):
            names.update([node.name] if node.name else [])
    return frozenset(names)
