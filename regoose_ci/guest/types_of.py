"""Types of parameters, as forms that the host can make inputs from."""

from __future__ import annotations

import collections.abc
import enum
import inspect
import types
import typing

from .naming import name_of
from .protocol import Parameter, TypeForm
from .sources import SourceWriter, UnprintableError

MAX_DEPTH = 4
UNKNOWN = TypeForm("unknown")

_PLAIN = {
    int: "int",
    float: "float",
    str: "str",
    bytes: "bytes",
    bool: "bool",
    complex: "complex",
    type(None): "none",
    object: "any",
}
_CONTAINERS = {
    list: "list",
    tuple: "tuple",
    set: "set",
    frozenset: "frozenset",
    dict: "dict",
    collections.abc.Sequence: "list",
    collections.abc.MutableSequence: "list",
    collections.abc.Iterable: "list",
    collections.abc.Collection: "list",
    collections.abc.Iterator: "iterator",
    collections.abc.Generator: "iterator",
    collections.abc.Set: "set",
    collections.abc.Mapping: "dict",
    collections.abc.MutableMapping: "dict",
    collections.abc.Callable: "callable",
    type: "type",
}
_NAMED = {
    "datetime": "datetime",
    "date": "date",
    "time": "time",
    "timedelta": "timedelta",
    "tzinfo": "tzinfo",
    "Decimal": "decimal",
    "Fraction": "fraction",
    "Path": "path",
    "PurePath": "path",
    "PathLike": "path",
    "UUID": "uuid",
    "Pattern": "pattern",
    "StringIO": "text_stream",
    "TextIO": "text_stream",
    "BytesIO": "byte_stream",
    "BinaryIO": "byte_stream",
    "IO": "text_stream",
    "Number": "float",
    "Real": "float",
    "Integral": "int",
    "SupportsFloat": "float",
    "SupportsInt": "int",
}
_STANDARD = ("datetime", "decimal", "fractions", "pathlib", "os", "uuid", "re", "io", "_io",
             "typing", "numbers", "zoneinfo")  # fmt: skip


def parameters_of(function: object, drop_first: bool) -> tuple[Parameter, ...]:
    """Describe the parameters of ``function``; ``drop_first`` leaves out ``self``."""
    return _Reader(0).parameters(function, drop_first)


def form_of(annotation: object) -> TypeForm:
    """Describe one type annotation."""
    return _Reader(0).form(annotation)


class _Reader:
    def __init__(self, depth: int) -> None:
        self._depth = depth

    def parameters(self, function: object, drop_first: bool) -> tuple[Parameter, ...]:
        try:
            signature = inspect.signature(function)  # type: ignore[arg-type]
        except (ValueError, TypeError):
            return ()
        found = list(signature.parameters.values())[1 if drop_first else 0 :]
        hints = _hints(function)
        return tuple(self._parameter(p, hints.get(p.name, p.annotation)) for p in found)

    def _parameter(self, parameter: inspect.Parameter, annotation: object) -> Parameter:
        form = UNKNOWN if annotation is inspect.Parameter.empty else self.form(annotation)
        required = parameter.default is inspect.Parameter.empty
        default = None if required else _source(parameter.default)
        kind = parameter.kind.name.lower()
        return Parameter(parameter.name, kind, form, default, required)

    def form(self, annotation: object) -> TypeForm:
        if self._depth >= MAX_DEPTH:
            return UNKNOWN
        inner = _Reader(self._depth + 1)
        if annotation is None or annotation is typing.Any:
            return TypeForm("none" if annotation is None else "any")
        if isinstance(annotation, typing.TypeVar):
            bound = annotation.__constraints__[:1] or (annotation.__bound__,)
            return inner.form(bound[0]) if bound[0] is not None else TypeForm("any")
        if isinstance(annotation, typing.NewType):
            return inner.form(annotation.__supertype__)
        origin = typing.get_origin(annotation)
        if origin is not None:
            return inner._generic(origin, typing.get_args(annotation))
        if isinstance(annotation, type):
            return inner._class(annotation)
        return UNKNOWN

    def _generic(self, origin: object, args: tuple[object, ...]) -> TypeForm:
        if origin is typing.Union or origin is types.UnionType:
            return TypeForm("union", tuple(self.form(a) for a in args))
        if origin is typing.Literal:
            return TypeForm("literal", values=tuple(repr(a) for a in args))
        if origin is typing.Annotated or str(origin) in ("typing.Final", "typing.ClassVar"):
            return self.form(args[0])
        kind = _CONTAINERS.get(origin)
        if kind is None:
            return self._class(origin) if isinstance(origin, type) else UNKNOWN
        if kind == "callable":
            return TypeForm("callable")
        forms = [TypeForm("ellipsis") if a is Ellipsis else self.form(a) for a in args]
        return TypeForm(kind, tuple(forms))

    def _class(self, kind: type) -> TypeForm:
        plain = _PLAIN.get(kind) or _CONTAINERS.get(kind)
        if plain is not None:
            return TypeForm(plain)
        if kind.__module__.split(".")[0] in _STANDARD and kind.__name__ in _NAMED:
            return TypeForm(_NAMED[kind.__name__])
        name = name_of(kind)
        if name is None:
            return UNKNOWN
        if issubclass(kind, enum.Enum):
            members = tuple(f"{name.expression}.{m}" for m in list(kind.__members__)[:20])
            return TypeForm("enum", values=members, name=name.expression, imports=name.imports)
        if getattr(kind, "_is_protocol", False) or inspect.isabstract(kind):
            return TypeForm("abstract", name=name.expression, imports=name.imports)
        parameters = self.parameters(kind, drop_first=False)
        return TypeForm("class", name=name.expression, imports=name.imports, parameters=parameters)


def _hints(function: object) -> dict[str, object]:
    target = function.__init__ if isinstance(function, type) else function  # type: ignore[misc]
    try:
        return dict(typing.get_type_hints(target, include_extras=True))
    except Exception:  # noqa: BLE001 - annotations of reviewed code may not resolve
        return {}


def _source(value: object) -> str | None:
    try:
        written = SourceWriter().write(value)
    except (UnprintableError, Exception):  # noqa: BLE001 - the default's own repr may raise
        return None
    return None if written.imports else written.expression
