"""Find code in tests, documentation and docstrings, without what is expected to fail."""

from __future__ import annotations

import ast
import doctest
import re
import textwrap
import warnings
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from regoose_ci.domain.syntax import is_modest

MAX_INDEXED = 1000
"""So many files are remembered, by what they call."""

_FENCE = re.compile(
    r"^[ ]{0,3}(?:```|~~~)[ ]*(?:python|py|pycon|python3)?[ ]*\n(.*?)^[ ]{0,3}(?:```|~~~)",
    re.MULTILINE | re.DOTALL,
)
_DIRECTIVE = re.compile(
    r"^(?P<indent>[ ]*)\.\. (?:code-block|code|sourcecode):: *(?:python|pycon|python3)\n"
    r"(?P<body>(?:(?P=indent)[ ]+[^\n]*\n|[ ]*\n)+)",
    re.MULTILINE,
)
_USE = re.compile(r"(?<!\bdef )\b(\w+)\s*\(|\.\s*(\w+)")
PROMPT = ">>> "
_RAISES = frozenset({"raises", "assertRaises", "assertRaisesRegex", "warns", "deprecated_call"})


def example_trees(path: str, text: str) -> Iterator[ast.Module]:
    """Parsed code of a file: a module and its doctests, or the code blocks of a document."""
    if not path.endswith(".py"):
        for block in _code_blocks(text):
            yield from _parse_block(block)
        return
    tree = _parse(text)
    if tree is None:
        return
    yield tree
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            docstring = ast.get_docstring(node, clean=True)
            if docstring and PROMPT in docstring:
                yield from _parse_doctests(docstring)


@lru_cache(maxsize=5 * MAX_INDEXED)
def _used(text: str) -> frozenset[str]:
    """Return what may be called or read as an attribute in a text, without parsing it."""
    return frozenset(called or attribute for called, attribute in _USE.findall(text))


def may_use(text: str, name: str) -> bool:
    """Tell whether something called ``name`` may be called, or read as an attribute, in a text."""
    return name in text and name in _used(text)


@lru_cache(maxsize=MAX_INDEXED)
def _named(path: str, text: str) -> dict[str, list[ast.Call | ast.Attribute]]:
    found: dict[str, list[ast.Call | ast.Attribute]] = {}
    for tree in example_trees(path, text):
        for node in walk_working(tree):
            if isinstance(node, ast.Call):
                found.setdefault(_last_name(node.func), []).append(node)
            elif isinstance(node, ast.Attribute):
                found.setdefault(node.attr, []).append(node)
    return found


def named(path: str, text: str, name: str) -> Sequence[ast.Call | ast.Attribute]:
    """Calls of what is called ``name``, and attributes of that name, in code meant to work.

    Treat them as read-only: a file is read once for all functions of a change.
    """
    return _named(path, text).get(name, ()) if may_use(text, name) else ()


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def walk_working(root: ast.AST) -> Iterator[ast.AST]:
    """Nodes of code that is meant to work: blocks that expect an exception are left out."""
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, (ast.With, ast.AsyncWith)) and _expects_failure(node.items):
            continue
        if isinstance(node, ast.Call) and _is_raises(node):
            continue
        yield node
        stack.extend(reversed(list(ast.iter_child_nodes(node))))


def is_literal(node: ast.expr) -> bool:
    """An expression built of constants alone, and of no more than can be worked on."""
    return is_modest(node) and _is_constant(node)


def _is_constant(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return node.value is not Ellipsis
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return all(map(_is_constant, node.elts))
    if isinstance(node, ast.Dict):
        keys = [key for key in node.keys if key is not None]
        return len(keys) == len(node.keys) and all(map(_is_constant, [*keys, *node.values]))
    if isinstance(node, ast.UnaryOp):
        return _is_constant(node.operand)
    if isinstance(node, ast.BinOp):
        arithmetic = isinstance(node.op, (ast.Add, ast.Sub, ast.Mult, ast.Div))
        return arithmetic and _is_constant(node.left) and _is_constant(node.right)
    return False


def _expects_failure(items: Iterable[ast.withitem]) -> bool:
    return any(
        isinstance(item.context_expr, ast.Call) and _is_raises(item.context_expr) for item in items
    )


def _is_raises(call: ast.Call) -> bool:
    return _last_name(call.func) in _RAISES


def _code_blocks(text: str) -> Iterator[str]:
    rest = text
    for pattern in (_FENCE, _DIRECTIVE):
        for match in pattern.finditer(rest):
            yield textwrap.dedent(match[1] if pattern is _FENCE else match["body"])
        rest = pattern.sub("\n", rest)
    if PROMPT in rest:
        yield rest


def _parse_block(block: str) -> Iterator[ast.Module]:
    if PROMPT in block:
        yield from _parse_doctests(block)
        return
    tree = _parse(block)
    if tree is not None:
        yield tree


def _parse_doctests(text: str) -> Iterator[ast.Module]:
    try:
        examples = doctest.DocTestParser().get_examples(text)
    except ValueError:  # inconsistent indentation: prose that only looks like a session
        return
    for example in examples:
        tree = _parse(example.source) if example.exc_msg is None else None
        if tree is not None:
            yield tree


def _parse(text: str) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
