"""Recipes in a call, written as lines of their own before it."""

from __future__ import annotations

import ast
import copy
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from regoose_ci.comparison.calls import render_call
from regoose_ci.comparison.source import parse_expression
from regoose_ci.domain.observations import Call
from regoose_ci.generation.embedded.naming import variable_for
from regoose_ci.guest.protocol import IT, TMP_PATH, has_recipe, read_recipe


@dataclass(frozen=True, slots=True)
class Arranged:
    """A call on variables, the lines that make them, and the fixtures those need."""

    call: Call
    lines: tuple[str, ...] = ()
    fixtures: tuple[str, ...] = ()


def has_recipes(call: Call) -> bool:
    """Whether some part of a call takes more than an expression to write well."""
    parts = [*call.args, *(value for _, value in call.kwargs), call.receiver or ""]
    return any(map(has_recipe, parts))


def arranged(call: Call, parameters: Sequence[str]) -> Arranged:
    """Give each object that a recipe makes a name, and write its recipe as lines."""
    lines: list[str] = []

    def plain(key: int | str, source: str) -> str:
        node = parse_expression(source) if has_recipe(source) else None
        if node is None:
            return source
        writer = _Writer(variable_for(key, _as_made(call), parameters))
        text = ast.unparse(writer.visit(copy.deepcopy(node)))  # parsed trees are shared
        lines.extend(writer.lines)
        return text

    receiver = None if call.receiver is None else plain("self", call.receiver)
    args = tuple(plain(n, source) for n, source in enumerate(call.args))
    kwargs = tuple((key, plain(key, source)) for key, source in call.kwargs)
    fixtures = (TMP_PATH,) if any(f" = {TMP_PATH} " in line for line in lines) else ()
    done = dataclasses.replace(call, receiver=receiver, args=args, kwargs=kwargs)
    return Arranged(done, tuple(lines), fixtures)


def call_in_words(call: Call, parameters: Sequence[str]) -> str:
    """Write a call on one line, what is needed before it in front."""
    ready = arranged(call, parameters)
    return "; ".join([*ready.lines, render_call(ready.call)])


def _as_made(call: Call) -> Call:
    """The call on its receiver as it was first made, which tells its class."""
    node = parse_expression(call.receiver or "")
    parts = read_recipe(node) if node is not None else None
    return call if parts is None else dataclasses.replace(call, receiver=ast.unparse(parts[0]))


class _Writer(ast.NodeTransformer):
    """Takes recipes out of an expression, the inner ones first."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.lines: list[str] = []

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        node = self._inside(node)
        found = read_recipe(node)
        if found is None:
            return node
        name = self._name if not self.lines else f"{self._name}_{len(self.lines) + 1}"
        made, steps = found
        self.lines.append(f"{name} = {ast.unparse(made)}")
        self.lines += [_statement(_Renamed(name).visit(step)) for step in steps]
        return ast.Name(name, ast.Load())

    def _inside(self, node: ast.Subscript) -> ast.Subscript:
        visited = self.generic_visit(node)
        assert isinstance(visited, ast.Subscript)
        return visited


_IN_PLACE = {"__iadd__": "+=", "__isub__": "-=", "__ior__": "|=", "__iand__": "&="}


def _statement(step: ast.expr) -> str:
    """A step the way people write it: ``basket[0] = 'pear'`` for a call of ``__setitem__``."""
    source = ast.unparse(step)
    if not (isinstance(step, ast.Call) and isinstance(step.func, ast.Attribute)):
        return source
    owner, name = ast.unparse(step.func.value), step.func.attr
    match name, [ast.unparse(argument) for argument in step.args]:
        case "__setitem__", [key, value]:
            return f"{owner}[{key}] = {value}"
        case "__delitem__", [key]:
            return f"del {owner}[{key}]"
        case _, [other] if name in _IN_PLACE:
            return f"{owner} {_IN_PLACE[name]} {other}"
    return source


class _Renamed(ast.NodeTransformer):
    def __init__(self, name: str) -> None:
        self._name = name

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(self._name, node.ctx) if node.id == IT else node
