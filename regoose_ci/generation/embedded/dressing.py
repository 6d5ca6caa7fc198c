"""Test functions in a project's own clothes: annotations, docstrings, forms of ``parametrize``."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterable, Iterator, Mapping

from regoose_ci.analysis.habits import Habits
from regoose_ci.generation.embedded.value_types import annotation_of

_FIXTURES = {"capsys": "pytest.CaptureFixture[str]", "monkeypatch": "pytest.MonkeyPatch"}

_VERBS = frozenset(
    {"returns", "rejects", "raises", "accepts", "changes", "prints", "keeps", "strips", "finishes"}
    | {"lowercases", "uppercases", "capitalizes", "escapes", "unescapes", "removes", "replaces"}
    | {"collapses", "appends", "formats", "does", "has", "explains", "encodes", "decodes"}
)

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def dress(code: str, habits: Habits) -> str:
    """One test function, written the way the project writes its tests."""
    function = _function(code)
    if habits.is_annotated and function.returns is None:
        code = _with_header(code, _annotated(function))
    if habits.documents_tests and ast.get_docstring(function) is None:
        code = _with_docstring(code, function.name)
    return _edited(code, _parametrize_edits(code, habits))


def as_method(code: str) -> str:
    """A test function as a method of a test class, not yet indented."""
    function = _function(code)
    function.args.args.insert(0, ast.arg("self"))
    return _with_header(code, function)


def annotations_imports(code: str) -> tuple[str, ...]:
    """The import statement that the annotations of fixtures need."""
    return ("import pytest",) if any(name in code for name in _FIXTURES.values()) else ()


def _function(code: str) -> _Function:
    definition = ast.parse(code).body[-1]
    assert isinstance(definition, _Function)
    return definition


def _annotated(function: _Function) -> _Function:
    columns = _columns(function)
    for argument in function.args.args:
        fixture = _FIXTURES.get(argument.arg, "object")
        values = columns.get(argument.arg)
        source = annotation_of(values) if values else fixture
        argument.annotation = ast.parse(source, mode="eval").body
    function.returns = ast.Constant(None)
    return function


def _columns(function: _Function) -> Mapping[str, list[ast.expr]]:
    """The values of each parametrized name."""
    columns: dict[str, list[ast.expr]] = {}
    for names, rows in _parametrizations(function):
        if isinstance(names, ast.Constant):
            columns[str(names.value)] = list(rows)
        elif isinstance(names, ast.Tuple):
            for index, name in enumerate(names.elts):
                if isinstance(name, ast.Constant):
                    cells = [row.elts[index] for row in rows if isinstance(row, ast.Tuple)]
                    columns[str(name.value)] = cells
    return columns


def _parametrizations(function: _Function) -> Iterator[tuple[ast.expr, list[ast.expr]]]:
    for decorator in function.decorator_list:
        match decorator:
            case ast.Call(ast.Attribute(attr="parametrize"), [names, ast.List(elts=rows)]):
                yield names, rows


def _parametrize_edits(code: str, habits: Habits) -> Iterator[tuple[ast.expr, str]]:
    for decorator in _function(code).decorator_list:
        match decorator:
            case ast.Call(ast.Attribute(attr="parametrize"), [names, ast.List() as rows]):
                if isinstance(names, ast.Tuple):
                    yield names, _parameter_names(names, habits.names_of_parameters)
                if habits.rows_of_parameters == "tuple":
                    yield rows, _as_tuple(ast.get_source_segment(code, rows) or "", rows)


def _parameter_names(names: ast.Tuple, form: str) -> str:
    words = [str(name.value) for name in names.elts if isinstance(name, ast.Constant)]
    if form == "csv":
        return f'"{", ".join(words)}"'
    quoted = ", ".join(f'"{word}"' for word in words)
    return f"[{quoted}]" if form == "list" else f"({quoted})"


def _as_tuple(source: str, rows: ast.List) -> str:
    inner = source[1:-1]
    is_single = len(rows.elts) == 1 and not inner.rstrip().endswith(",")
    return f"({inner}{',' if is_single else ''})"


def _with_header(code: str, function: _Function) -> str:
    """The code with another ``def`` line for its function."""
    first, last = function.lineno, _last_header_line(code, function.lineno)
    keyword = "async def" if isinstance(function, ast.AsyncFunctionDef) else "def"
    returns = f" -> {ast.unparse(function.returns)}" if function.returns is not None else ""
    header = f"{keyword} {function.name}({ast.unparse(function.args)}){returns}:"
    lines = code.split("\n")
    return "\n".join([*lines[: first - 1], header, *lines[last:]])


def _last_header_line(code: str, first: int) -> int:
    depth = 0
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.start[0] < first or token.type != tokenize.OP:
            continue
        depth += (token.string in "([{") - (token.string in ")]}")
        if token.string == ":" and depth == 0:
            return token.start[0]
    raise AssertionError("a function has a colon")


def _with_docstring(code: str, name: str) -> str:
    words = name.removeprefix("test_").replace("_", " ")
    last = _last_header_line(code, _function(code).lineno)
    lines = code.split("\n")
    that = "that " if _VERBS & {*words.split()[1:]} else ""
    text = f'    """Check {that}{words}."""'
    return "\n".join([*lines[:last], text, *lines[last:]])


def _edited(code: str, edits: Iterable[tuple[ast.expr, str]]) -> str:
    """Put texts in the place of expressions, none of which is inside another."""
    lines = [line.encode() for line in code.split("\n")]
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    raw = code.encode()
    for node, text in sorted(edits, key=lambda e: (e[0].lineno, e[0].col_offset), reverse=True):
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        begin = starts[node.lineno - 1] + node.col_offset
        end = starts[node.end_lineno - 1] + node.end_col_offset
        raw = raw[:begin] + text.encode() + raw[end:]
    return raw.decode()
