"""Patterns that a test expects the message of an exception to match."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from regoose_ci.comparison.source import has_address, parse_expression
from regoose_ci.domain.observations import Raised

_MAX_MESSAGE = 60
_SHORTEST_MATCH = 8


def match_of(raised: Raised, *, whole: bool = False) -> str:
    """The ``match`` pattern, as source, that a test expects of a message.

    The beginning of the first line is enough, unless ``whole`` asks for every character of it.
    """
    message = raised.message
    if not message:
        return '"^$"'
    if whole:
        return _pattern(f"^{_escaped(message)}$")
    return _pattern(_escaped(_beginning(message)) or "^\\s")


def common_match_of(raised: Raised, inputs: Iterable[str]) -> str:
    """The ``match`` pattern for a message without what it repeats of the inputs (as source)."""
    whole = tuple(inputs)
    line = _without(whole, _beginning(raised.message))
    if "\0" not in line:
        line = _without((text for source in whole for text in _texts_in(source)), line)
    longest = max(line.split("\0"), key=len).strip(" :'\"")
    return _pattern(_escaped(longest)) if len(longest) >= _SHORTEST_MATCH else match_of(raised)


def _without(texts: Iterable[str], line: str) -> str:
    """Put a mark in place of texts where they stand alone, long ones first."""
    for text in sorted(set(texts), key=len, reverse=True):
        line = re.sub(rf"(?<!\w){re.escape(text)}(?!\w)", "\0", line)
    return line


def _beginning(message: str) -> str:
    """The first sentence of a message, or as many words of it as are easy to read."""
    line = message.splitlines()[0] if message.splitlines() else ""
    if has_address(line):
        line = line[: line.index("0x")]
    for mark in (". ", ": "):
        if len(_escaped(line)) > _MAX_MESSAGE:
            line = line.partition(mark)[0]
    while len(_escaped(line)) > _MAX_MESSAGE and " " in line:
        line = line.rpartition(" ")[0]
    return line.strip().rstrip(".")


def _texts_in(source: str) -> Iterator[str]:
    node = parse_expression(source)
    if node is not None:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Constant) and inner.value not in {"", None}:
                yield str(inner.value)


def _escaped(text: str) -> str:
    return re.sub(r"([\\.^$*+?{}\[\]|()])", r"\\\1", text)


def _pattern(pattern: str) -> str:
    if "\\" in pattern and pattern.isprintable() and '"' not in pattern:
        return f'r"{pattern}"'
    if "\\" in pattern and pattern.isprintable() and "'" not in pattern:
        return f"r'{pattern}'"
    return repr(pattern)
