"""Values as seen from outside their process: source where there is some, else their parts."""

from __future__ import annotations

import dataclasses
import enum
import functools
import io
import keyword
import math
import re
import sys
from collections import deque
from collections.abc import Collection, Iterator, Mapping

from .protocol import Value
from .sources import SourceWriter, UnprintableError

MAX_PARTS = 24
MAX_DEPTH = 4
MAX_VALUES = 400
"""Most values looked at inside one value."""
MAX_TEXT = 2000

_MUTABLE = (list, dict, set, bytearray, deque, io.StringIO, io.BytesIO)
_SCIENTIFIC = ("numpy", "pandas")
_ARRAY_METHODS = (("{}.tolist()", "tolist"), ("{}.item()", "item"))
_FRAME_METHODS = (('{}.to_dict("list")', "to_dict", "list"), *_ARRAY_METHODS)
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{4,}\b")
_ITERATOR = "iterator"
_ITERTOOLS = "import itertools"
_FIRST = (5, 50)
"""How many items of an endless iterator are told: few to read, many to compare."""


def encode(value: object) -> Value:
    """Encode ``value``; never raises what the value's own methods raise.

    Objects of classes that are not Python's own have parts beside their source: another process
    may hold one that has none.
    """
    whole = encode_briefly(value)
    if whole.source is None or _is_pythons_own(type(value)):
        return whole
    return Value(whole.type, whole.source, whole.imports, _Encoder().parts(value, 0))


def encode_briefly(value: object) -> Value:
    """Encode ``value``: its parts only if it has no source."""
    return _Encoder().encode(value, 0)


def endless(items: list[object]) -> Value:
    """Describe an iterator by the first of its ``items``."""
    parts: dict[str, Value] = {}
    for count in _FIRST:
        first = encode_briefly(items[:count])
        if first.source is not None:
            imports = (*first.imports, _ITERTOOLS)
            template = f"list(itertools.islice({{}}, {count}))"
            parts[template] = Value(first.type, first.source, imports)
    return Value(_ITERATOR, parts=parts)


def may_change(value: object) -> bool:
    """Tell whether a call may leave its mark on ``value``, where a reader would look for it."""
    kind = type(value)
    return kind in _MUTABLE or not _is_pythons_own(kind)


def _is_pythons_own(kind: type) -> bool:
    module = type.__getattribute__(kind, "__module__")
    return str(module).partition(".")[0] in sys.stdlib_module_names


def _is_a(value: object, kinds: type | tuple[type, ...]) -> bool:
    """Ask the type alone: ``isinstance`` also asks the object, which may lie or raise."""
    try:
        return issubclass(type(value), kinds)
    except Exception:  # noqa: BLE001 - the type's own metaclass raised
        return False


def _type_name(value: object) -> str:
    if _is_a(value, Iterator) and not _is_a(value, io.IOBase):
        return _ITERATOR
    return str(type.__dict__["__qualname__"].__get__(type(value)))


def _is_nan(value: object) -> bool:
    return type(value) is float and math.isnan(value)


def _has_address(text: str) -> bool:
    return _ADDRESS.search(text) is not None


class _EqualWriter(SourceWriter):
    """Writes only what is equal to itself when it is built again."""

    def _compound(self, value: object) -> str:
        kind = type(value)
        by_identity = kind.__eq__ is object.__eq__ and dataclasses.is_dataclass(value)
        if by_identity or issubclass(kind, (io.IOBase, functools.partial)) or _is_array(value):
            raise UnprintableError("an equal one is not told by ==")
        return super()._compound(value)


def _is_array(value: object) -> bool:
    """Tell whether it is of numpy or pandas: comparing gives one answer for each item."""
    root = str(type.__getattribute__(type(value), "__module__")).partition(".")[0]
    return root in _SCIENTIFIC and hasattr(type(value), "__array__")


class _Encoder:
    """Encodes one value and what is inside it, up to a number of values."""

    def __init__(self) -> None:
        self._left = MAX_VALUES

    def encode(self, value: object, depth: int) -> Value:
        self._left -= 1
        kind = _type_name(value)
        try:
            written = _EqualWriter().write(value)
        except UnprintableError:
            pass
        except (Exception, RecursionError):  # noqa: BLE001 - the value's own repr or eq raised
            return Value(kind)
        else:
            if not _has_address(written.expression) and not _is_nan(value):
                return Value(kind, written.expression, written.imports)
        if depth >= MAX_DEPTH:
            return Value(kind)
        return Value(kind, parts=self.parts(value, depth))

    def parts(self, value: object, depth: int) -> dict[str, Value]:
        parts: dict[str, Value] = {}
        try:
            for template, part in _projections(value):
                if len(parts) >= MAX_PARTS or self._left <= 0:
                    break
                encoded = self.encode(part, depth + 1)
                if encoded.source is not None or encoded.parts:
                    parts[template] = encoded
        except Exception:  # noqa: BLE001 - the value's own methods raised
            return parts
        return parts


