"""Python source that came from a guest: parsed, never run, and bounded in size."""

from __future__ import annotations

import ast
import functools
import re

from regoose_ci.domain.syntax import is_modest

MAX_PARSED = 20_000
"""Longer sources are compared as text only: deep or huge ones can exhaust the parser."""

_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{5,}\b")


@functools.lru_cache(maxsize=4096)
def parse_expression(source: str) -> ast.expr | None:
    """The syntax tree of one expression, or ``None`` when it is none, or nested too deeply."""
    if len(source) > MAX_PARSED:
        return None
    try:
        node = ast.parse(source.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return node if is_modest(node) else None


def without_addresses(text: str) -> str:
    """``text`` with memory addresses (``0x7f3c…``) blotted out."""
    return _ADDRESS.sub("0x…", text)


def has_address(text: str) -> bool:
    """Whether ``text`` mentions a memory address."""
    return _ADDRESS.search(text) is not None


def string_of(source: str | None) -> str | None:
    """The string that ``source`` is a literal of, or ``None``."""
    node = parse_expression(source) if source is not None else None
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def names_in(source: str) -> frozenset[str]:
    """Every bare name an expression or a module of statements reads or binds."""
    try:
        tree = ast.parse(source.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    return frozenset(n.id for n in ast.walk(tree) if isinstance(n, ast.Name))


def compose(outer: str, inner: str) -> str:
    """Put a projection into the hole of another: ``str({})`` of ``{}.path``."""
    return outer.replace("{}", inner, 1)


def fill(projection: str, subject: str) -> str:
    """Put an expression into a projection's hole, which stands before any doubled brace."""
    before, hole, after = projection.partition("{}")
    return before + subject + after.replace("{{", "{").replace("}}", "}") if hole else before


def escape_braces(text: str) -> str:
    """``text`` as part of a projection."""
    return text.replace("{", "{{").replace("}", "}}")


def last_name(qualified: str) -> str:
    """``URL`` of ``yarl._url.URL``, also of ``make.<locals>.URL``."""
    return qualified.rsplit(".", 1)[-1]


def snake_case(name: str) -> str:
    """``http_status_error`` of ``HTTPStatusError``: words in lower case, identifier characters."""
    spaced = re.sub(r"([a-z0-9])([A-Z])|([A-Z])(?=[A-Z][a-z])", r"\1\3_\2", name)
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")
