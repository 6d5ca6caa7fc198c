"""Known inputs whose types are written in another way, or wider: for what reads annotations."""

from __future__ import annotations

import ast
import dataclasses
import itertools
import re
from collections.abc import Callable, Iterator
from functools import partial

from regoose_ci.domain.observations import Call, Origin
from regoose_ci.domain.syntax import is_modest
from regoose_ci.inputs.expressions import MAX_SOURCE, parse
from regoose_ci.inputs.parts import parts_of, with_parts
from regoose_ci.inputs.seeds import Seed

MAX_RETYPED = 24
_BUILTINS = {
    "List": "list",
    "Dict": "dict",
    "Set": "set",
    "FrozenSet": "frozenset",
    "Tuple": "tuple",
    "Type": "type",
}
_FROM_TYPING = re.compile(r"from typing import (\w+)")
_Rewrite = Callable[[ast.expr], ast.expr]


def retyped_seeds(call: Call, origin: Origin) -> Iterator[Seed]:
    """Yield a call with other forms of the types that it gives, or that its classes have.

    First ``list[int]`` for ``List[int]`` and ``int | None`` for ``Optional[int]`` wherever they
    stand, then one annotation after the other made optional, or any type at all.
    """
    made = itertools.chain(_in_another_style(call), _wider(call))
    for other in dict.fromkeys(itertools.islice(made, MAX_RETYPED)):
        yield Seed(other, origin)


def _in_another_style(call: Call) -> Iterator[Call]:
    for rewrite in (_Generics().visit, _Unions().visit):
        parts = [part if part is None else _rewritten(part, rewrite) for part in parts_of(call)]
        imports = tuple(_annotated(statement, rewrite) for statement in call.imports)
        if (parts, imports) != (parts_of(call), call.imports):
            yield _with_imports(with_parts(call, parts), imports)


def _wider(call: Call) -> Iterator[Call]:
    for number, statement in enumerate(call.imports):
        for place in range(len(_annotations(statement))):
            for name, form in (("Optional", "Optional[{}]"), ("Any", "Any")):
                wider = _annotated(statement, partial(_wrapped, form=form), place)
                imports = (*call.imports[:number], wider, *call.imports[number + 1 :])
                yield _with_imports(call, (f"from typing import {name}", *imports))


def _wrapped(node: ast.expr, form: str) -> ast.expr:
    return ast.parse(form.format(ast.unparse(node)), mode="eval").body


def _rewritten(source: str, rewrite: _Rewrite) -> str:
    """Rewrite an expression; it stays as it is written where there is nothing to change."""
    if parse(source) is None:
        return source
    node = ast.parse(source, mode="eval").body
    before, after = ast.unparse(node), ast.unparse(rewrite(node))
    return source if after == before else after


def _annotations(statement: str) -> list[ast.expr]:
    """Return the annotations of a class's fields, last first; none of what is not one class."""
    if len(statement) > MAX_SOURCE:
        return []
    try:
        body = ast.parse(statement).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []  # guests need not be honest
    if len(body) != 1 or not isinstance(body[0], ast.ClassDef) or not is_modest(body[0]):
        return []
    fields = [node for node in body[0].body if isinstance(node, ast.AnnAssign)]
    return [field.annotation for field in reversed(fields)]


def _annotated(statement: str, rewrite: _Rewrite, place: int | None = None) -> str:
    """Rewrite the annotations of a class's fields, or the one at ``place``; the rest stays."""
    lines = [line.encode() for line in statement.split("\n")]
    for number, node in enumerate(_annotations(statement)):
        if place in (None, number) and node.lineno == node.end_lineno:
            line, source = lines[node.lineno - 1], ast.unparse(node)
            written = _rewritten(source, rewrite)
            if written != source:
                end = line[node.end_col_offset :]
                lines[node.lineno - 1] = line[: node.col_offset] + written.encode() + end
    return b"\n".join(lines).decode()


def _with_imports(call: Call, imports: tuple[str, ...]) -> Call:
    """Give a call other statements, without imports from ``typing`` that nothing needs."""
    texts = [part for part in parts_of(call) if part is not None]
    texts += [statement for statement in imports if not _FROM_TYPING.fullmatch(statement)]
    used = set(re.findall(r"\w+", " ".join(texts)))
    needed = [
        statement
        for statement in dict.fromkeys(imports)
        if (found := _FROM_TYPING.fullmatch(statement)) is None or found[1] in used
    ]
    return dataclasses.replace(call, imports=tuple(needed))


class _Generics(ast.NodeTransformer):
    """Writes the built-in types for those of ``typing``."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """Rewrite ``List[int]`` and ``typing.List[int]``, inside first."""
        self.generic_visit(node)
        builtin = _BUILTINS.get(_typing_name(node.value))
        if builtin is not None:
            node.value = ast.Name(builtin, ast.Load())
        return node


class _Unions(ast.NodeTransformer):
    """Writes ``|`` for ``Optional`` and ``Union``."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """Rewrite ``Optional[int]`` and ``Union[int, str]``, inside first."""
        self.generic_visit(node)
        name = _typing_name(node.value)
        if name == "Optional":
            return ast.BinOp(node.slice, ast.BitOr(), ast.Constant(None))
        if name == "Union" and isinstance(node.slice, ast.Tuple) and node.slice.elts:
            first, *others = node.slice.elts
            for other in others:
                first = ast.BinOp(first, ast.BitOr(), other)
            return first
        return node


def _typing_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.attr if node.value.id == "typing" else ""
    return node.id if isinstance(node, ast.Name) else ""
