"""Calls written the way people write them: ``a == b`` rather than ``a.__eq__(b)``."""

from __future__ import annotations

import ast
import dataclasses

from regoose_ci.comparison.source import parse_expression, string_of
from regoose_ci.domain.observations import Call, CallKind, Outcome

_COMPARISONS = {
    "__eq__": "==",
    "__ne__": "!=",
    "__lt__": "<",
    "__le__": "<=",
    "__gt__": ">",
    "__ge__": ">=",
}
_ARITHMETIC = {
    "__add__": "+",
    "__sub__": "-",
    "__mul__": "*",
    "__matmul__": "@",
    "__truediv__": "/",
    "__floordiv__": "//",
    "__mod__": "%",
    "__pow__": "**",
    "__and__": "&",
    "__or__": "|",
    "__xor__": "^",
    "__lshift__": "<<",
    "__rshift__": ">>",
}
_UNARY = {"__neg__": "-", "__pos__": "+", "__invert__": "~"}
_WRAPPED = {  # as the guest evaluates them: a hash differs from process to process
    "__len__": "len({})",
    "__str__": "str({})",
    "__repr__": "repr({})",
    "__hash__": "isinstance(hash({}), int)",
    "__bool__": "bool({})",
    "__int__": "int({})",
    "__float__": "float({})",
    "__complex__": "complex({})",
    "__bytes__": "bytes({})",
    "__abs__": "abs({})",
    "__iter__": "list({})",
    "__reversed__": "list(reversed({}))",
    "__next__": "next({})",
    "__dir__": "dir({})",
}
_WITH_ARGUMENT = {"__format__": "format", "__round__": "round", "__divmod__": "divmod"}

_PRIMARY = (
    ast.Name,
    ast.Attribute,
    ast.Call,
    ast.Subscript,
    ast.List,
    ast.Dict,
    ast.Set,
    ast.ListComp,
    ast.DictComp,
    ast.SetComp,
    ast.JoinedStr,
)


def render_call(call: Call) -> str:
    """``call`` as Python source: ``slugify('a b', separator='-')``, ``a == b``, ``url.path``.

    It is an expression, or for ``__setitem__``, ``__setattr__`` and ``__delitem__`` a statement
    (see `is_statement`).
    """
    call = _bound(call)
    if call.kind is CallKind.FUNCTION or call.receiver is None:
        return f"{call.name}({_arguments(call)})"
    if call.kind is CallKind.PROPERTY:
        return f"{as_primary(call.receiver)}.{call.name}"
    written = None if call.kwargs else _operator_form(call.name, call.receiver, call.args)
    return written or f"{as_primary(call.receiver)}.{call.name}({_arguments(call)})"


def render_observed(call: Call, outcome: Outcome) -> str:
    """The expression whose value ``outcome`` holds: awaited, listed or entered as by the guest."""
    if outcome.entered:
        return "entered()"
    if outcome.awaited and outcome.iterated:
        return "asyncio.run(collect())"
    source = render_call(call)
    if outcome.awaited:
        source = f"asyncio.run({source})"
    if outcome.iterated and not source.startswith("list("):
        source = f"list({source})"
    return source


def helper_lines(call: Call, outcome: Outcome) -> tuple[str, ...]:
    """The definition that `render_observed` uses for context managers and async iterators."""
    source = render_call(call)
    if outcome.entered:
        return (
            "def entered():",
            f"    with {source} as inside:",
            "        return inside",
            "",
        )
    if not (outcome.awaited and outcome.iterated):
        return ()
    return ("async def collect():", f"    return [item async for item in {source}]", "")


def observed_imports(call: Call, outcome: Outcome) -> tuple[str, ...]:
    """The import statements that `render_observed` needs."""
    return (*call.imports, "import asyncio") if outcome.awaited else call.imports


def is_statement(call: Call) -> bool:
    """Whether `render_call` gives a statement: ``box['a'] = 1``, ``del box['a']``."""
    return parse_expression(render_call(call)) is None


