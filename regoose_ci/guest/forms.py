"""The forms of types that Python and its standard library have."""

from __future__ import annotations

import collections.abc

PLAIN = {
    int: "int",
    float: "float",
    str: "str",
    bytes: "bytes",
    bool: "bool",
    complex: "complex",
    slice: "slice",
    range: "range",
    bytearray: "bytearray",
    type(None): "none",
    object: "any",
}
CONTAINERS = {
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
NAMED = {
    "datetime": "datetime",
    "date": "date",
    "time": "time",
    "timedelta": "timedelta",
    "tzinfo": "tzinfo",
    "ZoneInfo": "zone",
    "Decimal": "decimal",
    "Fraction": "fraction",
    "Path": "path",
    "PurePath": "path",
    "PathLike": "path",
    "UUID": "uuid",
    "Pattern": "pattern",
    "StringIO": "text_stream",
    "TextIO": "text_stream",
    "TextIOBase": "text_stream",
    "TextIOWrapper": "text_stream",
    "BytesIO": "byte_stream",
    "BinaryIO": "byte_stream",
    "BufferedIOBase": "byte_stream",
    "BufferedReader": "byte_stream",
    "RawIOBase": "byte_stream",
    "IO": "text_stream",
    "Number": "float",
    "Real": "float",
    "Integral": "int",
    "SupportsFloat": "float",
    "SupportsInt": "int",
}
STANDARD = ("datetime", "decimal", "fractions", "pathlib", "os", "uuid", "re", "io", "_io",
             "typing", "numbers", "zoneinfo")  # fmt: skip
FORMS = frozenset({*PLAIN.values(), *CONTAINERS.values(), *NAMED.values(), "file_name"})
SCIENTIFIC = {
    ("numpy", "ndarray"): "array",
    ("pandas", "DataFrame"): "frame",
    ("pandas", "Series"): "series",
}