def _projections(value: object) -> Iterator[tuple[str, object]]:
    """Yield what can be asked of a value, plainest first."""
    if _is_array(value):
        yield from _of_array(value)
        return
    if type(value) in (io.StringIO, io.BytesIO):
        yield "{}.getvalue()", value.getvalue()  # type: ignore[attr-defined]
        return
    if _is_a(value, Iterator):
        return
    if type(value) is float:
        yield "str({})", str(value)
        return
    if _is_a(value, BaseException):
        yield "type({}).__name__", type(value).__name__
    if isinstance(value, str):
        yield "len({})", len(value)
        yield "{}[:80]", value[:80]
        yield "{}[-80:]", value[-80:]
        return
    yield from _texts(value)
    yield from _items(value)
    yield from _attributes(value)


def _of_array(value: object) -> Iterator[tuple[str, object]]:
    methods = _FRAME_METHODS if getattr(value, "ndim", 0) == 2 else _ARRAY_METHODS
    for template, method, *arguments in methods:
        found = getattr(value, method, None)
        if callable(found):
            yield template, found(*arguments)
            return


def _texts(value: object) -> Iterator[tuple[str, object]]:
    kind = type(value)
    if _is_a(value, (list, tuple, dict, set, frozenset, enum.Enum, type)):
        return
    if kind.__str__ is not object.__str__:
        yield from _text("str({})", value, str)
    elif kind.__repr__ is not object.__repr__:
        yield from _text("repr({})", value, repr)


def _text(template: str, value: object, function: object) -> Iterator[tuple[str, object]]:
    assert callable(function)
    try:
        text = function(value)
    except Exception:  # noqa: BLE001 - the value's own method raised
        return
    if type(text) is str and len(text) <= MAX_TEXT and not _has_address(text):
        yield template, text


def _items(value: object) -> Iterator[tuple[str, object]]:
    try:
        if _is_a(value, Mapping):
            assert isinstance(value, Mapping)
            yield "len({})", len(value)
            for key in list(value)[:MAX_PARTS]:
                if _is_plain_key(key):
                    yield f"{{}}[{_braced(repr(key))}]", value[key]
        elif _is_a(value, (list, tuple)):
            assert isinstance(value, (list, tuple))
            yield "len({})", len(value)
            for index, item in enumerate(value[:MAX_PARTS]):
                yield f"{{}}[{index}]", item
        elif _is_a(value, Collection):
            assert isinstance(value, Collection)
            yield "len({})", len(value)
            if _has_order(type(value)) and len(value) <= MAX_PARTS:
                yield "list({})", list(value)
    except Exception:  # noqa: BLE001 - the container's own methods raised
        return


def _is_plain_key(key: object) -> bool:
    if isinstance(key, tuple):
        return type(key) is tuple and all(map(_is_plain_key, key))
    return type(key) in (str, int, bool, bytes, type(None))


def _has_order(kind: type) -> bool:
    """Tell whether items come in an order that means something; sets and their like have none."""
    return hasattr(kind, "__getitem__") or hasattr(kind, "__reversed__")


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _attributes(value: object) -> Iterator[tuple[str, object]]:
    if _is_a(value, (list, tuple, dict, set, frozenset, type)) or callable(value):
        if _is_a(value, type) or hasattr(value, "__name__"):
            yield "{}.__name__", getattr(value, "__name__", "")
        return
    for name in _public_names(value):
        try:
            attribute = getattr(value, name)
        except Exception:  # noqa: BLE001 - a property of the value raised
            continue
        if not callable(attribute) and not _is_a(attribute, Iterator):
            yield f"{{}}.{name}", attribute


def _public_names(value: object) -> list[str]:
    names: dict[str, None] = {}
    names.update(dict.fromkeys(getattr(value, "__dict__", {})))
    for kind in type(value).__mro__[:-1]:
        slots = kind.__dict__.get("__slots__", ())
        names.update(dict.fromkeys([slots] if isinstance(slots, str) else slots))
        names.update({k: None for k, v in kind.__dict__.items() if isinstance(v, property)})
    return sorted(filter(_is_public_name, names))[:MAX_PARTS]


def _is_public_name(name: object) -> bool:
    is_name = isinstance(name, str) and name.isidentifier() and not keyword.iskeyword(name)
    return is_name and not str(name).startswith("_")
