"""Texts that a regular expression is likely to match."""

from __future__ import annotations

import importlib
import random
import re
import sys
import warnings
from collections.abc import Iterable
from itertools import islice
from typing import Any  # what the standard library's parser of patterns returns is untyped

MAX_REPEATS = 3
MAX_STEPS = 120
"""Parts of one text."""
MAX_TEXT = 200
"""Characters from which on nothing is added: groups that repeat groups double it each time."""
MAX_PATTERN = 2000
"""Longer patterns are not parsed: that takes the square of how alternatives begin."""
_ATTEMPTS = 3
"""Times as many texts are made as are wanted: some are alike."""

_parser = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")

_DIGITS = "0123456789"
_WORD = "ab1_Z"
_SPACE = " \t\n"
_OTHER = "-.,/:@!#%&*()[]{}<>|'\"+=?~^$\\; ab1Z\n"
_CATEGORIES = {
    "CATEGORY_DIGIT": _DIGITS,
    "CATEGORY_NOT_DIGIT": _OTHER.replace("1", ""),
    "CATEGORY_SPACE": _SPACE,
    "CATEGORY_NOT_SPACE": _OTHER.replace(" ", "").replace("\n", ""),
    "CATEGORY_WORD": _WORD,
    "CATEGORY_NOT_WORD": _OTHER[:-6],
}


def samples(pattern: str, flags: int, rng: random.Random, count: int) -> list[str]:
    """Return up to ``count`` different texts made after ``pattern``.

    What an assertion asks for is not looked at, and the pattern is never matched against them:
    it comes from reviewed code and could take for ever. None come back for a pattern that is not
    understood.
    """
    if len(pattern) > MAX_PATTERN:
        return []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = _parser.parse(pattern, flags & ~re.DEBUG)
        texts = (_Writer(rng).write(parsed) for _ in range(count * _ATTEMPTS))
        return list(islice(dict.fromkeys(text for text in texts if text), count))
    except (re.error, ValueError, OverflowError, RecursionError):
        return []


class _Writer:
    """Writes one text; remembers groups, so that references to them can be written."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._groups: dict[int, str] = {}
        self._steps = 0

    def write(self, parsed: Iterable[Any]) -> str:
        """Write a text after a parsed pattern; a short one, however the pattern repeats."""
        text = ""
        for operation, argument in parsed:
            self._steps += 1
            if self._steps > MAX_STEPS or len(text) >= MAX_TEXT:
                break
            text += self._one(str(operation), argument)
        return text[:MAX_TEXT]

    def _one(self, operation: str, argument: Any) -> str:
        match operation:
            case "LITERAL":
                return chr(argument)
            case "NOT_LITERAL":
                return self._other_than({chr(argument)})
            case "ANY":
                return self._rng.choice(_OTHER[:-1])
            case "IN":
                return self._in(argument)
            case "BRANCH":
                return self.write(self._rng.choice(argument[1]))
            case "SUBPATTERN":
                text = self.write(argument[-1])
                self._groups[argument[0] or 0] = text
                return text
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                return self._repeated(*argument)
            case "ATOMIC_GROUP":
                return self.write(argument)
            case "GROUPREF":
                return self._groups.get(argument, "")
            case "GROUPREF_EXISTS":
                chosen = argument[1] if argument[0] in self._groups else argument[2]
                return self.write(chosen or ())
        return ""  # positions and assertions stand for no text

    def _repeated(self, least: int, most: int, parsed: Iterable[Any]) -> str:
        times = self._rng.randint(least, max(least, min(int(most), least + MAX_REPEATS)))
        return "".join(self.write(parsed) for _ in range(min(times, MAX_STEPS)))

    def _in(self, items: list[tuple[Any, Any]]) -> str:
        if str(items[0][0]) == "NEGATE":
            return self._other_than({c for item in items[1:] for c in _characters(*item)})
        return self._rng.choice(_characters(*self._rng.choice(items)))

    def _other_than(self, excluded: set[str]) -> str:
        allowed = [c for c in _OTHER if c not in excluded]
        return self._rng.choice(allowed or ["é"])


def _characters(operation: Any, argument: Any) -> str:
    """Return characters of a set's item: all of a few, the ends of a long range."""
    match str(operation):
        case "LITERAL":
            return chr(argument)
        case "RANGE":
            first, last = argument
            if last - first < len(_OTHER):
                return "".join(map(chr, range(first, last + 1)))
            return chr(first) + chr(last)
    return _CATEGORIES.get(str(argument), "a")
