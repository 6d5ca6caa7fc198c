"""Annotations as types, also where some of their names exist for type checkers only."""

from __future__ import annotations

import builtins
import collections.abc
import sys
import typing
from collections.abc import Iterator, Mapping
from types import ModuleType


def hints_of(function: object) -> dict[str, object]:
    """Return the types of a function's parameters and result, or of a class's constructor.

    Where a constructor is generated, those of the class's fields stand for them. Annotations
    that cannot be resolved are left out.
    """
    if not isinstance(function, type):
        return _resolved(function)
    if typing.is_typeddict(function):
        return _resolved(function)
    return {**_resolved(function), **_resolved(function.__init__)}  # type: ignore[misc]


def _resolved(owner: object) -> dict[str, object]:
    try:
        return dict(typing.get_type_hints(owner, include_extras=True))
    except Exception:  # noqa: BLE001 - annotations of reviewed code may not resolve
        return dict(_one_by_one(owner))


def _one_by_one(owner: object) -> Iterator[tuple[str, object]]:
    module = sys.modules.get(getattr(owner, "__module__", None) or "")
    inner = getattr(owner, "__wrapped__", owner)
    for name, annotation in getattr(inner, "__annotations__", {}).items():
        if not isinstance(annotation, str):
            yield name, annotation
        elif module is not None:
            found = evaluated(annotation, module)
            if found is not None:
                yield name, found


def evaluated(annotation: str, module: ModuleType) -> object:
    """Evaluate an annotation where it stands; ``None`` when a name of it is nowhere."""
    try:
        return eval(annotation, vars(module), _Elsewhere(module))  # noqa: S307 - in the sandbox
    except Exception:  # noqa: BLE001 - a name that is nowhere
        return None


class _Elsewhere(Mapping[str, object]):
    """Names that a module does not have: of typing, or of classes of the same project."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._root = module.__name__.partition(".")[0]

    def __getitem__(self, name: str) -> object:
        if name in vars(self._module) or hasattr(builtins, name):
            raise KeyError(name)  # found there
        for known in (collections.abc, typing):
            if hasattr(known, name):
                return getattr(known, name)
        return next(found for module in self._project() if (found := vars(module).get(name)))

    def _project(self) -> Iterator[ModuleType]:
        for path, module in list(sys.modules.items()):
            if path.partition(".")[0] == self._root and isinstance(module, ModuleType):
                yield module

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0
