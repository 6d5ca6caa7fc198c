"""Smaller and plainer variants of a call, for shrinking a witness."""

from __future__ import annotations

import ast
import copy
import dataclasses
import re
from collections.abc import Iterator, Mapping

from regoose_ci.domain.observations import Call
from regoose_ci.guest.protocol import read_recipe, recipe
from regoose_ci.inputs.expressions import PlainSigns, held_by, parse, size

CallSize = tuple[int, int, tuple[int, int, str]]
_PLAIN_WORDS = ("a", "b", "1", "0")


Usual = Mapping[str, Mapping[int, str]]
"""By the name that is called and the position: the argument that people usually give there, which
nothing is plainer than."""


def call_size(call: Call, usual_arguments: Usual | None = None) -> CallSize:
    """Order calls: fewer arguments, then shorter and plainer ones; usual ones count nothing."""
    usual = (usual_arguments or {}).get(call.name, {})
    parts = [a for n, a in enumerate(call.args) if usual.get(n) != a]
    parts += [*(value for _, value in call.kwargs), call.receiver or ""]
    total = " ".join(parts)
    return (len(call.args) + len(call.kwargs), len(total), size(total))


def simpler(
    call: Call, usual_arguments: Usual | None = None, kept_texts: int = 0
) -> Iterator[Call]:
    """Yield variants that are smaller than ``call``, boldest first.

    Texts of up to ``kept_texts`` characters stay as they are.
    """
    usual = (usual_arguments or {}).get(call.name, {})
    for n, value in usual.items():
        if n < len(call.args) and call.args[n] != value:
            yield dataclasses.replace(call, args=(*call.args[:n], value, *call.args[n + 1 :]))
    for n in range(len(call.kwargs)):
        yield dataclasses.replace(call, kwargs=(*call.kwargs[:n], *call.kwargs[n + 1 :]))
    if call.args:
        yield dataclasses.replace(call, args=call.args[:-1])
    variants = [
        *(
            dataclasses.replace(call, args=(*call.args[:n], v, *call.args[n + 1 :]))
            for n, source in enumerate(call.args)
            if usual.get(n) != source
            for v in simpler_expressions(source, kept_texts)
        ),
        *(
            dataclasses.replace(call, kwargs=(*call.kwargs[:n], (name, v), *call.kwargs[n + 1 :]))
            for n, (name, source) in enumerate(call.kwargs)
            for v in simpler_expressions(source, kept_texts)
        ),
    ]
    if call.receiver is not None:
        variants += [
            dataclasses.replace(call, receiver=v)
            for v in simpler_expressions(call.receiver, kept_texts)
        ]
    yield from sorted(dict.fromkeys(variants), key=call_size)


def simpler_expressions(source: str, kept_texts: int = 0) -> Iterator[str]:
    """Yield expressions of the same shape with one constant or container made smaller."""
    node = parse(source)
    if node is None:
        return
    tree = ast.Expression(node)
    held = {id(child) for parent in ast.walk(tree) for child in held_by(parent)}
    for index, found in enumerate(ast.walk(tree)):
        if id(found) in held or _is_short_text(found, kept_texts):
            continue
        for replacement in _simpler_nodes(found):
            changed = copy.deepcopy(tree)
            target = next(n for i, n in enumerate(ast.walk(changed)) if i == index)
            if _replace(changed, target, copy.deepcopy(replacement)):  # it may share nodes
                text = ast.unparse(PlainSigns().visit(changed))
                if size(text) < size(source):
                    yield text


def _is_short_text(node: ast.AST, most: int) -> bool:
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return is_text and len(node.value) <= most  # type: ignore[attr-defined]


def _replace(tree: ast.Expression, target: ast.AST, replacement: ast.expr) -> bool:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is target:
                setattr(parent, name, replacement)
                return True
            if isinstance(value, list) and any(item is target for item in value):
                value[:] = [replacement if item is target else item for item in value]
                return True
    return False


def _simpler_nodes(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Constant):
        for value in _simpler_values(node.value):
            yield ast.Constant(value)
    elif isinstance(node, (ast.List, ast.Tuple, ast.Set)) and node.elts:
        for n in range(len(node.elts)):
            kept = [*node.elts[:n], *node.elts[n + 1 :]]
            if kept or not isinstance(node, ast.Set):
                shrunk = copy.copy(node)
                shrunk.elts = kept
                yield shrunk
    elif isinstance(node, ast.Dict) and node.keys:
        for n in range(len(node.keys)):
            yield ast.Dict(
                [*node.keys[:n], *node.keys[n + 1 :]], [*node.values[:n], *node.values[n + 1 :]]
            )
    elif isinstance(node, ast.Call) and node.keywords:
        for n in range(len(node.keywords)):
            yield ast.Call(node.func, node.args, [*node.keywords[:n], *node.keywords[n + 1 :]])
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif (parts := read_recipe(node)) is not None:
        yield from _shorter_recipes(*parts)


def _shorter_recipes(made: ast.expr, steps: list[ast.expr]) -> Iterator[ast.expr]:
    for n in range(len(steps)):
        kept = [ast.unparse(step) for step in (*steps[:n], *steps[n + 1 :])]
        yield ast.parse(recipe(ast.unparse(made), kept), mode="eval").body


def _simpler_values(value: object) -> Iterator[str | bytes | int | float]:
    if isinstance(value, bool):
        return
    if isinstance(value, str):
        yield from _simpler_texts(value)
    elif isinstance(value, bytes):
        yield from (b"", value[: len(value) // 2], value[1:], value[:-1])
    elif isinstance(value, int):
        yield from (n for n in (0, 1, 2, 10, value // 10, value // 2) if abs(n) < abs(value))
    elif isinstance(value, float):
        yield from (f for f in (0.0, 1.0, 0.5, 1.5, float(int(value)) if abs(value) < 1e9 else 0.0))
        yield round(value, 1)


def _simpler_texts(text: str) -> Iterator[str]:
    yield ""
    half = len(text) // 2
    if half:
        yield from (text[:half], text[half:])
    lines = text.splitlines(keepends=True)
    if len(lines) > 1:
        yield from ("".join([*lines[:n], *lines[n + 1 :]]) for n in range(min(len(lines), 30)))
    tokens = re.findall(r"\w+|[^\w\s]|\s+", text)
    if len(tokens) > 1:
        for n, token in enumerate(tokens[:40]):
            yield "".join([*tokens[:n], *tokens[n + 1 :]])
            if len(token) > 1 and token.isalpha():
                yield "".join([*tokens[:n], "a", *tokens[n + 1 :]])
            if len(token) > 1 and token.isdigit():
                yield "".join([*tokens[:n], "1", *tokens[n + 1 :]])
    if len(text) <= 40:
        yield from (text[:n] + text[n + 1 :] for n in range(len(text)))
        yield from (
            text[:n] + "a" + text[n + 1 :] for n in range(len(text)) if not text[n].isascii()
        )
    if len(text) == 1:
        yield from (word for word in _PLAIN_WORDS if word < text)
