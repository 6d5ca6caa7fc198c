"""The public functions through which a private one is reached."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from regoose_ci.analysis.definitions import Definition, find_classes, find_definitions
from regoose_ci.analysis.layout import Layout, module_name
from regoose_ci.analysis.nodes import walk
from regoose_ci.analysis.source import parse_source
from regoose_ci.domain.changes import ChangedFunction, FunctionKind

_MAX_DEPTH = 5
_METHOD_DISTANCE = 4
"""A method counts as that many calls further away: its receiver has to be made first."""
_TOO_COMMON = 40
"""A name that more functions mention says nothing about who calls whom."""


@dataclass(frozen=True, slots=True)
class _Node:
    """A function of the package: its module, qualified name and the names it mentions."""

    module: str
    qualname: str
    kind: FunctionKind
    mentions: frozenset[str]

    @property
    def reference(self) -> str:
        return f"{self.module}:{self.qualname}"

    @property
    def is_public(self) -> bool:
        """Callable by name from outside; constructors stand for their class."""
        parts = self.qualname.split(".")
        if self.module.endswith("__main__"):
            return False
        return not any(p.startswith("_") and p != "__init__" for p in parts)

    @property
    def called_as(self) -> str:
        """The name its callers mention: its own, or its class's for a constructor."""
        owner, _, name = self.qualname.rpartition(".")
        is_implicit = owner and name.startswith("__") and name.endswith("__")
        return owner.rpartition(".")[2] if is_implicit else name


@dataclass(frozen=True, slots=True)
class CallGraph:
    """Who mentions whose name in a package: an over-approximation of who calls whom."""

    nodes: tuple[_Node, ...]
    callers: Mapping[str, tuple[_Node, ...]]
    """Functions that mention a name, by that name."""
    subclasses: Mapping[str, tuple[tuple[str, str], ...]]
    """Module and qualified name of the classes that inherit from a class name."""

    def find(self, module: str, qualname: str) -> _Node | None:
        """The function of that name."""
        matches = (n for n in self.nodes if n.module == module and n.qualname == qualname)
        return next(matches, None)


def build_call_graph(sources_by_path: Mapping[str, str], layout: Layout) -> CallGraph:
    """Read the package's modules; those that cannot be parsed are left out."""
    nodes: list[_Node] = []
    subclasses: dict[str, list[tuple[str, str]]] = {}
    for path, text in sources_by_path.items():
        module = module_name(path, layout)
        try:
            tree = parse_source(path, module, text).tree
        except SyntaxError:
            continue
        nodes += [_node(module, definition) for definition in find_definitions(tree).values()]
        for qualname, node in find_classes(tree).items():
            for base in node.bases:
                subclasses.setdefault(_last_name(base), []).append((module, qualname))
    callers: dict[str, list[_Node]] = {}
    for function in nodes:
        for name in function.mentions:
            callers.setdefault(name, []).append(function)
    return CallGraph(
        tuple(nodes),
        {name: tuple(found) for name, found in callers.items()},
        {name: tuple(found) for name, found in subclasses.items()},
    )


def needs_callers(function: ChangedFunction) -> bool:
    """Tell whether a function is reached better through others than by calling it."""
    return not (function.is_public and function.kind is FunctionKind.FUNCTION)


def find_public_callers(
    function: ChangedFunction, graph: CallGraph, limit: int = 5
) -> tuple[str, ...]:
    """Public callers (``module:qualname``) of a private function or of a method, nearest first.

    A private class's method is also reached through its public subclasses. A public function
    needs no one.
    """
    if not needs_callers(function):
        return ()
    source = function.current
    start = graph.find(source.module, source.qualname)
    if start is None:
        return ()
    package = source.module.partition(".")[0]
    distances = _inherited(source.qualname, graph)
    for node, depth in _callers_by_depth(start, graph):
        if node.is_public and node.module.partition(".")[0] == package:
            penalty = 0 if node.kind is FunctionKind.FUNCTION else _METHOD_DISTANCE
            distance = depth + penalty + (node.module != source.module) / 2
            reference = node.reference.removesuffix(".__init__")
            distances[reference] = min(distance, distances.get(reference, distance))
    return tuple(sorted(distances, key=lambda r: (distances[r], r))[:limit])


def _callers_by_depth(start: _Node, graph: CallGraph) -> Iterable[tuple[_Node, int]]:
    seen = {start.reference}
    layer = [start]
    for depth in range(1, _MAX_DEPTH + 1):
        following = []
        for node in layer:
            callers = graph.callers.get(node.called_as, ())
            near = [c for c in callers if c.module == node.module]
            for caller in near if len(callers) > _TOO_COMMON else callers:
                if caller.reference not in seen:
                    seen.add(caller.reference)
                    following.append(caller)
                    yield caller, depth
        layer = following


def _inherited(qualname: str, graph: CallGraph) -> dict[str, float]:
    """The same method on public subclasses of a private class."""
    owner, _, name = qualname.rpartition(".")
    if not owner.rpartition(".")[2].startswith("_"):
        return {}
    found: dict[str, float] = {}
    waiting = [owner.rpartition(".")[2]]
    seen = set(waiting)
    while waiting:
        for module, subclass in graph.subclasses.get(waiting.pop(0), ()):
            last = subclass.rpartition(".")[2]
            if last not in seen:
                seen.add(last)
                waiting.append(last)
            if not last.startswith("_"):
                found[f"{module}:{subclass}.{name}"] = 0.0
    return found


def _node(module: str, definition: Definition) -> _Node:
    mentions: set[str] = set()
    for function in definition.nodes:
        for node in walk(function):
            if isinstance(node, ast.Name):
                mentions.add(node.id)
            elif isinstance(node, ast.Attribute):
                mentions.add(node.attr)
    return _Node(module, definition.qualname, definition.kind, frozenset(mentions))


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
