"""Regular expressions that a function uses: a sample of each is an input worth trying."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from types import CodeType

from .protocol import Regex

MAX_PATTERNS = 20
MAX_LENGTH = 2000


def patterns_of(function: object, owner: type | None) -> tuple[Regex, ...]:
    """Return the compiled patterns a function can see, those that it names first."""
    found = dict.fromkeys(_regexes(_candidates(function, owner)))
    return tuple(found)[:MAX_PATTERNS]


def _candidates(function: object, owner: type | None) -> Iterator[object]:
    module = sys.modules.get(getattr(function, "__module__", None) or "")
    namespace = dict(vars(module)) if module is not None else {}
    inherited = {name: vars(kind)[name] for kind in _classes(owner) for name in vars(kind)}
    code = getattr(function, "__code__", None)
    for name in _names(code) if isinstance(code, CodeType) else ():
        yield inherited.get(name, namespace.get(name))
    yield from inherited.values()
    yield from namespace.values()


def _classes(owner: type | None) -> Iterator[type]:
    if owner is not None:
        yield from reversed(owner.__mro__[:-1])


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _regexes(values: Iterator[object]) -> Iterator[Regex]:
    for value in values:
        if type(value) in (list, tuple):
            items = list(value)[:MAX_PATTERNS]  # type: ignore[call-overload]
        elif type(value) is dict:
            items = list(value.values())[:MAX_PATTERNS]
        else:
            items = [value]
        for item in items:
            pattern = item.pattern if isinstance(item, re.Pattern) else None
            if isinstance(pattern, str) and len(pattern) <= MAX_LENGTH:
                yield Regex(pattern, item.flags)
