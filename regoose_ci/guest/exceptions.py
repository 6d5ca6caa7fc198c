"""Exceptions as a report tells them."""

from __future__ import annotations

import ast
import linecache
from types import TracebackType

from .naming import name_of
from .protocol import Raised

MAX_MESSAGE = 500


def _type_and_message(error: BaseException) -> tuple[str, str]:
    try:
        message = str(error)[:MAX_MESSAGE]
    except Exception:  # noqa: BLE001 - the exception's own __str__ raised
        message = ""
    return type.__dict__["__qualname__"].__get__(type(error)), message


def brief(error: BaseException) -> str:
    """Tell the type and the message of an exception in one short line."""
    return "{}: {}".format(*_type_and_message(error))[:200]


def describe_exception(error: BaseException, inside: str) -> Raised:
    """Tell an exception; ``inside`` is what paths of the reviewed tree begin with."""
    kind, message = _type_and_message(error)
    try:
        name = name_of(type(error))
    except Exception:  # noqa: BLE001 - the exception's own metaclass raised
        name = None
    return Raised(
        type=kind,
        message=message,
        name=name.expression if name else "",
        imports=name.imports if name else (),
        deliberate=_is_deliberate(error.__traceback__, inside),
    )


def _is_deliberate(traceback: TracebackType | None, inside: str) -> bool:
    """Tell whether a ``raise`` statement of the tree that ``inside`` begins made the exception."""
    last = None
    while traceback is not None:
        last, traceback = traceback, traceback.tb_next
    if last is None:
        return False
    path = last.tb_frame.f_code.co_filename
    return path.startswith(inside) and last.tb_lineno in _raise_lines(path)


_RAISES: dict[str, frozenset[int]] = {}


def _raise_lines(path: str) -> frozenset[int]:
    known = _RAISES.get(path)
    if known is None:
        try:
            tree = ast.parse("".join(linecache.getlines(path)))
        except (SyntaxError, ValueError):
            tree = ast.Module([], [])
        lines: set[int] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Raise):
                lines.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        known = _RAISES[path] = frozenset(lines)
    return known
