"""Structural comparison of values seen in two processes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from regoose_ci.comparison.source import (
    compose,
    escape_braces,
    last_name,
    parse_expression,
    without_addresses,
)
from regoose_ci.domain.observations import Value

_ITERATORS = frozenset(
    {
        "generator",
        "map",
        "filter",
        "zip",
        "enumerate",
        "reversed",
        "chain",
        "islice",
        "starmap",
        "takewhile",
        "dropwhile",
        "accumulate",
        "callable_iterator",
    }
)


@dataclass(frozen=True, slots=True)
class Differing:
    """The smallest part in which two values differ; ``path`` leads to it from the whole."""

    path: str
    base: Value
    head: Value


def differing_part(base: Value, head: Value) -> Differing | None:
    """Where two values differ, or ``None`` when they are the same to a reader.

    Order of dictionaries and sets, memory addresses and the kind of iterator do not count;
    types and the sign of zero do; NaN equals NaN. Parts seen on one side only do not count:
    they may be missing because they vary from run to run.
    """
    whole = Differing("{}", base, head)
    if not same_type(base.type, head.type):
        return whole
    if base.source is not None and head.source is not None:
        found = _differing_source(base, head)
        if found is not None:
            return found
    elif base.source is not None and not base.parts.keys() & head.parts:
        # What base made can be built again from its source, what head made cannot.
        return whole
    found_parts = [
        Differing(compose(inner.path, template), inner.base, inner.head)
        for template, part in base.parts.items()
        if template in head.parts
        for inner in [differing_part(part, head.parts[template])]
        if inner is not None
    ]
    return min(found_parts, key=_salience, default=None)


def same_type(base: str, head: str) -> bool:
    """Whether two qualified type names mean one type: a class may move within its package."""
    names = last_name(base), last_name(head)
    if all(n in _ITERATORS or n.endswith(("iterator",)) for n in names):
        return True
    packages = {name.removeprefix("builtins.").split(".")[0] for name in (base, head)}
    return names[0] == names[1] and len(packages) == 1


def python_equal(base: str, head: str) -> bool:
    """Whether ``==`` cannot tell the values of two sources apart (``1``, ``1.0`` and ``True``)."""
    if base == head:
        return True
    try:
        return bool(ast.literal_eval(base) == ast.literal_eval(head))
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return False


def salience(path: str) -> tuple[int, int, str]:
    """Order of projections, most telling first: attributes and items, then length, then text."""
    rank = next(
        (r for r, start in enumerate(("{}", "list(", "len(", "str(")) if path.startswith(start)), 4
    )
    return (rank + 5 * ("._" in path), len(path), path)


def _salience(part: Differing) -> tuple[bool, tuple[int, int, str]]:
    return (part.base.source is None, salience(part.path))


def _differing_source(base: Value, head: Value) -> Differing | None:
    base_source, head_source = base.source or "", head.source or ""
    if base_source == head_source:
        return None
    left, right = parse_expression(base_source), parse_expression(head_source)
    if left is None or right is None:
        same = without_addresses(base_source) == without_addresses(head_source)
        return None if same else Differing("{}", base, head)
    step = next(_steps(left, right, "{}"), None)
    if step is None:
        return None
    path, base_node, head_node = step
    if path == "{}":
        return Differing(path, base, head)
    return Differing(path, _value(base_node, base), _value(head_node, head))


_Step = tuple[str, ast.expr, ast.expr]


def _steps(left: ast.expr, right: ast.expr, path: str) -> Iterator[_Step]:
    """The differing parts of two expressions, outermost containers walked in order."""
    if isinstance(left, ast.Dict) and isinstance(right, ast.Dict):
        yield from _dict_steps(left, right, path)
    elif (elements := _paired_elements(left, right)) is not None:
        for index, (one, other) in enumerate(elements):
            yield from _steps(one, other, f"{path}[{index}]")
    elif _normal_form(left) != _normal_form(right):
        yield path, left, right


def _paired_elements(left: ast.expr, right: ast.expr) -> list[tuple[ast.expr, ast.expr]] | None:
    match left, right:
        case (ast.List(elts=ours), ast.List(elts=theirs)) if len(ours) == len(theirs):
            return list(zip(ours, theirs, strict=True))
        case (ast.Tuple(elts=ours), ast.Tuple(elts=theirs)) if len(ours) == len(theirs):
            return list(zip(ours, theirs, strict=True))
    return None


def _dict_steps(left: ast.Dict, right: ast.Dict, path: str) -> Iterator[_Step]:
    ours, theirs = _items(left), _items(right)
    if ours.keys() != theirs.keys():
        yield path, left, right
        return
    for form, (key, value) in ours.items():
        yield from _steps(value, theirs[form][1], f"{path}[{escape_braces(ast.unparse(key))}]")


def _items(node: ast.Dict) -> dict[str, tuple[ast.expr, ast.expr]]:
    return {
        _normal_form(k): (k, v)
        for k, v in zip(node.keys, node.values, strict=True)
        if k is not None
    }


def _normal_form(node: ast.expr) -> str:
    """A text that is equal for expressions of equal values of equal types."""
    match node:
        case ast.Set(elts=elts):
            return "{" + ",".join(sorted(map(_normal_form, elts))) + "}"
        case ast.Dict():
            pairs = sorted((k, _normal_form(v)) for k, (_, v) in _items(node).items())
            return "{" + ",".join(f"{k}:{v}" for k, v in pairs) + "}"
        case ast.List(elts=elts):
            return "[" + ",".join(map(_normal_form, elts)) + "]"
        case ast.Tuple(elts=elts):
            return "(" + ",".join(map(_normal_form, elts)) + ",)"
        case ast.Call(func=func, args=args, keywords=keywords):
            named = sorted(f"{k.arg}={_normal_form(k.value)}" for k in keywords)
            if isinstance(func, ast.Name) and func.id in {"set", "frozenset"} and len(args) == 1:
                args = [_as_set(args[0])]
            return f"{ast.dump(func)}({','.join([*map(_normal_form, args), *named])})"
        case ast.Constant(value=value):
            return without_addresses(f"{type(value).__name__}:{value!r}")
    return without_addresses(ast.dump(node))


def _as_set(node: ast.expr) -> ast.expr:
    return ast.Set(elts=node.elts) if isinstance(node, ast.List | ast.Tuple) else node


_TYPES_OF_NODES: dict[type[ast.expr], str] = {
    ast.Dict: "dict",
    ast.List: "list",
    ast.Tuple: "tuple",
    ast.Set: "set",
}


def _value(node: ast.expr, whole: Value) -> Value:
    number = node.operand if isinstance(node, ast.UnaryOp) else node
    if isinstance(number, ast.Constant):
        name = type(number.value).__name__
    elif isinstance(node, ast.Call):
        name = ast.unparse(node.func)
    else:
        name = _TYPES_OF_NODES.get(type(node), "object")
    return Value(type=name, source=ast.unparse(node), imports=whole.imports)
