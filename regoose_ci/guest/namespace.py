"""Where the imports and definitions that calls need are executed."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from types import ModuleType

from .protocol import INPUTS_MODULE


class Namespace:
    """Executes statements once, and again where another one took their names.

    It is a module, because dataclasses look theirs up.
    """

    def __init__(self) -> None:
        self.module = ModuleType(INPUTS_MODULE)
        sys.modules[INPUTS_MODULE] = self.module
        self._bound: dict[str, str] = {}
        self._names: dict[str, tuple[str, ...]] = {}

    @property
    def names(self) -> dict[str, object]:
        """What was bound."""
        return self.module.__dict__

    def has(self, statement: str) -> bool:
        """Tell whether all that a statement binds still comes from it."""
        names = self._names.get(statement)
        return names is not None and all(self._bound.get(name) == statement for name in names)

    def provide(self, statement: str) -> None:
        """Execute a statement."""
        names = self._names[statement] = tuple(_bound_names(statement))
        exec(statement, self.module.__dict__)  # noqa: S102 - inside the sandbox
        self._bound.update(dict.fromkeys(names, statement))


def _bound_names(statement: str) -> Iterator[str]:
    for node in ast.parse(statement).body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
