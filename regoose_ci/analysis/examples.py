"""Find code in tests, documentation and docstrings, without what is expected to fail."""

from __future__ import annotations

import ast
import doctest
import re
import textwrap
import warnings
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import islice

from regoose_ci.analysis.nodes import children
from regoose_ci.domain.syntax import is_modest

MAX_INDEXED = 1000
"""So many files are remembered, by what they call."""
_FEW_NAMES = 50
"""For more names than that, an index of all texts is made sooner than each name is searched."""
MAX_FILES = 300
"""Files that are parsed for the calls of one function."""

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
_BLOCKS = (ast.stmt, ast.excepthandler, ast.match_case)
"""Only these have statements, and so definitions with docstrings, below them."""
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
    for docstring in _docstrings(tree) if PROMPT in text else ():
        if PROMPT in docstring:
            yield from _parse_doctests(docstring)


@lru_cache(maxsize=5 * MAX_INDEXED)
def _used(text: str) -> frozenset[str]:
    """Return what may be called or read as an attribute in a text, without parsing it."""
    return frozenset(called or attribute for called, attribute in _USE.findall(text))


class Corpus:
    """The texts of a project's files by path, in which calls of many names are looked up."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._paths: dict[str, tuple[str, ...]] = {}

    def uses(self, name: str) -> Iterator[Sequence[ast.Call | ast.Attribute]]:
        """Calls of what is called ``name``, and attributes of that name, in code meant to work.

        File by file, `MAX_FILES` at most. Treat them as read-only: each file is read once.
        """
        for path in self._paths_with(name):
            yield _named(path, self._texts[path]).get(name, ())

    def _paths_with(self, name: str) -> tuple[str, ...]:
        """Files in which something of that name may be called, or read as an attribute."""
        if name not in self._paths:
            is_one_of_few = len(self._paths) < _FEW_NAMES
            using = self._search(name) if is_one_of_few else self._index.get(name, ())
            self._paths[name] = tuple(islice(using, MAX_FILES))
        return self._paths[name]

    def _search(self, name: str) -> Iterator[str]:
        mentioning = (path for path, text in self._texts.items() if name in text)
        return (path for path in mentioning if name in _used(self._texts[path]))

    @cached_property
    def _index(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path, text in self._texts.items():
            for name in _used(text):
                found.setdefault(name, []).append(path)
        return found


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
        below = children(node)
        below.reverse()
        stack += below


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


def _docstrings(tree: ast.Module) -> Iterator[str]:
    """Yield docstrings, a module's before its functions' and those before their inner ones'."""
    waiting: deque[ast.AST] = deque([tree])
    while waiting:
        node = waiting.popleft()
        waiting.extend(child for child in children(node) if isinstance(child, _BLOCKS))
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            docstring = ast.get_docstring(node, clean=True)
            if docstring:
                yield docstring


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
