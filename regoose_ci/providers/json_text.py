"""Finding the JSON in what a model wrote."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator

from pydantic import JsonValue, TypeAdapter, ValidationError

_OBJECT = TypeAdapter(dict[str, JsonValue])
_FENCE = re.compile(r"^ *```[\w-]* *\n(.*?)^ *``` *$", re.DOTALL | re.MULTILINE)
_THOUGHTS = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_BRACE_LINE = re.compile(r"^\{", re.MULTILINE)
_MOST_STARTS = 20


def find_object(text: str) -> str | None:
    """The text of the first JSON object: bare, in a fence, or in the midst of prose."""
    for candidate in _candidates(text):
        try:
            _OBJECT.validate_json(candidate)
        except ValidationError:
            continue
        return candidate
    return None


def object_fields(text: str) -> frozenset[str]:
    """The names at the top of a JSON object's text."""
    return frozenset(_OBJECT.validate_json(text))


def _candidates(text: str) -> Iterator[str]:
    text = _THOUGHTS.sub("", text, count=1).strip()
    yield text
    yield from (match.strip() for match in _FENCE.findall(text))
    decoder = json.JSONDecoder()
    for start in _starts(text):
        with contextlib.suppress(ValueError, RecursionError):
            _, end = decoder.raw_decode(text, start)
            yield text[start:end]


def _starts(text: str) -> list[int]:
    """Where an object may begin: the first brace, and braces that begin a line.

    Not any brace: in an object that was cut off, an inner one would be taken for the whole.
    """
    first = text.find("{")
    lines = [match.start() for match in _BRACE_LINE.finditer(text)]
    return ([] if first < 0 else [first, *(at for at in lines if at != first)])[:_MOST_STARTS]
