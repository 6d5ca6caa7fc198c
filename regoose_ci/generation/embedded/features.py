"""What is special about an input, as words of a test's name: ``empty_string``, ``float``."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from regoose_ci.comparison.source import parse_expression, snake_case
from regoose_ci.domain.observations import Call

_GENERIC = frozenset({"text", "number", "list", "tuple", "dict", "set", "bytes", "callable"})

_LARGE = 10**6
_LONG = 200
_LONGEST_WORDS = 24
_MOST_WORDS = 3
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_NAMES = {
    "-": "hyphen",
    "_": "underscore",
    ".": "dot",
    "/": "slash",
    "\\": "backslash",
    "@": "at_sign",
    "%": "percent_sign",
    "#": "hash",
    "?": "question_mark",
    "!": "exclamation_mark",
    '"': "quotes",
    "'": "apostrophe",
    "<": "angle_bracket",
    ">": "angle_bracket",
    "(": "parenthesis",
    ")": "parenthesis",
    "[": "bracket",
    "]": "bracket",
    "{": "brace",
    "}": "brace",
    "|": "pipe",
    "=": "equals_sign",
    "~": "tilde",
    "*": "asterisk",
    "\t": "tab",
    " ": "space",
    "\n": "newline",
    "&": "ampersand",
    "+": "plus",
    ",": "comma",
    ":": "colon",
    ";": "semicolon",
    "$": "dollar_sign",
}


@dataclass(frozen=True, slots=True)
class Feature:
    """Words for an input; not ``is_telling`` when nearly any input could be called that."""

    words: str
    is_telling: bool = True


def feature_of(call: Call) -> Feature | None:
    """The most telling feature of a call's inputs; of the receiver's when it has no others."""
    sources = list(call.args) or [value for _, value in call.kwargs]
    if not sources and call.receiver is not None:
        sources = _inner_arguments(call.receiver)
    known = [
        feature
        for index, source in enumerate(sources)
        if (feature := feature_of_source(source)) is not None
        if index == 0 or source not in {"True", "False", "None"}
    ]
    return next((f for f in known if f.is_telling), known[0] if known else None)


def common_feature(calls: Iterable[Call]) -> Feature | None:
    """The feature that all calls share."""
    features = {feature_of(call) for call in calls}
    return features.pop() if len(features) == 1 else None


def common_culprit(
    calls: Iterable[Call], parameters: Sequence[str], message: str
) -> Feature | None:
    """The feature that made all calls fail with ``message``; ``None`` when it is not plain."""
    features = {_culprit(call, parameters, message) for call in calls}
    return features.pop() if len(features) == 1 else None


def _culprit(call: Call, parameters: Sequence[str], message: str) -> Feature | None:
    """The feature of the only argument, the one the message names, or the only odd one."""
    if len(call.args) + len(call.kwargs) < 2:
        return feature_of(call)
    names = [*parameters[: len(call.args)], *[""] * (len(call.args) - len(parameters))]
    arguments = [*zip(names, call.args, strict=True), *call.kwargs]
    spoken = set(re.findall(r"\w+", message))
    named = [(name, source) for name, source in arguments if name in spoken]
    if len(named) == 1:
        name, source = named[0]
        feature = feature_of_source(source)
        return feature and Feature(_with_noun(feature.words, snake_case(name)), feature.is_telling)
    odd = {f for _, source in arguments if (f := feature_of_source(source)) and f.is_telling}
    return odd.pop() if len(odd) == 1 else None


def _with_noun(words: str, name: str) -> str:
    """``negative_size`` of ``negative_number``, ``none_separator`` of ``none``."""
    adjective = re.match(r"none$|zero$|empty(?=_)|negative(?=_)|nested(?=_)|large(?=_)", words)
    return f"{adjective[0]}_{name}" if adjective else words


def feature_of_source(source: str) -> Feature | None:
    """What is special about one value."""
    node = parse_expression(source)
    if isinstance(node, ast.Call):
        return _of_constructor(node)
    words = _words(node)
    return Feature(words, words not in _GENERIC) if words else None


def features_of(call: Call) -> list[Feature]:
    """The features of all inputs of a call."""
    sources = [*call.args, *(value for _, value in call.kwargs)]
    return [found for source in sources if (found := feature_of_source(source)) is not None]


def words_of(call: Call) -> str | None:
    """Words of the first text or number among the inputs, to tell two tests apart."""
    sources = [*call.args, *(v for _, v in call.kwargs), *_inner_arguments(call.receiver)]
    return next(filter(None, map(words_of_source, sources)), None)


def words_of_source(source: str) -> str | None:
    """The words in a text or number that is short enough to be part of a name."""
    node = parse_expression(source)
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str | int | float):
        return None
    words = snake_case(str(node.value))
    is_short = len(words) <= _LONGEST_WORDS and words.count("_") < _MOST_WORDS
    return words if words and words.isascii() and is_short else None


def _words(node: ast.expr | None) -> str | None:
    match node:
        case ast.Constant(value=value):
            return _of_constant(value)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=value)):
            return "negative_float" if isinstance(value, float) else "negative_number"
        case ast.List(elts=elts) | ast.Tuple(elts=elts) | ast.Set(elts=elts):
            return _of_collection(type(node).__name__.lower(), elts)
        case ast.Dict(keys=keys):
            return "dict" if keys else "empty_dict"
        case ast.Lambda():
            return "callable"
        case ast.Attribute(attr=attr):
            return snake_case(attr) or None
    return None


def _of_constant(value: object) -> str | None:
    if value is None or isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return "zero" if value == 0 else "float"
    if isinstance(value, int):
        return "zero" if value == 0 else "large_number" if value >= _LARGE else "number"
    if isinstance(value, bytes):
        return "bytes" if value else "empty_bytes"
    return _of_text(value) if isinstance(value, str) else None


def _of_text(text: str) -> str:
    if not text:
        return "empty_string"
    if text.isspace():
        return "whitespace"
    if "\n" in text.strip("\n"):
        return "multiline_text"
    if not text.isascii():
        return "non_ascii_text"
    if "://" in text:
        return "url"
    if text.isdigit():
        return "digits"
    if text != text.strip():
        return "padded_text"
    if any(unicodedata.category(c) == "Cc" for c in text):
        return "control_character"
    if len(text) > _LONG:
        return "long_text"
    if re.fullmatch(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", text):
        return "email_address"
    if re.fullmatch(r"\d+(\.\d+)+", text):
        return "dotted_number"
    repeated = re.findall(r"([\W_])\1", text)
    if repeated and len(set(repeated)) == 1:
        return f"text_with_repeated_{name_of_character(repeated[0])}"
    odd = {name_of_character(c) for c in text if c not in _PLAIN and c != " "}
    return f"text_with_{odd.pop()}" if len(odd) == 1 else "text"


def name_of_character(character: str) -> str:
    """``hyphen``, ``space``, ``latin_small_letter_e_with_acute``."""
    return _NAMES.get(character) or snake_case(unicodedata.name(character, "symbol"))


def _of_collection(name: str, elements: list[ast.expr]) -> str:
    if not elements:
        return f"empty_{name}"
    if any(isinstance(e, ast.List | ast.Tuple | ast.Dict | ast.Set) for e in elements):
        return f"nested_{name}"
    return f"single_item_{name}" if len(elements) == 1 else name


def _of_constructor(node: ast.Call) -> Feature | None:
    name = ast.unparse(node.func).rsplit(".", 1)[-1]
    if name == "float" and node.args and isinstance(node.args[0], ast.Constant):
        text = str(node.args[0].value).lower()
        special = {"nan": "nan", "inf": "infinity", "-inf": "negative_infinity"}
        return Feature(special.get(text, "float"))
    if name in {"set", "list", "dict", "tuple", "frozenset"} and not node.args:
        return Feature(f"empty_{name}")
    inner = [_words(a) for a in (*node.args, *(k.value for k in node.keywords))]
    telling = next((words for words in inner if words and words not in _GENERIC), None)
    if telling is not None and len(inner) == 1:
        return Feature(telling)
    return Feature(snake_case(name), is_telling=False) if snake_case(name) else None


def _inner_arguments(receiver: str | None) -> list[str]:
    node = parse_expression(receiver) if receiver is not None else None
    if not isinstance(node, ast.Call):
        return []
    return [ast.unparse(a) for a in (*node.args, *(k.value for k in node.keywords))]
