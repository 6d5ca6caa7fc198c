"""Classes and functions that tests define for themselves, written as statements of their own."""

from __future__ import annotations

import ast
import builtins
import inspect
import symtable
import sys
import textwrap
from collections.abc import Callable, Iterator
from types import FrameType, FunctionType, ModuleType

from .naming import Name, name_of

MAX_LENGTH = 1500
"""Longest definition, in characters."""
MAX_STATEMENTS = 8
MAX_DEPTH = 3
_PLAIN = (int, float, str, bytes, bool, type(None))


class DefinitionError(Exception):
    """The object's definition cannot stand alone."""


class Definitions:
    """Writes what test code defines; ``is_test`` tells of a path whether it is test code."""

    def __init__(self, is_test: Callable[[str], bool]) -> None:
        self._is_test = is_test
        self._stands_in: FrameType | None = None
        self._known: dict[int, tuple[object, Name | None]] = {}
        """By ``id``, with the object, so that the id stays its own."""

    def look_from(self, frame: FrameType | None) -> None:
        """Look names up where the nearest test code below ``frame`` stands."""
        while frame is not None and not self._is_test(frame.f_code.co_filename):
            frame = frame.f_back
        if frame is not self._stands_in:
            found = self._known.items()
            self._known = {made: known for made, known in found if known[1] is not None}
        self._stands_in = frame

    def name_of(self, obj: object) -> Name | None:
        """Name a class or function that tests define, with the statements that define it.

        ``None`` when it is none of these, or uses what cannot be written.
        """
        if not self.is_defined_in_tests(obj):
            return None
        if id(obj) not in self._known:
            self._known[id(obj)] = (obj, self._defined(obj))
        return self._known[id(obj)][1]

    def _defined(self, obj: object) -> Name | None:
        try:
            statements = tuple(dict.fromkeys(self._statements(obj, 0)))
        except DefinitionError:
            return None
        name = str(getattr(obj, "__name__", ""))
        return Name(name, statements) if len(statements) <= MAX_STATEMENTS else None

    def is_defined_in_tests(self, obj: object) -> bool:
        """Tell whether a class or function comes from test code."""
        if not isinstance(obj, (type, FunctionType)):
            return False
        module = sys.modules.get(obj.__module__ or "")
        path = getattr(module, "__file__", None)
        if path is None and isinstance(obj, FunctionType):
            path = obj.__code__.co_filename
        return isinstance(path, str) and self._is_test(path)

    def _statements(self, obj: object, depth: int) -> Iterator[str]:
        source, name = _source_of(obj)
        if depth >= MAX_DEPTH:
            raise DefinitionError(name)
        scope = dict(vars(sys.modules.get(getattr(obj, "__module__", ""), builtins)))
        if self._stands_in is not None:
            scope |= self._stands_in.f_globals | self._stands_in.f_locals
        for needed in sorted(_names_read(source) - {name}):
            if needed in scope:
                yield from self._binding(needed, scope[needed], depth)
            elif not hasattr(builtins, needed):
                raise DefinitionError(needed)
        yield source

    def _binding(self, name: str, value: object, depth: int) -> Iterator[str]:
        """Yield the statements that give ``name`` its value."""
        if isinstance(value, ModuleType):
            is_same = value.__name__ == name
            yield f"import {value.__name__}" + ("" if is_same else f" as {name}")
        elif type(value) in _PLAIN and len(repr(value)) <= MAX_LENGTH:
            yield f"{name} = {value!r}"
        elif self.is_defined_in_tests(value):
            if getattr(value, "__name__", "") != name:
                raise DefinitionError(name)
            yield from self._statements(value, depth + 1)
        else:
            yield _import(name, value)


def _import(name: str, value: object) -> str:
    """The import of an object, under the name that it has here."""
    found = name_of(value)
    if found is not None and found.expression == name and len(found.imports) == 1:
        return found.imports[0]
    module = getattr(value, "__module__", None)
    if isinstance(module, str) and getattr(sys.modules.get(module), name, None) is value:
        return f"from {module} import {name}"
    raise DefinitionError(name)


def _source_of(obj: object) -> tuple[str, str]:
    """Return the definition of a class or function, and its name."""
    try:
        source = textwrap.dedent(inspect.getsource(obj)).strip()  # type: ignore[arg-type]
        body = ast.parse(source).body
    except (OSError, TypeError, SyntaxError, ValueError) as error:
        raise DefinitionError(str(error)) from error
    node = body[0] if len(body) == 1 else None
    if not isinstance(node, (ast.ClassDef, ast.FunctionDef)) or len(source) > MAX_LENGTH:
        raise DefinitionError("no definition of its own")
    if node.name != getattr(obj, "__name__", None) or node.name.lower().startswith("test"):
        raise DefinitionError("another name, or one that pytest collects")
    return source, node.name


def _names_read(source: str) -> set[str]:
    """Return the names that a definition takes from around it."""
    whole = symtable.symtable(source, "<definition>", "exec")
    tables, found = [whole], set[str]()
    while tables:
        table = tables.pop()
        tables.extend(table.get_children())
        for symbol in table.get_symbols():
            is_outer = symbol.is_global() or (table is whole and not symbol.is_assigned())
            if symbol.is_referenced() and is_outer:
                found.add(symbol.get_name())
    return found
