"""A function's place in its project: callers, the closest tests and their fixtures. Pure."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

from regoose_ci.analysis.nodes import walk
from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.generation.llm.evidence import Surroundings

MAX_CALLERS = 3
MAX_EXAMPLES = 3
MAX_LINES = 40
"""Longer callers and tests are left out: they cost much and show little."""
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def surroundings_of(
    function: ChangedFunction,
    sources: Mapping[str, str],
    tests: Mapping[str, str],
    *,
    title: str = "",
    description: str = "",
    modules: frozenset[str] = frozenset(),
    equivalents: frozenset[str] = frozenset(),
) -> Surroundings:
    """Find what is near a function.

    Args:
        function: The changed function.
        sources: The project's own files on head by path, its tests not among them.
        tests: Existing test files by path, the most telling first, any ``conftest.py`` too.
        title: Of the change.
        description: Of the change.
        modules: Top-level modules that tests may import, see `imported_modules`.
        equivalents: Ids of mutants that cannot be told from the original.
    """
    trees = {path: _parsed(text) for path, text in (*sources.items(), *tests.items())}
    return Surroundings(
        title,
        description,
        tuple(_callers(function, {path: trees[path] for path in sources}, sources)),
        tuple(_examples(function, {path: trees[path] for path in tests}, tests)),
        modules,
        equivalents,
    )


def imported_modules(sources: Iterable[str]) -> frozenset[str]:
    """The top-level modules that files import."""
    return frozenset(root for text in sources for root in _imported_roots(_parsed(text)))


def _callers(
    function: ChangedFunction, trees: Mapping[str, ast.Module], texts: Mapping[str, str]
) -> Iterator[str]:
    own = function.current
    found = 0
    for path, tree in trees.items():
        for node in _functions(tree):
            is_itself = path == own.path and own.first_line <= node.lineno <= own.last_line
            if is_itself or not _is_short(node) or not _calls(node, _word(function)):
                continue
            yield _segment(texts[path], node)
            found += 1
            if found == MAX_CALLERS:
                return


def _examples(
    function: ChangedFunction, trees: Mapping[str, ast.Module], texts: Mapping[str, str]
) -> Iterator[str]:
    """Tests that call the function, shortest first within a file, each fixture of theirs once."""
    fixtures = {
        node.name: _segment(texts[path], node)
        for path, tree in trees.items()
        for node in _functions(tree)
        if _is_fixture(node) and _is_short(node)
    }
    chosen = [
        (path, node)
        for path, tree in trees.items()
        for node in sorted(_functions(tree), key=_length)
        if node.name.startswith("test") and _is_short(node) and _calls(node, _word(function))
    ][:MAX_EXAMPLES]
    used = dict.fromkeys(a.arg for _, node in chosen for a in node.args.args)
    yield from (fixtures[name] for name in used if name in fixtures)
    yield from (_segment(texts[path], node) for path, node in chosen)


def _word(function: ChangedFunction) -> str:
    """The name by which a function is called: a class's for its constructor."""
    owner, _, name = function.current.qualname.rpartition(".")
    return owner.rpartition(".")[2] if name == "__init__" else name


def _calls(node: _Function, word: str) -> bool:
    return any(
        word in (getattr(n, "id", ""), getattr(n, "attr", ""))
        for n in walk(node)
        if isinstance(n, ast.Name | ast.Attribute)
    )


def _functions(tree: ast.Module) -> Sequence[_Function]:
    return [n for n in walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def _is_fixture(node: _Function) -> bool:
    return any("fixture" in ast.unparse(d) for d in node.decorator_list)


def _length(node: _Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno


def _is_short(node: _Function) -> bool:
    return _length(node) < MAX_LINES


def _segment(text: str, node: _Function) -> str:
    first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    lines = text.splitlines()[first - 1 : node.end_lineno]
    return "\n".join(line[node.col_offset :] for line in lines)


def _imported_roots(tree: ast.Module) -> Iterator[str]:
    for node in walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _parsed(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])
