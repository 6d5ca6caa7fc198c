"""JSON from the host back into the protocol's types. The host is trusted, so this is lenient."""

from __future__ import annotations

import dataclasses
import json
import typing
from collections.abc import Mapping
from enum import Enum

from . import protocol
from .protocol import GuestSetup, Request


def setup(frame: bytes) -> GuestSetup:
    """Decode the first frame."""
    return _build(GuestSetup, json.loads(frame))


def request(frame: bytes) -> Request:
    """Decode a request; its payload stays plain."""
    return Request(**json.loads(frame))


def job(name: str, payload: dict[str, object]) -> object:
    """Decode the payload of a job, by the name of its type."""
    return _build(getattr(protocol, name), payload)


_T = typing.TypeVar("_T")


def _build(kind: type[_T], data: object) -> _T:
    return typing.cast("_T", _value(kind, data))


def _value(kind: object, data: object) -> object:
    if data is None:
        return None
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Union:
        return _value(next(a for a in args if a is not type(None)), data)
    if origin is tuple:
        assert isinstance(data, list)
        if len(args) == 2 and args[1] is Ellipsis:
            return tuple(_value(args[0], item) for item in data)
        return tuple(_value(a, item) for a, item in zip(args, data))  # noqa: B905
    if origin in (Mapping, dict) and args:
        assert isinstance(data, dict)
        return {key: _value(args[1], item) for key, item in data.items()}
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        assert isinstance(data, dict)
        hints = _hints(kind)
        return kind(**{name: _value(hints[name], item) for name, item in data.items()})
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(data)
    return data


_HINTS: dict[type, dict[str, object]] = {}


def _hints(kind: type) -> dict[str, object]:
    if kind not in _HINTS:
        _HINTS[kind] = typing.get_type_hints(kind)
    return _HINTS[kind]
