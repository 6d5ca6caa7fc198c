"""Find the functions and classes of a module that can be called from outside."""

from __future__ import annotations

import ast
import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from regoose_ci.analysis.fingerprint import FunctionNode, means_the_same
from regoose_ci.domain.changes import FunctionKind

_PROPERTY_ACCESSORS = frozenset({"setter", "getter", "deleter"})
_PROPERTIES = frozenset({"property", "cached_property", "abstractproperty"})
_IMPLICIT_CLASS_METHODS = frozenset({"__new__", "__init_subclass__", "__class_getitem__"})
_NEAR = 3
"""Parts of a property at most this many lines apart are shown as one piece."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A function or method: usually one node, several for a property or conditional versions.

    Nested functions belong to the function around them; overload stubs to no one.
    """

    qualname: str
    kind: FunctionKind
    class_name: str | None
    nodes: tuple[FunctionNode, ...]

    @property
    def name(self) -> str:
        """The last part of the qualified name."""
        return self.qualname.rpartition(".")[2]

    @property
    def is_async(self) -> bool:
        """The implementation is ``async def``."""
        return isinstance(self.nodes[-1], ast.AsyncFunctionDef)

    def does_the_same(self, other: Definition) -> bool:
        """Whether two definitions differ in nothing but names, comments and the like."""
        is_as_many = len(self.nodes) == len(other.nodes)
        return is_as_many and all(map(means_the_same, self.nodes, other.nodes))

    def select_lines(self, lines: Sequence[int]) -> list[int]:
        """Those of the sorted ``lines`` that lie in the function."""
        found: list[int] = []
        for node in self.nodes:
            start = bisect.bisect_left(lines, first_line(node))
            found += lines[start : bisect.bisect_right(lines, last_line(node))]
        return found

    def shown(self, lines: frozenset[int]) -> tuple[FunctionNode, ...]:
        """The nodes to show for changed ``lines``: a whole property, else the changed version."""
        gaps = zip(self.nodes, self.nodes[1:], strict=False)
        is_compact = all(first_line(b) - last_line(a) <= _NEAR for a, b in gaps)
        if self.kind is FunctionKind.PROPERTY and is_compact:
            return self.nodes
        touched = [n for n in self.nodes if lines & set(range(first_line(n), last_line(n) + 1))]
        return (touched[-1] if touched else self.nodes[-1],)

    def parameters(self) -> tuple[str, ...]:
        """Parameter names without ``self`` and ``cls``."""
        arguments = self.nodes[-1].args
        positional = [*arguments.posonlyargs, *arguments.args]
        if self.class_name and self.kind is not FunctionKind.STATIC_METHOD:
            positional = positional[1:]
        variadic = [a for a in (arguments.vararg, arguments.kwarg) if a is not None]
        return tuple(a.arg for a in (*positional, *arguments.kwonlyargs, *variadic))


def first_line(node: ast.AST) -> int:
    """A statement's first line, decorators counted in."""
    if isinstance(node, ast.match_case):
        return node.pattern.lineno
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return decorators[0].lineno if decorators else int(getattr(node, "lineno", 0))


def last_line(node: ast.AST) -> int:
    """A node's last line."""
    return int(getattr(node, "end_lineno", 0))


def find_definitions(tree: ast.Module) -> dict[str, Definition]:
    """The module's functions and its classes' methods by qualified name, in file order."""
    found: dict[str, Definition] = {}
    for class_name, node in _functions(tree.body, None):
        decorators = [decorator_name(d) for d in node.decorator_list]
        if any(name.rpartition(".")[2] == "overload" for name in decorators):
            continue
        name = _registered_name(decorators) or node.name
        qualname = f"{class_name}.{name}" if class_name else name
        kind = _kind(node, decorators, class_name)
        earlier = found.get(qualname)
        if earlier is not None and kind is not FunctionKind.PROPERTY:
            kind = earlier.kind if earlier.kind is FunctionKind.PROPERTY else kind
        nodes = (*earlier.nodes, node) if earlier is not None else (node,)
        found[qualname] = Definition(qualname, kind, class_name, nodes)
    return found


def find_classes(tree: ast.Module) -> dict[str, ast.ClassDef]:
    """The module's classes by qualified name; the last one wins."""
    found: dict[str, ast.ClassDef] = {}
    stack: list[tuple[str, Sequence[ast.stmt]]] = [("", tree.body)]
    while stack:
        prefix, body = stack.pop()
        for statement in statements(body):
            if isinstance(statement, ast.ClassDef):
                found[prefix + statement.name] = statement
                stack.append((f"{prefix}{statement.name}.", statement.body))
    return found


def statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements of a module or class body, those under ``if``, ``try``, ``with`` and loops too.

    Blocks for type checkers only are left out.
    """
    for statement in body:
        if isinstance(statement, ast.If):
            if not _is_type_checking(statement.test):
                yield from statements(statement.body)
            yield from statements(statement.orelse)
        elif isinstance(statement, (ast.With, ast.For, ast.While)):
            yield from statements(statement.body)
            yield from statements(getattr(statement, "orelse", []))
        elif isinstance(statement, ast.Try):
            handlers = [s for handler in statement.handlers for s in handler.body]
            for block in (statement.body, handlers, statement.orelse, statement.finalbody):
                yield from statements(block)
        else:
            yield statement


def decorator_name(node: ast.expr) -> str:
    """A decorator's dotted name, without its arguments; empty for other expressions."""
    if isinstance(node, ast.Call):
        node = node.func
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join(reversed([*parts, node.id])) if isinstance(node, ast.Name) else ""


def _functions(
    body: Sequence[ast.stmt], class_name: str | None
) -> Iterator[tuple[str | None, FunctionNode]]:
    for statement in statements(body):
        if isinstance(statement, FunctionNode):
            yield class_name, statement
        elif isinstance(statement, ast.ClassDef):
            inner = f"{class_name}.{statement.name}" if class_name else statement.name
            yield from _functions(statement.body, inner)


def _kind(node: FunctionNode, decorators: Sequence[str], class_name: str | None) -> FunctionKind:
    if class_name is None:
        return FunctionKind.FUNCTION
    names = {name.rpartition(".")[2] for name in decorators}
    if names & _PROPERTIES or any(
        "." in name and name.rpartition(".")[2] in _PROPERTY_ACCESSORS for name in decorators
    ):
        return FunctionKind.PROPERTY
    if "classmethod" in names or node.name in _IMPLICIT_CLASS_METHODS:
        return FunctionKind.CLASS_METHOD
    return FunctionKind.STATIC_METHOD if "staticmethod" in names else FunctionKind.METHOD


def _registered_name(decorators: Sequence[str]) -> str | None:
    """The generic function that ``@f.register`` adds to."""
    for name in decorators:
        generic, _, last = name.rpartition(".")
        if last == "register" and generic and "." not in generic:
            return generic
    return None


def _is_type_checking(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )
