"""What a function does with a parameter that has no annotation, and what that says of its type."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_SOURCE = 40_000

_BY_ATTRIBUTE: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (kind, frozenset(names.split()))
    for kind, names in (
        ("text_stream", "read readline readlines write writelines seek tell flush getvalue"),
        ("dict", "items keys values setdefault popitem"),
        ("list", "append extend insert sort reverse"),
        ("set", "add discard issubset issuperset union intersection difference"),
        ("bytes", "decode hex"),
        ("datetime", "astimezone tzinfo utcoffset timestamp hour minute date"),
        ("date", "isocalendar weekday isoweekday toordinal strftime year month day"),
        ("timedelta", "total_seconds days seconds microseconds"),
        ("decimal", "quantize as_tuple is_nan to_integral_value"),
        ("fraction", "numerator denominator limit_denominator"),
        ("pattern", "fullmatch finditer sub subn findall pattern"),
        ("path", "exists is_file is_dir read_text read_bytes write_text suffix stem parent parts "
                 "with_suffix joinpath iterdir glob resolve relative_to as_posix"),
        ("array", "shape dtype ravel reshape astype"),
        ("frame", "groupby columns iloc loc merge dropna fillna"),
        ("str", "strip lstrip rstrip split rsplit splitlines lower upper title capitalize casefold "
                "startswith endswith encode partition rpartition isdigit isalpha isalnum isspace "
                "islower isupper zfill ljust rjust center swapcase removeprefix removesuffix "
                "expandtabs format translate"),
    )
)  # fmt: skip
_SHARED = frozenset(
    {"replace", "join", "index", "count", "copy", "pop", "get", "update", "close", "clear"}
)
"""Names that several of Python's own types have: they say little."""
_BY_CALLEE = {
    "next": "iterator",
    "open": "file_name",
    "Path": "file_name",
    "ord": "str",
    "chr": "int",
    "range": "int",
    "len": "list",
    "sum": "list",
    "sorted": "list",
    "enumerate": "list",
    "zip": "list",
    "map": "list",
    "filter": "list",
    "min": "list",
    "max": "list",
    "abs": "float",
    "round": "float",
    "divmod": "int",
}
_DOCUMENTED = (
    r":type {}:\s*(?P<type>[^\n]+)",
    r":param (?P<type>[\w.\[\], ]+) {}:",
    r"(?m)^\s*{} ?\((?P<type>[\w.\[\], |]+?)(?:, optional)?\):",
    r"(?m)^\s*{} : (?P<type>[^\n]+?)(?:, optional)?$",
)
_WORDS = {
    "string": "str", "text": "str", "integer": "int", "number": "float", "boolean": "bool",
    "function": "callable", "file": "text_stream", "iterable": "list", "sequence": "list",
    "dictionary": "dict", "mapping": "dict", "datetime.datetime": "datetime",
    "datetime.date": "date", "pathlib.Path": "path", "Path": "path", "Decimal": "decimal",
}  # fmt: skip


@dataclass(slots=True)
class Usage:
    """What is done with one parameter. ``kinds`` are forms that would do, most telling first."""

    attributes: set[str] = field(default_factory=set)
    classes: list[str] = field(default_factory=list)
    """Names that ``isinstance`` is asked about."""
    arities: list[int] = field(default_factory=list)
    """With how many arguments it is called."""
    kinds: dict[str, None] = field(default_factory=dict)

    @property
    def telling(self) -> set[str]:
        """Attributes that few types have."""
        return {name for name in self.attributes - _SHARED if not name.startswith("__")}

    def kind(self) -> str:
        """Name the form of the standard library that fits best; empty if none does."""
        ranked = [(len(self.attributes & names), kind) for kind, names in _BY_ATTRIBUTE]
        best, kind = max(ranked, key=lambda pair: pair[0])
        return kind if best else next(iter(self.kinds), "")


def usages_of(function: object) -> dict[str, Usage]:
    """Return what a function does with each of its parameters, by name."""
    definition = _definition(function)
    if definition is None:
        return {}
    arguments = definition.args
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    found = {name: Usage() for name in names}
    for node in ast.walk(definition):
        for name, usage in found.items():
            _look(node, name, usage)
    return found


def documented_types(function: object, names: list[str]) -> dict[str, str]:
    """Return types that the docstring tells of parameters: an expression, or the name of a form."""
    text = inspect.getdoc(function) or ""
    found = {}
    for name in names:
        matches = (re.search(p.format(re.escape(name)), text) for p in _DOCUMENTED)
        match = next(filter(None, matches), None)
        if match is not None:
            told = match["type"].strip().removesuffix(".")
            found[name] = _WORDS.get(told, told)
    return found


def _definition(function: object) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    if isinstance(function, type):
        function = function.__init__  # type: ignore[misc]
    try:
        source = inspect.getsource(inspect.unwrap(function))  # type: ignore[arg-type]
        tree = ast.parse(textwrap.dedent(source)) if len(source) < MAX_SOURCE else None
    except (OSError, TypeError, ValueError, SyntaxError):
        return None
    first = tree.body[0] if tree is not None and tree.body else None
    return first if isinstance(first, (ast.FunctionDef, ast.AsyncFunctionDef)) else None


def _look(node: ast.AST, name: str, usage: Usage) -> None:
    if isinstance(node, ast.Attribute) and _is(node.value, name):
        usage.attributes.add(node.attr)
    elif isinstance(node, ast.Call):
        _look_at_call(node, name, usage)
    elif isinstance(node, ast.Subscript) and _is(node.value, name):
        is_text = isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
        usage.kinds.setdefault("dict" if is_text else "list")
    elif isinstance(node, (ast.For, ast.comprehension)) and _is(node.iter, name):
        usage.kinds.setdefault("list")
    elif isinstance(node, ast.BinOp):
        usage.kinds.update(dict.fromkeys(_kinds_beside([node.left, node.right], name)))
    elif isinstance(node, ast.Compare):
        usage.kinds.update(dict.fromkeys(_kinds_beside([node.left, *node.comparators], name)))


def _look_at_call(node: ast.Call, name: str, usage: Usage) -> None:
    if _is(node.func, name):
        usage.arities.append(len(node.args))
    if not isinstance(node.func, ast.Name) or not any(_is(a, name) for a in node.args):
        return
    if node.func.id == "isinstance" and len(node.args) == 2:
        asked = node.args[1]
        options = asked.elts if isinstance(asked, ast.Tuple) else [asked]
        usage.classes += [ast.unparse(option) for option in options]
    elif node.func.id in _BY_CALLEE and _is(node.args[0], name):
        usage.kinds.setdefault(_BY_CALLEE[node.func.id])


def _kinds_beside(operands: list[ast.expr], name: str) -> Iterator[str]:
    if any(_is(operand, name) for operand in operands):
        for operand in operands:
            if isinstance(operand, ast.Constant) and operand.value is not None:
                yield type(operand.value).__name__


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
