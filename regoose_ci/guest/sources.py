"""Values written as Python source: what a test can paste to get an equal value again."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import inspect
import io
import math
import pathlib
import re
import sys
import uuid
from collections.abc import Callable, Mapping

from .arrays import Plain, plain_form
from .definitions import Definitions
from .naming import Name, name_of

MAX_SOURCE = 4000
"""Longest source of one value, in characters."""
MAX_NODES = 400
"""Most values inside one value."""

_LITERALS = (int, float, str, bytes, bool, type(None), complex, type(Ellipsis))


class UnprintableError(Exception):
    """The value cannot be written as source."""


class SourceWriter:
    """Writes values as source.

    ``provenance`` tells how objects were made, by ``id``; ``definitions`` write the classes and
    functions that tests define.
    """

    def __init__(
        self,
        provenance: Mapping[int, Name] | None = None,
        definitions: Definitions | None = None,
    ) -> None:
        self._provenance = provenance or {}
        self._definitions = definitions
        self._nodes = 0
        self._open: set[int] = set()
        self._imports: dict[str, None] = {}

    def write(self, value: object) -> Name:
        """Write ``value``.

        Raises:
            UnprintableError: there is no source for it, or it would be too long.
        """
        self._nodes = 0
        self._open.clear()
        self._imports.clear()
        text = self._write(value)
        if len(text) > MAX_SOURCE:
            raise UnprintableError("too long")
        return Name(text, tuple(self._imports))

    def _write(self, value: object) -> str:
        self._nodes += 1
        if self._nodes > MAX_NODES or id(value) in self._open:
            raise UnprintableError("too many values, or one inside itself")
        made = self._provenance.get(id(value))
        if made is not None:
            return self._use(made)
        if type(value) in _LITERALS:
            return _literal(value)
        self._open.add(id(value))
        try:
            return self._compound(value)
        finally:
            self._open.discard(id(value))

    def _use(self, name: Name) -> str:
        self._imports.update(dict.fromkeys(name.imports))
        return name.expression

    def _named(self, obj: object) -> str:
        if self._is_local(obj):
            name = self._definitions.name_of(obj) if self._definitions else None
        else:
            name = name_of(obj)
        if name is None:
            raise UnprintableError("no name leads to it")
        return self._use(name)

    def _is_local(self, obj: object) -> bool:
        """Tell whether tests define a class or function: generated ones cannot import it."""
        return self._definitions is not None and self._definitions.is_defined_in_tests(obj)

    def _compound(self, value: object) -> str:
        writer = _WRITERS.get(type(value))
        if writer is not None:
            return writer(self, value)
        if isinstance(value, type) or _is_function(value):
            return self._named(value)
        if isinstance(value, enum.Enum):
            return self._enum(value)
        if isinstance(value, pathlib.PurePath):
            return self._path(value)
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return self._arguments(value, {f: getattr(value, f) for f in value._fields})
        if dataclasses.is_dataclass(value):
            fields = [f for f in dataclasses.fields(value) if f.init]
            return self._arguments(value, {f.name: getattr(value, f.name) for f in fields})
        if self._is_local(type(value)) and (given := _given_attributes(value)) is not None:
            return self._arguments(value, given)
        plain = plain_form(value)
        return self._by_repr(value) if plain is None else self._made_from(plain)

    def _enum(self, value: enum.Enum) -> str:
        kind = type(value)
        if kind.__members__.get(str(value.name)) is value:
            return f"{self._named(kind)}.{value.name}"
        if isinstance(value, enum.Flag):
            return f"{self._named(kind)}({value.value!r})"
        raise UnprintableError("not a member")

    def _path(self, value: pathlib.PurePath) -> str:
        name = "Path" if isinstance(value, pathlib.Path) else type(value).__name__
        self._imports[f"from pathlib import {name}"] = None
        return f"{name}({str(value)!r})"

    def _arguments(self, value: object, fields: Mapping[str, object]) -> str:
        inside = ", ".join(f"{name}={self._write(field)}" for name, field in fields.items())
        return f"{self._named(type(value))}({inside})"

    def _made_from(self, plain: Plain) -> str:
        self._imports[plain.statement] = None
        options = [f"{name}={self._write(option)}" for name, option in plain.options]
        return f"{plain.constructor}({', '.join([self._write(plain.value), *options])})"

    def _by_repr(self, value: object) -> str:
        """Use a ``repr`` that builds an equal object again, for types that define equality."""
        kind = type(value)
        if kind.__repr__ is object.__repr__ or kind.__eq__ is object.__eq__:
            raise UnprintableError("no repr of its own")
        text = repr(value)
        qualname = kind.__qualname__.rpartition("<locals>.")[2]
        root = qualname.split(".", maxsplit=1)[0]
        if len(text) > MAX_SOURCE or not text.startswith(qualname + "("):
            raise UnprintableError("its repr is not a constructor call")
        name = self._named(kind)
        namespace = {"__builtins__": {}, root: _root_object(kind)}
        if name.split(".", maxsplit=1)[0] != root or not _evaluates_to(text, namespace, value):
            raise UnprintableError("its repr does not build an equal object")
        return text


def _given_attributes(value: object) -> dict[str, object] | None:
    """Return constructor arguments that make an object like ``value``, if its attributes tell."""
    kind = type(value)
    try:
        names = list(inspect.signature(kind).parameters)
        given = {name: inspect.getattr_static(value, name) for name in names}
        again = kind(**given)
        return given if vars(again) == vars(value) else None
    except Exception:  # noqa: BLE001 - reviewed code may raise anything
        return None


def _root_object(kind: type) -> object:
    root = kind.__qualname__.rpartition("<locals>.")[2].split(".", maxsplit=1)[0]
    return getattr(sys.modules.get(kind.__module__), root, kind)


def _evaluates_to(text: str, namespace: dict[str, object], value: object) -> bool:
    try:
        again = eval(text, namespace)  # noqa: S307 - inside the sandbox, on the value's own repr
        return type(again) is type(value) and bool(again == value) and repr(again) == text
    except Exception:  # noqa: BLE001 - reviewed code may raise anything
        return False


def _is_function(value: object) -> bool:
    return type(value).__name__ in ("function", "builtin_function_or_method")


def _literal(value: object) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, int) and abs(value) >= 10**1000:
        raise UnprintableError("too many digits")
    if isinstance(value, (str, bytes)) and len(value) > MAX_SOURCE:
        raise UnprintableError("too long")
    return repr(value)


def _sequence(opening: str, closing: str) -> Callable[[SourceWriter, object], str]:
    def write(writer: SourceWriter, value: object) -> str:
        assert isinstance(value, (list, tuple))
        items = [writer._write(item) for item in value]
        comma = "," if closing == ")" and len(items) == 1 else ""
        return opening + ", ".join(items) + comma + closing

    return write


def _set(writer: SourceWriter, value: object) -> str:
    assert isinstance(value, (set, frozenset))
    items = sorted(writer._write(item) for item in value)
    inside = "{" + ", ".join(items) + "}"
    if isinstance(value, frozenset):
        return f"frozenset({inside})" if items else "frozenset()"
    return inside if items else "set()"


def _dict(writer: SourceWriter, value: object) -> str:
    assert isinstance(value, dict)
    pairs = [f"{writer._write(k)}: {writer._write(v)}" for k, v in value.items()]
    return "{" + ", ".join(pairs) + "}"


def _called(module: str, name: str, *attributes: str) -> Callable[[SourceWriter, object], str]:
    """Write ``name(value.a, value.b)`` with ``from module import name``."""

    def write(writer: SourceWriter, value: object) -> str:
        writer._imports[f"from {module} import {name}"] = None
        arguments = [
            writer._write(str(value) if a == "str" else getattr(value, a)) for a in attributes
        ]
        return f"{name}({', '.join(arguments)})"

    return write


def _dictionary(name: str) -> Callable[[SourceWriter, object], str]:
    def write(writer: SourceWriter, value: object) -> str:
        assert isinstance(value, dict)
        writer._imports[f"from collections import {name}"] = None
        return f"{name}({writer._write(dict(value))})"

    return write


def _deque(writer: SourceWriter, value: object) -> str:
    assert isinstance(value, collections.deque)
    writer._imports["from collections import deque"] = None
    bound = "" if value.maxlen is None else f", maxlen={value.maxlen}"
    return f"deque({writer._write(list(value))}{bound})"


def _stream(name: str) -> Callable[[SourceWriter, object], str]:
    def write(writer: SourceWriter, value: object) -> str:
        assert isinstance(value, (io.StringIO, io.BytesIO))
        writer._imports["import io"] = None
        return f"io.{name}({value.getvalue()!r})"

    return write


def _datetime(writer: SourceWriter, value: object) -> str:
    writer._imports["import datetime"] = None
    zone = getattr(value, "tzinfo", None)
    if zone is not None and type(zone) is not datetime.timezone:
        if type(zone).__name__ != "ZoneInfo":
            raise UnprintableError("a time zone of its own")
        writer._imports["from zoneinfo import ZoneInfo"] = None
        return repr(value).replace(repr(zone), f"ZoneInfo({zone.key!r})")
    return repr(value)


def _pattern(writer: SourceWriter, value: object) -> str:
    writer._imports["import re"] = None
    return repr(value)


def _partial(writer: SourceWriter, value: object) -> str:
    assert isinstance(value, functools.partial)
    writer._imports["from functools import partial"] = None
    parts = [writer._write(value.func), *(writer._write(a) for a in value.args)]
    parts += [f"{k}={writer._write(v)}" for k, v in value.keywords.items()]
    return f"partial({', '.join(parts)})"


_WRITERS: dict[type, Callable[[SourceWriter, object], str]] = {
    list: _sequence("[", "]"),
    tuple: _sequence("(", ")"),
    set: _set,
    frozenset: _set,
    dict: _dict,
    bytearray: lambda _, value: repr(value),
    range: lambda _, value: repr(value),
    slice: lambda _, value: repr(value),
    decimal.Decimal: _called("decimal", "Decimal", "str"),
    fractions.Fraction: _called("fractions", "Fraction", "numerator", "denominator"),
    uuid.UUID: _called("uuid", "UUID", "str"),
    datetime.datetime: _datetime,
    datetime.date: _datetime,
    datetime.time: _datetime,
    datetime.timedelta: _datetime,
    datetime.timezone: _datetime,
    re.Pattern: _pattern,
    functools.partial: _partial,
    io.StringIO: _stream("StringIO"),
    io.BytesIO: _stream("BytesIO"),
    collections.OrderedDict: _dictionary("OrderedDict"),
    collections.Counter: _dictionary("Counter"),
    collections.deque: _deque,
}
