"""How a test would import and name an object of the reviewed project."""

from __future__ import annotations

import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Name:
    """An expression and the import statements it needs."""

    expression: str
    imports: tuple[str, ...] = ()


def name_of(obj: object) -> Name | None:
    """Name a class or function through the most public module that exports it.

    ``None`` when no module-level path leads to ``obj`` (locals, lambdas, decorated-away names).
    """
    qualname = getattr(obj, "__qualname__", None)
    module = getattr(obj, "__module__", None)
    if not isinstance(qualname, str) or not isinstance(module, str) or "<" in qualname:
        return None
    if module == "builtins":
        return Name(qualname) if _lookup(module, qualname) is obj else None
    found = public_module(module, qualname, obj)
    if found is None:
        return None
    return Name(qualname, (f"from {found} import {qualname.split('.', maxsplit=1)[0]}",))


def public_module(module: str, qualname: str, obj: object) -> str | None:
    """Name the module a test should import ``qualname`` from.

    The defining module, unless a part of its path is private or the top-level package lists the
    name in ``__all__``: then the shallowest loaded parent that exports the same object.
    """
    parts = module.split(".")
    root = qualname.split(".", maxsplit=1)[0]
    private = any(part.startswith("_") for part in parts)
    package = sys.modules.get(parts[0])
    listed = root in (getattr(package, "__all__", None) or ())
    if private or listed:
        for depth in range(1, len(parts)):
            parent = ".".join(parts[:depth])
            if not _is_private(parent) and _lookup(parent, qualname) is obj:
                return parent
    return module if _lookup(module, qualname) is obj else None


def _is_private(module: str) -> bool:
    return any(part.startswith("_") for part in module.split("."))


def _lookup(module: str, qualname: str) -> object:
    found: object = sys.modules.get(module)
    for part in qualname.split("."):
        try:
            found = getattr(found, part)
        except Exception:  # noqa: BLE001 - reviewed code may raise anything from an attribute
            return None
    return found
