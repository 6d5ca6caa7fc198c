"""What a function visibly does to a text: words for the relation of a result to an argument."""

from __future__ import annotations

import ast
import html
import re
import unicodedata
from collections.abc import Callable, Mapping
from urllib.parse import quote, unquote

from regoose_ci.comparison.source import parse_expression, string_of
from regoose_ci.domain.observations import Call, Value
from regoose_ci.generation.embedded.features import name_of_character


def _without_accents(text: str) -> str:
    split = unicodedata.normalize("NFKD", text)
    return "".join(character for character in split if not unicodedata.combining(character))


_RESERVED = ":/?#[]@!$&'()*+,;=%~-._"
_SHORTEST = 2
_RELATIONS: Mapping[str, Callable[[str], str]] = {
    "keeps_{}": str,
    "strips_{}": str.strip,
    "lowercases_{}": str.lower,
    "uppercases_{}": str.upper,
    "capitalizes_{}": str.capitalize,
    "unescapes_{}": html.unescape,
    "escapes_{}": html.escape,
    "percent_encodes_{}": lambda text: quote(text, safe=_RESERVED),
    "percent_decodes_{}": unquote,
    "removes_accents": _without_accents,
    "reverses_{}": lambda text: text[::-1],
}


def effect_of(call: Call, value: Value) -> str | None:
    """Words with a hole for the argument's feature (``lowercases_{}``); ``None`` if unclear."""
    if not call.args or call.receiver is not None:
        return None
    result = string_of(value.source)
    if result is None:
        return None
    given = string_of(call.args[0])
    if given is None:
        return "formats_{}" if _is_number_in(call.args[0], result) else None
    if len(given) < _SHORTEST or not result:
        return None
    known = (verb for verb, change in _RELATIONS.items() if change(given) == result)
    return next(known, None) or _effect_on_characters(given, result)


def _effect_on_characters(given: str, result: str) -> str | None:
    """One kind of character removed, replaced, doubled or put at the end."""
    for character in sorted({c for c in given if not c.isalnum()}):
        word = name_of_character(character)
        once = re.sub(f"{re.escape(character)}+", lambda m: m[0][0], given)
        if once == result:
            return f"collapses_repeated_{word}"
        if given.strip(character) == result:
            return f"strips_{word}"
        if given.replace(character, "") == result:
            return f"removes_{word}"
    pairs = {(a, b) for a, b in zip(given, result, strict=False) if a != b}
    if len(given) == len(result) and len(pairs) == 1:
        before, after = pairs.pop()
        if not before.isalnum() and not after.isalnum():
            return f"replaces_{name_of_character(before)}_by_{name_of_character(after)}"
    added = result.removeprefix(given)
    if len(added) == 1 and result.startswith(given) and not added.isalnum():
        return f"appends_{name_of_character(added)}"
    return None


def _is_number_in(source: str, text: str) -> bool:
    """Whether a number's first digits are in a text, whatever separates or follows them."""
    node = parse_expression(source)
    operand = node.operand if isinstance(node, ast.UnaryOp) else node
    is_number = isinstance(operand, ast.Constant) and type(operand.value) in {int, float}
    digits = re.sub(r"\D", "", source)
    return is_number and bool(digits) and digits[0] in text
