"""From a target's name to the object in the reviewed project, and how to call it."""

from __future__ import annotations

import functools
import importlib
import inspect
import types
from dataclasses import dataclass

from .naming import Name, name_of
from .protocol import REPOSITORY, CallKind, Target

MAX_WRAPPERS = 20


class ResolveError(Exception):
    """The target cannot be imported or found; the message says why."""


class MissingError(ResolveError):
    """The target's module imports, but holds no such name."""


@dataclass(frozen=True)
class Resolved:
    """A target's callable; ``owner`` is its class when it needs a receiver.

    ``attribute`` is what a setter sets: it is called as ``__setattr__``.
    """

    kind: CallKind
    name: Name
    function: object
    owner: type | None = None
    attribute: str = ""


def resolve(target: Target, root: str = REPOSITORY) -> Resolved:
    """Find ``target`` in the imported project, whose tree stands at ``root``.

    Raises:
        ResolveError: its module does not import.
        MissingError: it holds no such name.
    """
    module = import_module(target.module, root)
    *owners, last = target.qualname.split(".")
    owner: object = module
    for part in owners:
        owner = _member(owner, part, target)
    if not isinstance(owner, type):
        function = _member(owner, last, target)
        return Resolved(CallKind.FUNCTION, _named(function, target), function)
    return _resolve_member(owner, last, target)


def import_module(name: str, root: str = REPOSITORY) -> types.ModuleType:
    """Import a module of the reviewed tree at ``root``.

    Raises:
        ResolveError: it raises or exits while importing, or is found outside of the tree.
    """
    try:
        module = importlib.import_module(name)
    except (Exception, SystemExit) as error:
        raise ResolveError(f"{type(error).__name__}: {error}") from error
    path = getattr(module, "__file__", None)
    if path is not None and not path.startswith(f"{root}/"):
        raise ResolveError(f"{name} is imported from the environment, not from the tree")
    return module


def _member(owner: object, name: str, target: Target) -> object:
    try:
        return getattr(owner, name)
    except AttributeError as error:
        raise MissingError(f"{target.module} has no {target.qualname}") from error


def _named(function: object, target: Target) -> Name:
    """Name a module-level callable, also one that a decorator replaced."""
    name = name_of(function)
    if name is not None and name.expression.split(".")[-1] == target.qualname.split(".")[-1]:
        return name
    root = target.qualname.split(".", maxsplit=1)[0]
    return Name(target.qualname, (f"from {target.module} import {root}",))


def _resolve_member(owner: type, name: str, target: Target) -> Resolved:
    mangled = f"_{owner.__name__.lstrip('_')}{name}" if _is_mangled(name) else name
    try:
        member = inspect.getattr_static(owner, mangled)
    except AttributeError as error:
        raise MissingError(f"{target.module} has no {target.qualname}") from error
    if isinstance(member, (staticmethod, classmethod)):
        function = getattr(owner, mangled)
        owner_name = name_of(owner) or Name(owner.__qualname__)
        name_there = Name(f"{owner_name.expression}.{mangled}", owner_name.imports)
        return Resolved(CallKind.FUNCTION, name_there, function)
    if name in ("__init__", "__new__"):
        owner_name = name_of(owner) or Name(owner.__qualname__)
        return Resolved(CallKind.FUNCTION, owner_name, owner)
    if isinstance(member, property):
        if member.fset is not None and is_at(member.fset, target):
            return Resolved(CallKind.METHOD, Name("__setattr__"), member.fset, owner, mangled)
        return Resolved(CallKind.PROPERTY, Name(mangled), member.fget, owner)
    if isinstance(member, functools.cached_property):
        return Resolved(CallKind.PROPERTY, Name(mangled), member.func, owner)
    if not callable(member):
        if _wraps_getter(member):
            return Resolved(CallKind.PROPERTY, Name(mangled), member, owner)
        raise ResolveError(f"{target.qualname} cannot be called")
    return Resolved(CallKind.METHOD, Name(mangled), member, owner)


def is_at(function: object, target: Target) -> bool:
    """Tell whether a function is the one that stands at a target's lines."""
    code = getattr(function, "__code__", None)
    if code is None or not code.co_filename.endswith(f"/{target.path}"):
        return False
    return bool(target.first_line <= code.co_firstlineno <= target.last_line)


def undecorated(function: object, target: Target) -> object:
    """Find the target below decorators, also those that do not tell what they wrap."""
    waiting, seen = [function], 0
    while waiting and seen < MAX_WRAPPERS:
        found, seen = waiting.pop(0), seen + 1
        if is_at(found, target):
            return found
        cells = getattr(found, "__closure__", None) or ()
        waiting += [getattr(found, "__wrapped__", None), getattr(found, "__func__", None)]
        waiting += [value for cell in cells if callable(value := _content(cell))]
        waiting += [value for value in getattr(found, "__dict__", {}).values() if callable(value)]
    return function


def dispatched_to(function: object, target: Target) -> type | None:
    """Return the type that a single-dispatch function has the target registered for."""
    registry = getattr(function, "registry", None)
    if not isinstance(registry, types.MappingProxyType):
        return None
    found = (kind for kind, made_for in registry.items() if is_at(made_for, target))
    return next(found, None)


def _content(cell: types.CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # nothing was assigned yet
        return None


def _is_mangled(name: str) -> bool:
    return name.startswith("__") and not name.endswith("__")


def _wraps_getter(member: object) -> bool:
    """A descriptor of the project's own that behaves like a property (``reify`` and friends)."""
    return hasattr(type(member), "__get__")
