"""What a module's names and its classes' attributes are bound to, and who reads them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from regoose_ci.analysis.definitions import Definition, find_classes, statements
from regoose_ci.analysis.fingerprint import FunctionNode, fingerprint
from regoose_ci.analysis.nodes import walk

_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler)
_READING_OR_BINDING = {ast.Name, ast.Attribute, ast.arg, ast.Global, ast.alias, *_NAMED}
_UNREAD = frozenset({"__all__", "__author__", "__slots__"})


@dataclass(slots=True)
class Binding:
    """Everything that gives a name its value; classes' attributes are named ``Class.attribute``."""

    prints: list[str] = field(default_factory=list)
    reads: set[str] = field(default_factory=set)
    nodes: list[ast.AST] = field(default_factory=list)


def find_bindings(tree: ast.Module) -> dict[str, Binding]:
    """The module's names (functions left out) and class attributes.

    A class's own name stands for its bases, keywords and decorators.
    """
    found: dict[str, Binding] = {}
    for statement in statements(tree.body):
        _bind_statement(statement, "", found)
    for name, node in find_classes(tree).items():
        _bind_class(name, node, found)
    return found


def changed_names(
    base: Mapping[str, Binding], head: Mapping[str, Binding], functions: frozenset[str]
) -> frozenset[str]:
    """Names whose value can differ, also because they are computed from one that does.

    ``functions`` are the module's changed functions: a name computed by one of them can differ.
    """
    names = (base.keys() | head.keys()) - _UNREAD
    nothing = Binding()
    changed = {
        name for name in names if base.get(name, nothing).prints != head.get(name, nothing).prints
    }
    unchanged = names - changed
    spread = True
    while spread:
        sources = changed | functions
        reached = {
            name
            for name in unchanged
            if sources & (base.get(name, nothing).reads | head.get(name, nothing).reads)
        }
        changed |= reached
        unchanged -= reached
        spread = bool(reached)
    return frozenset(changed)


def constructor_names(
    classes: Mapping[str, ast.ClassDef], changed: frozenset[str]
) -> frozenset[str]:
    """Classes whose generated constructor changes with their fields (dataclasses, enums, …)."""
    return frozenset(
        name
        for name, node in classes.items()
        if (node.decorator_list or node.bases)
        and not any(isinstance(s, FunctionNode) and s.name == "__init__" for s in node.body)
        and any(f"{name}.{f}" in changed for f in _fields(node))
    )


def find_reads(
    definition: Definition, classes: Mapping[str, ast.ClassDef]
) -> Iterator[tuple[str, int]]:
    """Names and class attributes that a function reads, each with its line, in file order."""
    owners = _with_bases(definition.class_name, classes)
    for function in definition.nodes:
        nodes = [n for n in walk(function) if n.__class__ in _READING_OR_BINDING]
        local = _local_names(nodes[1:])
        itself = _first_parameter(function) if definition.class_name else None
        for node in nodes:
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                if node.id == "super" and definition.class_name:
                    yield definition.class_name, node.lineno
                elif node.id not in local:
                    yield node.id, node.lineno
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                owner = node.value.id
                chain = owners if owner == itself else _with_bases(owner, classes)
                if isinstance(node.ctx, ast.Load):
                    yield from ((f"{name}.{node.attr}", node.lineno) for name in chain)


def _bind_class(name: str, node: ast.ClassDef, found: dict[str, Binding]) -> None:
    header = [*node.bases, *node.keywords, *node.decorator_list]
    _add(found, name, " ".join(fingerprint(part) for part in header), header)
    keeps_annotations = bool(node.decorator_list or node.bases)
    for statement in statements(node.body):
        _bind_statement(statement, f"{name}.", found)
        if keeps_annotations and isinstance(statement, ast.AnnAssign):
            for target in _names(statement.target):
                _add(found, f"{name}.{target}", fingerprint(statement.annotation), [])


def _bind_statement(statement: ast.stmt, prefix: str, found: dict[str, Binding]) -> None:
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            bound = alias.asname or alias.name.partition(".")[0]
            _add(found, prefix + bound, f"import {alias.name} as {alias.asname}", [])
    elif isinstance(statement, ast.ImportFrom):
        origin = "." * statement.level + (statement.module or "")
        for alias in statement.names:
            if origin != "__future__":
                bound = alias.asname or alias.name
                _add(found, prefix + bound, f"from {origin} import {alias.name}", [])
    elif isinstance(statement, ast.Assign):
        for target in statement.targets:
            _bind_target(target, statement.value, prefix, found)
    elif isinstance(statement, (ast.AnnAssign, ast.AugAssign)):
        if statement.value is not None:
            _bind_target(statement.target, statement.value, prefix, found)
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        owner = _root_name(statement.value.func)
        if owner is not None and isinstance(statement.value.func, ast.Attribute):
            _add(found, prefix + owner, fingerprint(statement.value), [statement.value])


def _bind_target(target: ast.expr, value: ast.expr, prefix: str, found: dict[str, Binding]) -> None:
    if (
        isinstance(target, ast.Tuple)
        and isinstance(value, ast.Tuple)
        and len(target.elts) == len(value.elts)
    ):
        for one, its_value in zip(target.elts, value.elts, strict=True):
            _bind_target(one, its_value, prefix, found)
        return
    for name in _names(target):
        _add(found, prefix + name, f"{fingerprint(target)} = {fingerprint(value)}", [value])


def _add(found: dict[str, Binding], name: str, print_: str, nodes: Sequence[ast.AST]) -> None:
    binding = found.setdefault(name, Binding())
    binding.prints.append(print_)
    binding.nodes.extend(nodes)
    owner = name.rpartition(".")[0]
    for node in nodes:
        for child in walk(node):
            if isinstance(child, ast.Name):
                binding.reads.add(child.id)
                if owner:
                    binding.reads.add(f"{owner}.{child.id}")


def _names(target: ast.expr) -> tuple[str, ...]:
    """Names a target binds or, for ``name[...]`` and ``name.x``, the name whose value it alters."""
    if isinstance(target, (ast.Tuple, ast.List)):
        return tuple(name for element in target.elts for name in _names(element))
    root = _root_name(target)
    return () if root is None else (root,)


def _root_name(node: ast.expr) -> str | None:
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _fields(node: ast.ClassDef) -> Iterator[str]:
    for statement in statements(node.body):
        if isinstance(statement, ast.AnnAssign):
            yield from _names(statement.target)
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                yield from _names(target)


def _with_bases(name: str | None, classes: Mapping[str, ast.ClassDef]) -> tuple[str, ...]:
    """A class and those of its ancestors that this module defines."""
    order: list[str] = []
    waiting = [name] if name in classes and name else []
    while waiting:
        current = waiting.pop(0)
        if current in classes and current not in order:
            order.append(current)
            waiting += [b.id for b in classes[current].bases if isinstance(b, ast.Name)]
    return tuple(order)


def _first_parameter(function: FunctionNode) -> str | None:
    positional = [*function.args.posonlyargs, *function.args.args]
    return positional[0].arg if positional else None


def _local_names(nodes: Sequence[ast.AST]) -> frozenset[str]:
    """Names bound in a function, other than those it declares global."""
    bound: set[str] = set()
    shared: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound.add(node.id)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.Global):
            shared.update(node.names)
        elif isinstance(node, ast.alias):
            bound.add(node.asname or node.name.partition(".")[0])
        elif isinstance(node, _NAMED) and node.name:
            bound.add(node.name)
    return frozenset(bound - shared)