def is_public_call(call: Call) -> bool:
    """Whether nothing that is called, or made for being called, has a private name."""
    made = parse_expression(call.receiver) if call.receiver else None
    named = [call.name, ast.unparse(made.func) if isinstance(made, ast.Call) else ""]
    parts = [part for name in named for part in name.split(".")]
    return not any(part.startswith("_") and not _is_dunder(part) for part in parts)


def _bound(call: Call) -> Call:
    """``Version.__eq__(a, b)`` as a method call of ``a``; ``Version.__init__(x)`` as plain call."""
    owner, _, name = call.name.rpartition(".")
    if call.kind is not CallKind.FUNCTION or not owner or not _is_dunder(name):
        return call
    if name == "__init__":
        return dataclasses.replace(call, name=owner)
    if call.args and name not in {"__new__", "__init_subclass__", "__class_getitem__"}:
        return dataclasses.replace(
            call, kind=CallKind.METHOD, name=name, receiver=call.args[0], args=call.args[1:]
        )
    return call


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _operator_form(name: str, receiver: str, args: tuple[str, ...]) -> str | None:
    match args:
        case ():
            if name in _UNARY:
                return _UNARY[name] + as_primary(receiver)
            return _WRAPPED[name].format(receiver) if name in _WRAPPED else None
        case (only,):
            return _binary_form(name, receiver, only)
        case (key, value) if name == "__setitem__":
            return f"{as_primary(receiver)}[{key}] = {value}"
        case (key, value) if name == "__setattr__" and (attribute := string_of(key)):
            return f"{as_primary(receiver)}.{attribute} = {value}"
    return f"{as_primary(receiver)}({', '.join(args)})" if name == "__call__" else None


def _binary_form(name: str, receiver: str, other: str) -> str | None:
    if name in _COMPARISONS:
        return f"{_operand(receiver)} {_COMPARISONS[name]} {_operand(other)}"
    if name in _ARITHMETIC:
        return f"{as_primary(receiver)} {_ARITHMETIC[name]} {as_primary(other)}"
    direct = "__" + name[3:]
    if name.startswith("__r") and direct in _ARITHMETIC:
        return f"{as_primary(other)} {_ARITHMETIC[direct]} {as_primary(receiver)}"
    if name in _WITH_ARGUMENT:
        return f"{_WITH_ARGUMENT[name]}({receiver}, {other})"
    forms = {
        "__contains__": f"{_operand(other)} in {_operand(receiver)}",
        "__getitem__": f"{as_primary(receiver)}[{_index(other)}]",
        "__delitem__": f"del {as_primary(receiver)}[{_index(other)}]",
        "__call__": f"{as_primary(receiver)}({other})",
    }
    return forms.get(name)


def _index(source: str) -> str:
    """Write ``slice(1, None, 2)`` as it stands in brackets: ``1::2``."""
    match parse_expression(source):
        case ast.Call(func=ast.Name("slice"), args=[_, _] | [_, _, _] as bounds, keywords=[]):
            if all(isinstance(bound, ast.Constant | ast.UnaryOp) for bound in bounds):
                parts = ["" if ast.unparse(b) == "None" else ast.unparse(b) for b in bounds]
                return ":".join(parts[:2] if parts[2:] == [""] else parts)
    return source


def _arguments(call: Call) -> str:
    return ", ".join([*call.args, *(f"{key}={value}" for key, value in call.kwargs)])


def as_primary(source: str) -> str:
    """``source``, in parentheses where ``.name`` or an operator could not follow it."""
    node = parse_expression(source)
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
    in_brackets = isinstance(node, ast.Tuple | ast.GeneratorExp) and source.startswith("(")
    return source if isinstance(node, _PRIMARY) or is_text or in_brackets else f"({source})"


def _operand(source: str) -> str:
    """``source`` so that a comparison operator can stand beside it."""
    node = parse_expression(source)
    return source if isinstance(node, ast.Constant | ast.UnaryOp) else as_primary(source)
