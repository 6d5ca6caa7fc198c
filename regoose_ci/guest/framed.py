"""The call that a running frame is of: its function, its arguments, and how it is written."""

from __future__ import annotations

import inspect
from types import FrameType

from .naming import Name, name_of
from .protocol import Call, CallKind

IMPLICIT = ("self", "cls")
"""What the parameter of a method is called that its caller does not write."""


def as_expression(call: Call) -> str | None:
    """Write a call as an expression; ``None`` for special methods that have no operator."""
    arguments = ", ".join([*call.args, *(f"{k}={v}" for k, v in call.kwargs)])
    if call.receiver is None:
        return f"{call.name}({arguments})"
    if call.kind is CallKind.PROPERTY:
        return f"{_grouped(call.receiver)}.{call.name}"
    operator = _BINARY.get(call.name)
    if operator is not None and len(call.args) == 1:
        return f"({call.receiver} {operator} {call.args[0]})"
    if call.name.startswith("__"):
        return None
    return f"{_grouped(call.receiver)}.{call.name}({arguments})"


_BINARY = {
    "__add__": "+",
    "__sub__": "-",
    "__mul__": "*",
    "__truediv__": "/",
    "__mod__": "%",
    "__and__": "&",
    "__or__": "|",
}


def _grouped(source: str) -> str:
    return source if source[:1].isalpha() or source[:1] in "([{\"'_" else f"({source})"


def global_function(frame: FrameType) -> Name | None:
    """Name the module-level function that ``frame`` runs, if a name leads to it."""
    code = frame.f_code
    found = frame.f_globals.get(code.co_name)
    if found is None or isinstance(found, type):
        return None
    inner = inspect.unwrap(found)
    if getattr(inner, "__code__", None) is not code:
        return None
    return name_of(found)


def arguments_of(frame: FrameType, skip: int) -> tuple[list[object], dict[str, object]]:
    """Read the arguments a frame was called with; those that equal their default are left out."""
    code, values = frame.f_code, frame.f_locals
    names = list(code.co_varnames)
    positional = names[skip : code.co_argcount]
    keyword_only = names[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    defaults = _defaults(frame)
    args = [values[n] for n in positional]
    while args and positional[len(args) - 1] in defaults:
        if args[-1] is not defaults[positional[len(args) - 1]]:
            break
        args.pop()
    required = sum(1 for n in positional if n not in defaults)
    kwargs = {n: values[n] for n in positional[required : len(args)]}
    args = args[:required]
    rest = code.co_argcount + code.co_kwonlyargcount
    if code.co_flags & inspect.CO_VARARGS:
        extra = values[names[rest]]
        if extra:
            args = [values[n] for n in positional] + list(extra)
            kwargs = {}
        rest += 1
    kwargs.update(
        {n: values[n] for n in keyword_only if values[n] is not defaults.get(n, _MISSING)}
    )
    if code.co_flags & inspect.CO_VARKEYWORDS:
        kwargs.update(values[names[rest]])
    return args, kwargs


_MISSING = object()


def _defaults(frame: FrameType) -> dict[str, object]:
    """Find the defaults of the function a frame runs, through its module or its receiver."""
    code = frame.f_code
    owner = frame.f_locals.get(code.co_varnames[0]) if code.co_argcount else None
    found = frame.f_globals.get(code.co_name)
    if code.co_argcount and code.co_varnames[0] in IMPLICIT:
        kind = owner if isinstance(owner, type) else type(owner)
        found = inspect.getattr_static(kind, code.co_name, None)
        found = getattr(found, "__func__", found)
    try:
        signature = inspect.signature(found)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return {}
    return {
        name: parameter.default
        for name, parameter in signature.parameters.items()
        if parameter.default is not inspect.Parameter.empty
    }
