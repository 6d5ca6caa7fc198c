"""Frames: JSON in sized pieces, marked by who speaks."""

from __future__ import annotations

import dataclasses
import json
import struct
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import BinaryIO

MAX_FRAME = 16 * 1024 * 1024
"""Largest frame either side accepts, in bytes."""

ITEM = b"i"
END = b"e"
"""First byte of every frame that comes up: a result item, which is the child's word, or the end
of a request. The child marks its frames for the supervisor, and the supervisor its own for the
host, so that a child cannot speak as the supervisor."""

_HEADER = struct.Struct(">I")


class ProtocolError(Exception):
    """The other side sent something that is not a frame of this protocol."""


def write_frame(stream: BinaryIO, payload: bytes) -> None:
    """Write one frame: 4-byte big-endian length, then the payload."""
    if len(payload) > MAX_FRAME:
        raise ProtocolError(f"frame of {len(payload)} bytes is over the limit of {MAX_FRAME}")
    stream.write(_HEADER.pack(len(payload)) + payload)
    stream.flush()


def read_frame(stream: BinaryIO) -> bytes | None:
    """Read one frame; ``None`` at the end of the stream.

    Raises:
        ProtocolError: the stream ends inside a frame, or the frame is over the limit.
    """
    header = _read_exactly(stream, _HEADER.size)
    if not header:
        return None
    if len(header) < _HEADER.size:
        raise ProtocolError("stream ended inside a frame header")
    (size,) = _HEADER.unpack(header)
    if size > MAX_FRAME:
        raise ProtocolError(f"frame of {size} bytes is over the limit of {MAX_FRAME}")
    payload = _read_exactly(stream, size)
    if len(payload) < size:
        raise ProtocolError("stream ended inside a frame")
    return payload


def _read_exactly(stream: BinaryIO, size: int) -> bytes:
    chunks = []
    while size:
        chunk = stream.read(size)
        if not chunk:
            break
        chunks.append(chunk)
        size -= len(chunk)
    return b"".join(chunks)


def to_json(value: object) -> bytes:
    """Encode a protocol value as JSON; what has its default is left out."""
    return json.dumps(_plain(value), ensure_ascii=True, separators=(",", ":")).encode("ascii")


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, (int, float, bool)) or value is None:
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        named = ((name, getattr(value, name), default) for name, default in _defaults(type(value)))
        return {name: _plain(field) for name, field, default in named if field != default}
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    raise TypeError(f"{type(value).__name__} is not a protocol value")


_REQUIRED = object()


@cache
def _defaults(kind: type) -> tuple[tuple[str, object], ...]:
    """Return a dataclass's fields, each with its default or a mark that equals nothing."""
    found: list[tuple[str, object]] = []
    for one in dataclasses.fields(kind):
        default: object = _REQUIRED
        if one.default is not dataclasses.MISSING:
            default = one.default
        elif one.default_factory is not dataclasses.MISSING:
            default = one.default_factory()
        found.append((one.name, default))
    return tuple(found)
