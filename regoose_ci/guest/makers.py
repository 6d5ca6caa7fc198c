"""Ways to an object besides its class's constructor: class methods, functions, subclasses."""

from __future__ import annotations

import dis
import inspect
import itertools
import re
import sys
import typing
from collections.abc import Iterator
from types import FunctionType, ModuleType

from .annotations import hints_of
from .naming import Name, name_of

# Kinds are told by ``type``: ``isinstance`` asks an object, and those of reviewed code may raise.

MAX_MAKERS = 4
MAX_CHANGERS = 4
MAX_IMPLEMENTATIONS = 4
MAX_CHILDREN = 2
_MAKING = re.compile(r"(from|parse|of|create|make|new|build|loads?|decode|default|empty)(_|$)")
"""How class methods that make objects are called where no annotation tells."""


_STORES = ("STORE_ATTR", "DELETE_ATTR", "STORE_SUBSCR", "DELETE_SUBSCR")
_CHANGING = frozenset(
    {
        *("append", "add", "extend", "insert", "update", "setdefault", "push", "put", "write"),
        *("pop", "popleft", "appendleft", "remove", "discard", "clear", "sort", "reverse"),
    }
)


def makers_of(kind: type, name: Name) -> list[tuple[Name, object]]:
    """Return class methods, static methods and functions of the module that make ``kind``."""
    found = [*_methods(kind, name), *_functions(kind)]
    return found[:MAX_MAKERS]


def _methods(kind: type, name: Name) -> Iterator[tuple[Name, object]]:
    for attribute, member in vars(kind).items():
        if attribute.startswith("_") or type(member) not in (classmethod, staticmethod):
            continue
        given = _given(getattr(member, "__func__", None))
        is_made = given is kind or given is getattr(typing, "Self", kind)
        if is_made or (given is None and _MAKING.match(attribute)):
            yield Name(f"{name.expression}.{attribute}", name.imports), getattr(kind, attribute)


def _functions(kind: type) -> Iterator[tuple[Name, object]]:
    for attribute, member in list(vars(sys.modules[kind.__module__]).items()):
        if attribute.startswith("_") or type(member) is not FunctionType:
            continue
        if member.__module__ == kind.__module__ and _given(member) is kind:
            named = name_of(member)
            if named is not None and not inspect.iscoroutinefunction(member):
                yield named, member


def _given(function: object) -> object:
    return hints_of(function).get("return")


def changers_of(kind: type) -> list[tuple[str, object]]:
    """Return public methods that seem to change the object they are called on."""
    found: list[tuple[str, object]] = [
        (name, member)
        for name, member in vars(kind).items()
        if type(member) is FunctionType and not name.startswith("_") and _changes(member)
    ]
    return found[:MAX_CHANGERS]


def _changes(method: FunctionType) -> bool:
    code = list(dis.get_instructions(method))
    if inspect.iscoroutinefunction(method) or inspect.isgeneratorfunction(method):
        return False
    return any(i.opname in _STORES or i.argval in _CHANGING for i in code)


def implementations_of(kind: type) -> list[type]:
    """Return classes that stand for an abstract class or a protocol, those nearby first."""
    if getattr(kind, "_is_protocol", False):
        found = [c for c in _neighbours(kind.__module__) if _has_members(c, kind)]
    else:
        found = list(_concrete(kind))
    return [c for c in dict.fromkeys(found) if name_of(c) is not None][:MAX_IMPLEMENTATIONS]


def children_of(kind: type) -> list[type]:
    """Return some subclasses, of the same project, of a class that sets nothing on its objects.

    What such a class is for, they have. Of others there are none.
    """
    try:
        root = kind.__module__.partition(".")[0]
        found = (c for c in _concrete(kind) if c.__module__.partition(".")[0] == root)
        return list(dict.fromkeys(itertools.islice(found, MAX_CHILDREN))) if _is_bare(kind) else []
    except Exception:  # noqa: BLE001 - metaclasses of reviewed code may raise anywhere
        return []


def _is_bare(kind: type) -> bool:
    return not any("__init__" in vars(c) or "__new__" in vars(c) for c in kind.__mro__[:-1])


def classes_with(attributes: set[str], module: ModuleType) -> list[type]:
    """Return classes of the module's project whose objects have all of some attributes."""
    found = (c for c in _neighbours(module.__name__) if _has(c, attributes))
    return list(itertools.islice(found, MAX_IMPLEMENTATIONS))


def _concrete(kind: type) -> Iterator[type]:
    children: list[type] = type.__subclasses__(kind)
    for child in children:
        if not inspect.isabstract(child) and name_of(child) is not None:
            yield child
        yield from _concrete(child)


def _neighbours(near: str) -> Iterator[type]:
    """Yield the classes of a module's project that are loaded, first those of the module."""
    root = near.partition(".")[0]
    modules = [m for path, m in list(sys.modules.items()) if path.partition(".")[0] == root]
    modules.sort(key=lambda module: module.__name__ != near)
    for module in modules:
        for member in list(vars(module).values()):
            if not issubclass(type(member), type):
                continue
            if type.__getattribute__(member, "__module__") == module.__name__:
                yield member


def _has_members(candidate: type, protocol: type) -> bool:
    wanted = {*getattr(protocol, "__annotations__", ()), *vars(protocol)}
    wanted = {name for name in wanted if not name.startswith("_") or name == "__call__"}
    return bool(wanted) and _has(candidate, wanted)


def _has(candidate: type, attributes: set[str]) -> bool:
    """Tell whether a class has objects, and they all of some attributes."""
    try:
        if getattr(candidate, "_is_protocol", False) or inspect.isabstract(candidate):
            return False
        return name_of(candidate) is not None and attributes <= attributes_of(candidate)
    except Exception:  # noqa: BLE001 - metaclasses of reviewed code may raise anywhere
        return False


def attributes_of(kind: type) -> set[str]:
    """Return the names that objects of a class have: its members, and what it sets on itself."""
    found = {*dir(kind), *hints_of(kind), *getattr(kind, "__slots__", ())}
    for member in (member for base in kind.__mro__ for member in vars(base).values()):
        if type(member) is FunctionType:
            code = dis.get_instructions(member)
            found.update(i.argval for i in code if i.opname == "STORE_ATTR")
    return found
