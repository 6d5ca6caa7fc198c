"""The smallest readable assertions about an outcome."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from regoose_ci.comparison.calls import as_primary
from regoose_ci.comparison.differences import Difference
from regoose_ci.comparison.source import (
    compose,
    fill,
    has_address,
    last_name,
    parse_expression,
    string_of,
)
from regoose_ci.comparison.values import python_equal, salience
from regoose_ci.domain.observations import Value

MAX_WHOLE = 240
"""Longest source that is asserted as a whole: about three lines."""
_MAX_PARTS = 3
_ITERATOR = "iterator"  # as guests call every kind; asking it once uses it up
_LONG_FLOAT = 12
_LONG_LINE = 60
_LONG_PART = 40
_ABSENT = frozenset({"None", "False", "''", "[]", "{}", "()"})
_SIZED = frozenset({"list", "tuple", "dict", "set", "frozenset", "bytes", "bytearray"})
_BUILTIN_TYPES = frozenset({"str", "int", "float", "bool", "complex", *_SIZED})


class Relation(str, Enum):
    """How a subject is compared with what is expected."""

    EQUAL = "=="
    IS = "is"
    CONTAINS = "in"
    LACKS = "not in"
    TRUE = ""


_FLIPPED = {Relation.EQUAL: "!=", Relation.IS: "is not"}


@dataclass(frozen=True, slots=True)
class Check:
    """One assertion about a value; ``path`` is the projection of it that is compared."""

    path: str
    relation: Relation
    expected: str = ""
    imports: tuple[str, ...] = ()

    def render(self, subject: str) -> str:
        """The assert statement about the value that ``subject`` evaluates to."""
        return self._statement(_projected(self.path, subject), self.relation.value)

    def render_flipped(self, subject: str) -> str:
        """The opposite assert statement."""
        subject = _projected(self.path, subject)
        if self.relation is Relation.TRUE:
            return f"assert not ({subject})"
        if self.relation is Relation.CONTAINS:
            return f"assert {self.expected} not in {subject}"
        if self.relation is Relation.LACKS:
            return f"assert {self.expected} in {subject}"
        return self._statement(subject, _FLIPPED[self.relation])

    def _statement(self, subject: str, operator: str) -> str:
        node = parse_expression(subject)
        is_open = isinstance(node, ast.Compare) and not subject.startswith("(")
        if self.relation is Relation.TRUE:
            return f"assert {subject}"
        is_asked = is_open or _is_type_check(node)
        if is_asked and self.relation is Relation.IS and self.expected in {"True", "False"}:
            holds = (self.expected == "True") is (operator == "is")
            return f"assert {subject}" if holds else f"assert {_denied(subject, node)}"
        if is_open or isinstance(node, ast.Lambda | ast.IfExp | ast.BoolOp | ast.Await):
            subject = f"({subject})"
        if self.relation in {Relation.CONTAINS, Relation.LACKS}:
            return f"assert {self.expected} {operator} {subject}"
        return f"assert {subject} {operator} {self.expected}"


def _is_type_check(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "isinstance"


def _denied(subject: str, node: ast.expr | None) -> str:
    """``a not in b`` for ``a in b``, and ``not (a < b)``, which need not be ``a >= b``."""
    match node:
        case ast.Compare(left, [ast.In()], [right]):
            sides = (ast.get_source_segment(subject, side) for side in (left, right))
            return " not in ".join(filter(None, sides))
    return f"not ({subject})"


def checks_of(value: Value) -> tuple[Check, ...]:
    """What to assert about a value: all of it if short, else its salient parts; never nothing."""
    if _is_nan_value(value):
        return (Check("math.isnan({})", Relation.TRUE, imports=("import math",)),)
    if value.source is not None and len(value.source) <= MAX_WHOLE and _is_comparable(value):
        return (_exactly("{}", value, approximate=True),)
    if (text_alike := _text_alike(value)) is not None:
        return (_exactly("{}", text_alike),)
    if value.source is not None and (text := string_of(value.source)) is not None:
        return _checks_of_long_text(text)
    if value.source is not None and (size := _size_of(value)) is not None:
        return (Check("len({})", Relation.EQUAL, str(size)),)
    parts = _short_parts(value, "{}")
    if not parts:
        return (_of_type("{}", value.type),)
    shown = sorted(parts, key=_telling)
    count = 1 if value.type == _ITERATOR else _MAX_PARTS
    return tuple(_exactly(path, part, approximate=True) for path, part in shown[:count])


def _text_alike(value: Value) -> Value | None:
    """The text that a value of a class of texts equals, when its parts show all of it."""
    start, size = value.parts.get("{}[:80]"), value.parts.get("len({})")
    text = string_of(start.source) if start is not None else None
    is_whole = text is not None and size is not None and size.source == str(len(text))
    return start if value.source is None and is_whole else None


def _telling(part: tuple[str, Value]) -> tuple[bool, bool, bool, tuple[int, int, str]]:
    """Sorting key of a value's parts: short ones first, and nothing that is only absent.

    A text that is no mere representation (``str(version) == "1.0"``) says more than attributes.
    """
    path, value = part
    source = value.source or ""
    is_silent = source in _ABSENT or "__name__" in path
    is_text = path.startswith("str(") and not re.search(r"[(<]", source)
    return (len(source) > _LONG_PART, is_silent, not is_text, salience(path))


def checks_of_difference(found: Difference) -> tuple[Check, ...]:
    """What to assert of base's value so that head's does not satisfy it."""
    base, head = found.base.value, found.head.value
    if found.argument is not None:
        base = found.base.changed_arguments.get(found.argument)
        head = found.head.changed_arguments.get(found.argument)
    if base is None:
        return ()
    part, other = found.base_part, found.head_part
    if part is None or other is None:
        return checks_of(base)
    if part.source is not None and other.source is not None:
        if python_equal(part.source, other.source):
            return (_apart(found.path, part, other),)
    elif last_name(part.type) != last_name(other.type):
        return checks_of(base) if base.source else (_of_type(found.path, part.type),)
    if _tells_apart(base, head):
        return (_exactly("{}", base),)
    return (_exactly_or_salient(found.path, part, other),)


def says_enough(checks: Sequence[Check]) -> bool:
    """Whether the checks tell more than the name of a private class or of an inner function."""
    named = [check for check in checks if "__name__" in check.path]
    public = [c for c in named if c.path.startswith("type(") and "_" not in c.expected]
    return len(named) < len(checks) or bool(public)


def _projected(path: str, subject: str) -> str:
    return fill(path, as_primary(subject) if re.search(r"\{\}[.\[]", path) else subject)


def _exactly(path: str, value: Value, *, approximate: bool = False) -> Check:
    source = value.source or ""
    if source in {"True", "False", "None", "...", "NotImplemented"}:
        return Check(path, Relation.IS, source)
    if _is_nan(source):
        return Check(compose("math.isnan({})", path), Relation.TRUE, imports=("import math",))
    if approximate and (close := _approximated(source)) is not None:
        return Check(path, Relation.EQUAL, close, (*value.imports, "import pytest"))
    return Check(path, Relation.EQUAL, source, value.imports)


def _exactly_or_salient(path: str, part: Value, other: Value) -> Check:
    if part.source is None:
        return _of_type(path, part.type)
    if len(part.source) <= MAX_WHOLE:
        return _exactly(path, part)
    ours, theirs = string_of(part.source), string_of(other.source)
    if ours is not None and theirs is not None:
        return _check_of_snippet(path, ours, theirs) or _exactly(path, part)
    if (size := _size_of(part)) is not None and size != _size_of(other):
        return Check(compose("len({})", path), Relation.EQUAL, str(size), part.imports)
    return _exactly(path, part)


def _check_of_snippet(path: str, ours: str, theirs: str) -> Check | None:
    """The shortest line only base's text has, or one that only head's has."""
    lines = [line for line in ours.splitlines() if line.strip() and line not in theirs]
    if lines and len(shortest := min(lines, key=len)) <= MAX_WHOLE:
        return Check(path, Relation.CONTAINS, repr(shortest))
    lines = [line for line in theirs.splitlines() if line.strip() and line not in ours]
    if lines and len(shortest := min(lines, key=len)) <= MAX_WHOLE:
        return Check(path, Relation.LACKS, repr(shortest))
    return None


def _apart(path: str, part: Value, other: Value) -> Check:
    """An assertion for values that ``==`` cannot tell apart: by type, or by how they print."""
    if last_name(part.type) != last_name(other.type):
        return _of_type(path, part.type)
    return Check(compose("repr({})", path), Relation.EQUAL, repr(part.source))


def _of_type(path: str, type_name: str) -> Check:
    name = last_name(type_name)
    if type_name.removeprefix("builtins.") in _BUILTIN_TYPES:
        return Check(compose("type({})", path), Relation.IS, name)
    return Check(compose("type({}).__name__", path), Relation.EQUAL, f'"{name}"')


def _tells_apart(base: Value, head: Value | None) -> bool:
    """Whether comparing with the whole of base's value is short and fails on head's."""
    if base.source is None or len(base.source) > MAX_WHOLE or not _is_comparable(base):
        return False
    if head is None or head.source is None:
        return True
    return not python_equal(base.source, head.source)


def _is_comparable(value: Value) -> bool:
    """Whether ``==`` holds between the value and itself: not with a NaN inside."""
    source = value.source or ""
    return _is_nan(source) or re.search(r"\bnan\b", source) is None


def _is_nan(source: str) -> bool:
    return source.replace('"', "'") in {"float('nan')", "math.nan"}


def _is_nan_value(value: Value) -> bool:
    """Whether a guest saw NaN: no source equals it, so it only tells how it prints."""
    text = value.parts.get("str({})")
    return value.type == "float" and text is not None and string_of(text.source) == "nan"


def _approximated(source: str) -> str | None:
    """``pytest.approx`` of a number or a flat collection with a float too long to mean it."""
    if not re.search(rf"\d\.\d{{{_LONG_FLOAT},}}", source):
        return None
    node = parse_expression(source)
    elements = node.values if isinstance(node, ast.Dict) else getattr(node, "elts", [node])
    is_flat = not isinstance(node, ast.Set) and all(_is_number(e) for e in elements)
    if not is_flat:
        return None
    short = re.sub(
        rf"\d+\.\d{{{_LONG_FLOAT},}}(?:e[+-]?\d+)?", lambda m: f"{float(m[0]):.9g}", source
    )
    return f"pytest.approx({short})"


def _is_number(node: object) -> bool:
    operand = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(operand, ast.Constant) and isinstance(operand.value, int | float)


def _checks_of_long_text(text: str) -> tuple[Check, ...]:
    first = next((line for line in text.splitlines() if line.strip()), text)
    if len(first) > _LONG_LINE:
        first = first[:_LONG_LINE].rsplit(" ", 1)[0]
    return (
        Check("{}", Relation.CONTAINS, repr(first)),
        Check("len({})", Relation.EQUAL, str(len(text))),
    )


def _size_of(value: Value) -> int | None:
    node = parse_expression(value.source or "")
    if isinstance(node, ast.List | ast.Tuple):
        return len(node.elts)
    if isinstance(node, ast.Dict):
        return len(node.keys)
    if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
        return len(node.value)
    return None


def _short_parts(value: Value, path: str) -> list[tuple[str, Value]]:
    found: list[tuple[str, Value]] = []
    for template, part in value.parts.items():
        inner = compose(template, path)
        if part.source is None:
            found += _short_parts(part, inner)
        elif (
            len(part.source) <= MAX_WHOLE and _is_comparable(part) and not has_address(part.source)
        ):
            found.append((inner, part))
    return found
