"""Calls whose parts agree but for a detail: what comparing, joining and normalising is about."""

from __future__ import annotations

import ast
import copy
import itertools
import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from regoose_ci.domain.observations import Call, Origin
from regoose_ci.inputs.expressions import constants, kind_of, literal, parse
from regoose_ci.inputs.parts import parts_of, with_parts
from regoose_ci.inputs.pool import Pool
from regoose_ci.inputs.seeds import Seed

MAX_PAIRS = 400

_TOKEN = re.compile(r"\w+|[^\w\s]+")

_LAST_NUMBER = re.compile(r"(?<!\d)(\d+)(?=\D*\Z)")

NEARLY_EQUAL: tuple[Callable[[str], str], ...] = (
    lambda text: text + ".0" if text[-1:].isdigit() else text,
    lambda text: text.replace("-", "_"),
    lambda text: text + "/" if "/" in text else text,
    lambda text: text.removesuffix(".0"),
    lambda text: text.upper(),
    lambda text: _LAST_NUMBER.sub(r"0\1", text),
    lambda text: text + " ",
    lambda text: text.replace("_", "-"),
    lambda text: " " + text,
    lambda text: _LAST_NUMBER.sub(r"\1.0", text),
    lambda text: text.capitalize(),
    lambda text: text.replace(" ", ""),
    lambda text: text + "/",
)
"""What normalising functions should not notice, or should; a text stays where one does not fit."""


def paired_seeds(call: Call, pool: Pool) -> Iterator[Seed]:
    """Yield a call with a literal in one part and nearly the same literal in the next part.

    Parts are the receiver and the arguments; those that hold a string are paired if they have to
    do with each other, also where it is an argument of a constructor there. Every literal gets
    one detail before any gets two.
    """
    parts = parts_of(call)
    places = [n for n, part in enumerate(parts) if _first_text(part) is not None]
    neighbours = [
        (first, second)
        for first, second in itertools.pairwise(places)
        if _is_related(str(parts[first]), str(parts[second]))
    ]
    if not neighbours:
        return
    texts = [value for source in pool.harvested("str") if isinstance(value := _value(source), str)]
    turns = itertools.zip_longest(*(_nearly_equal(text) for text in texts))
    rows = ((text, near) for turn in turns for text, near in zip(texts, turn, strict=True) if near)
    pairs = ((row, both) for row in rows for both in neighbours)
    for (text, near), (first, second) in itertools.islice(pairs, MAX_PAIRS):
        yield Seed(_with(call, {first: near, second: text}), Origin.LITERALS)


def _is_related(first: str, second: str) -> bool:
    """Tell whether two parts hold texts of one sort: as values of a type, or by what they share."""
    if kind_of(first) == kind_of(second):
        return True
    tokens = (set(_TOKEN.findall(_text_of(part))) for part in (first, second))
    return bool(set.intersection(*tokens))


def _text_of(part: str) -> str:
    text = _first_text(part)
    return "" if text is None else str(text.value)


def _nearly_equal(text: str) -> Iterator[str]:
    changed = (change(text) for change in NEARLY_EQUAL)
    return (near for near in dict.fromkeys(changed) if near != text)


def rename_shared(call: Call, pieces: Sequence[str], rng: random.Random) -> Call | None:
    """Replace a word or a mark wherever it stands in the strings of a call.

    ``None`` when no two strings have one in common.
    """
    trees = [_tree(part) for part in parts_of(call)]
    found = [node for tree in trees if tree is not None for node in _texts(tree)]
    seen: dict[str, int] = {}
    for node in found:
        for token in set(_TOKEN.findall(str(node.value))):
            seen[token] = seen.get(token, 0) + 1
    shared = sorted(token for token, count in seen.items() if count > 1)
    if not shared:
        return None
    old = rng.choice(shared)
    alike = [p for p in pieces if p != old and _TOKEN.fullmatch(p) and _sort(p) == _sort(old)]
    if not alike:
        return None
    new = rng.choice(alike)
    for node in found:
        tokens = re.split(r"(\w+|[^\w\s]+)", str(node.value))
        node.value = "".join(new if token == old else token for token in tokens)
    return with_parts(call, [None if t is None else ast.unparse(t) for t in trees])


def _sort(token: str) -> str:
    return "digits" if token.isdigit() else "word" if token[0].isalnum() else "mark"


def _value(source: str) -> object:
    found = literal(source)
    return found[0] if found else None


def _tree(part: str | None) -> ast.Expression | None:
    node = parse(part) if part is not None else None
    return None if node is None else copy.deepcopy(ast.Expression(node))


def _texts(tree: ast.AST) -> Iterable[ast.Constant]:
    return (node for node in constants(tree) if isinstance(node.value, str))


def _first_text(part: str | None) -> ast.Constant | None:
    tree = _tree(part)
    return None if tree is None else next(iter(_texts(tree)), None)


def _with(call: Call, texts: dict[int, str]) -> Call:
    parts = parts_of(call)
    for number, text in texts.items():
        tree = _tree(parts[number])
        assert tree is not None
        next(iter(_texts(tree))).value = text
        parts[number] = ast.unparse(tree)
    return with_parts(call, parts)
