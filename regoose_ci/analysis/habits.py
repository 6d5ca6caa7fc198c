"""How a project's existing tests are written, counted over all of their files."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

_SINGLE = re.compile(r"(?<![\w'\"])'(?!'')")
_DOUBLE = re.compile(r"(?<![\w'\"])\"(?!\"\")")
_NARROW = 79
_WIDE = 88
_NEARLY_ALL = 0.8
_FORMS = {ast.Tuple: "tuple", ast.List: "list"}

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Habits:
    """What most tests of a project do.

    ``header`` are the comment lines that nearly all files begin with. ``whole_modules`` are the
    modules that are mostly imported whole, with the name they get; ``homes`` the modules that
    names are imported from.
    """

    quote: str = '"'
    line_length: int = _WIDE
    header: str = ""
    uses_classes: bool = False
    is_annotated: bool = False
    defers_annotations: bool = False
    documents_files: bool = False
    documents_tests: bool = False
    names_of_parameters: str = "tuple"
    rows_of_parameters: str = "list"
    whole_modules: Mapping[str, str] = field(default_factory=dict)
    homes: Mapping[str, frozenset[str]] = field(default_factory=dict)


def read_habits(texts: Iterable[str]) -> Habits:
    """Learn from the texts of test files; those that cannot be parsed tell nothing."""
    files = [(text, tree) for text in texts if (tree := _parsed(text)) is not None]
    files = [(text, tree) for text, tree in files if any(True for _ in _tests(tree))]
    tests = [test for _, tree in files for test in _tests(tree)]
    if not tests:
        return Habits()
    sources = [text for text, _ in files]
    trees = [tree for _, tree in files]
    functions = [function for function, _ in tests]
    singles = sum(len(_SINGLE.findall(text)) for text in sources)
    doubles = sum(len(_DOUBLE.findall(text)) for text in sources)
    names, rows = _parametrization(functions)
    wholes, homes = _imports(trees)
    return Habits(
        quote="'" if singles > doubles else '"',
        line_length=_usual_width(sources),
        header=_common_header(sources),
        uses_classes=sum(in_class for _, in_class in tests) * 2 > len(tests),
        is_annotated=_most(f.returns is not None for f in functions),
        defers_annotations=_most(_defers_annotations(tree) for tree in trees),
        documents_files=_most(ast.get_docstring(tree) is not None for tree in trees),
        documents_tests=_most(ast.get_docstring(f) is not None for f in functions),
        names_of_parameters=names,
        rows_of_parameters=rows,
        whole_modules=wholes,
        homes=homes,
    )


def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _tests(tree: ast.Module) -> Iterator[tuple[_Function, bool]]:
    """Yield test functions, and whether they are in a plain class (not a ``TestCase``)."""
    for node in tree.body:
        if isinstance(node, _Function) and node.name.startswith("test"):
            yield node, False
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, _Function) and inner.name.startswith("test"):
                    yield inner, not node.bases


def _most(answers: Iterable[bool]) -> bool:
    answers = list(answers)
    return sum(answers) >= _NEARLY_ALL * len(answers)


def _usual_width(texts: Iterable[str]) -> int:
    """79 where nearly no line is longer, else black's 88."""
    lengths = [len(line) for text in texts for line in text.splitlines()]
    longer = sum(length > _NARROW for length in lengths)
    return _NARROW if longer * 200 < len(lengths) else _WIDE


def _common_header(texts: list[str]) -> str:
    headers = Counter(map(_header, texts))
    header, count = headers.most_common(1)[0]
    return header if len(texts) > 1 and count >= _NEARLY_ALL * len(texts) else ""


def _header(text: str) -> str:
    lines: list[str] = []
    for line in text.splitlines():
        if not line.startswith("#") or not line.isprintable():
            break
        if not line.startswith("#!") and "coding" not in line:
            lines.append(line)
    return "\n".join(lines)


def _defers_annotations(tree: ast.Module) -> bool:
    return any(isinstance(n, ast.ImportFrom) and n.module == "__future__" for n in tree.body)


def _parametrization(functions: Iterable[_Function]) -> tuple[str, str]:
    """The usual forms of the two arguments of ``parametrize``."""
    names, rows = Counter[str](), Counter[str]()
    for decorator in (d for function in functions for d in function.decorator_list):
        match decorator:
            case ast.Call(ast.Attribute(attr="parametrize"), [first, second, *_]):
                if isinstance(first, ast.Constant) and "," in str(first.value):
                    names["csv"] += 1
                elif type(first) in _FORMS:
                    names[_FORMS[type(first)]] += 1
                if type(second) in _FORMS:
                    rows[_FORMS[type(second)]] += 1
    return _first(names, "tuple"), _first(rows, "list")


def _first(counts: Counter[str], default: str) -> str:
    return counts.most_common(1)[0][0] if counts else default


def _imports(
    trees: Iterable[ast.Module],
) -> tuple[dict[str, str], dict[str, frozenset[str]]]:
    """Modules mostly imported whole with their names, and where single names come from."""
    wholes: dict[str, Counter[str]] = {}
    members = Counter[str]()
    homes: dict[str, set[str]] = {}
    for node in (node for tree in trees for node in tree.body):
        if isinstance(node, ast.Import):
            for alias in node.names:
                wholes.setdefault(alias.name, Counter())[alias.asname or alias.name] += 1
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            members[node.module] += 1
            for alias in node.names:
                homes.setdefault(alias.name, set()).add(node.module)
    mostly = {m: c for m, c in wholes.items() if c.total() > members[m]}
    return (
        {module: _first(names, module) for module, names in mostly.items()},
        {name: frozenset(modules) for name, modules in homes.items()},
    )
