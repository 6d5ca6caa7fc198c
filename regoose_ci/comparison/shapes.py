"""The shape of a difference: what kind of text came or went, on what kind of input.

Two witnesses of the same kind (``signature_kind``) and the same shape show the same thing; two
of different shapes may well have different causes, and one of them may be intended.
"""

from __future__ import annotations

import ast
import itertools
import re
from difflib import SequenceMatcher

from regoose_ci.comparison.differences import Difference, signature_kind
from regoose_ci.comparison.source import parse_expression
from regoose_ci.domain.observations import Call, Value

MAX_TEXT = 300
"""So much of a text is looked at: of two, from where they begin to differ."""
LONGEST_TEXT = 20_000
MAX_EDITS = 2
MAX_SKELETON = 5
_RELATION = "\t"
"""In a shape, stands before what sets two texts of the input apart."""

_BY_INPUTS = "inputs"
_BY_EDITS = "edits"
_SAY_LITTLE = frozenset({"True", "False", "None"})

Kind = tuple[str, ...]

_NUMBER_OR_CHARACTER = re.compile(r"\d+(?:\.\d+)*|.", re.DOTALL)
"""A number is one thing: that `0` became `0.0` is the same change as that `7` became `7.5`."""


def coarse_kind(found: Difference) -> Kind:
    """Return the kind of a difference without its shape."""
    return signature_kind(found)


def kind_of_change(found: Difference, call: Call) -> Kind:
    """Return the kind and the shape of a difference; one catching test is made for each."""
    base, head = _text(found.base_part), _text(found.head_part)
    if base is None or head is None:
        return (*signature_kind(found), _BY_INPUTS, _input_shape(call))
    return (*signature_kind(found), _BY_EDITS, _edits(base, head))


def _text(value: Value | None) -> str | None:
    if value is None or value.source is None:
        return None
    node = parse_expression(value.source)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value[:LONGEST_TEXT]
    return None


def _edits(base: str, head: str) -> str:
    """Say what was taken away and put in, by kinds of characters: ``-w:w@``, ``+/``."""
    before, after = _differing(
        _NUMBER_OR_CHARACTER.findall(base), _NUMBER_OR_CHARACTER.findall(head)
    )
    edits: dict[str, None] = {}
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            gone, come = "".join(before[a:b]), "".join(after[c:d])
            edits[f"-{skeleton(gone)}+{skeleton(come)}"] = None
    return "|".join(list(edits)[:MAX_EDITS])


def _differing(one: list[str], other: list[str]) -> tuple[list[str], list[str]]:
    """Leave out what two begin and end with alike, and what is beyond the longest."""
    begin = _alike(one, other)
    one, other = one[begin:], other[begin:]
    end = _alike(one[::-1], other[::-1])
    return one[: len(one) - end][:MAX_TEXT], other[: len(other) - end][:MAX_TEXT]


def _alike(one: list[str], other: list[str]) -> int:
    """Return how many items two begin with alike."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


def skeleton(text: str) -> str:
    """Write words as ``w``, numbers as ``d``, blanks as one, other characters as they are."""
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"[A-Za-z_]+", "w", text)
    text = re.sub(r"\d+", "d", text)
    text = re.sub(r"[^\x20-\x7e]+", "u", text)
    return re.sub(r"(.)\1+", r"\1", text)[:MAX_SKELETON]


def is_told_by_inputs(kind: Kind) -> bool:
    """Tell whether kinds differ by their inputs alone, though the results would say more."""
    *signature, told_by, _ = kind
    return told_by == _BY_INPUTS and _SAY_LITTLE.isdisjoint(signature)


def look_of(kind: Kind) -> str:
    """Return what the inputs, or the edits, of a kind look like."""
    return kind[-1].partition(_RELATION)[0]


def relation_of(kind: Kind) -> str:
    """Return what sets the two texts of the inputs apart, where there are two."""
    return kind[-1].partition(_RELATION)[2]


def _input_shape(call: Call) -> str:
    """Name the kinds of characters and values in the arguments of a call.

    Where two texts meet, what sets them apart belongs to the shape.
    """
    seen: set[str] = set()
    texts: list[str] = []
    parts = [*call.args, *(value for _, value in call.kwargs), call.receiver or ""]
    for part in parts:
        node = parse_expression(part)
        for found in ast.walk(node) if node is not None else ():
            if isinstance(found, ast.UnaryOp) and not _is_zero(found.operand):
                seen.add(type(found.op).__name__)
            elif isinstance(found, ast.Constant):
                seen.update(_constant_shape(found.value))
                if isinstance(found.value, str):
                    texts.append(found.value[:MAX_TEXT])
    return "".join(sorted(seen)) + (_RELATION + _edits(*texts) if len(texts) == 2 else "")


def _is_zero(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 0


def _constant_shape(value: object) -> set[str]:
    if isinstance(value, str):
        return set(skeleton(value)) - {"w", "d"} or {"w"}
    if isinstance(value, bool) or value is None:
        return {repr(value)[0]}
    if isinstance(value, (int, float)):
        return {"n"}
    return set()
