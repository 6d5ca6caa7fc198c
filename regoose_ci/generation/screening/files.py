"""Whether the files that a test writes lie below ``tmp_path``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from regoose_ci.generation.screening.findings import Finding, Screened, at

_ROOTS = frozenset({"tmp_path", "tmp_path_factory", "tmpdir"})
_CHANGING = frozenset(
    {"write_text", "write_bytes", "unlink", "rmdir", "mkdir", "symlink_to", "hardlink_to",
     "rmtree", "makedirs", "removedirs"}
)  # fmt: skip
_CHANGING_PATHS = frozenset({"touch", "chmod", "rename", "replace", "open", "lchmod"})
_READING_PATHS = frozenset(
    {"read_text", "read_bytes", "iterdir", "glob", "rglob", "walk", "resolve", "readlink"}
)
_ESCAPING = frozenset({"expanduser", "home", "cwd", "owner"})
_BELOW = frozenset({"joinpath", "with_suffix", "with_name", "with_stem", "mktemp", "join"})
_SAME = frozenset({"str", "pathlib.Path", "os.fspath", "os.path.join", "os.path.normpath"})
_CLASSES = frozenset({"pathlib.Path", "pathlib.PosixPath", "pathlib.WindowsPath"})
_READ_MODES = re.compile(r"[rbt]*")


class _Paths:
    """Which expressions of a test are paths, and which of these lie below ``tmp_path``."""

    def __init__(self, test: Screened) -> None:
        self._test = test
        self._values = _values_by_name(test)
        self._below = self._fixed_point()

    def _fixed_point(self) -> frozenset[str]:
        """Names of which every value lies below ``tmp_path``."""
        arguments = {a.arg for a in self._test.function.args.args}
        self._below = frozenset(n for n in _ROOTS & arguments if n not in self._values)
        while True:
            more = {
                name
                for name, values in self._values.items()
                if name not in arguments and all(v is not None and self.is_below(v) for v in values)
            }
            grown = self._below | more
            if grown == self._below:
                return grown
            self._below = frozenset(grown)

    def is_below(self, node: ast.expr) -> bool:
        """Whether a path can only lie below ``tmp_path``."""
        if isinstance(node, ast.Name):
            return node.id in self._below
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            return self.is_below(node.left) and self._is_step(node.right)
        if isinstance(node, ast.Attribute):  # the parent of something below a folder in tmp_path
            return node.attr == "parent" and self._depth(node.value) > 1
        if isinstance(node, ast.JoinedStr):
            first = node.values[0] if node.values else None
            is_rooted = isinstance(first, ast.FormattedValue) and self.is_below(first.value)
            return is_rooted and all(map(self._is_piece, node.values[1:]))
        return isinstance(node, ast.Call) and self._gives_below(node)

    def _gives_below(self, node: ast.Call) -> bool:
        """Whether a call makes a path below ``tmp_path`` of one."""
        method = node.func if isinstance(node.func, ast.Attribute) else None
        if method is not None and method.attr in _BELOW and self.is_below(method.value):
            return all(map(self._is_step, node.args))
        if self._test.dotted(node.func) not in _SAME or not node.args:
            return False
        return self.is_below(node.args[0]) and all(map(self._is_step, node.args[1:]))

    def _is_piece(self, node: ast.expr) -> bool:
        """Whether a part of an f-string that begins with a path leads further down."""
        if isinstance(node, ast.FormattedValue):
            return self._is_step(node.value)
        return isinstance(node, ast.Constant) and _is_plain(str(node.value).removeprefix("/"))

    def _depth(self, node: ast.expr) -> int:
        """How many steps below ``tmp_path`` a path is, as far as it is written out."""
        if isinstance(node, ast.BinOp) and self.is_below(node):
            return 1 + self._depth(node.left)
        if isinstance(node, ast.Name) and node.id in self._values and node.id in self._below:
            depths = [self._depth(v) for v in self._values[node.id] if v is not None]
            return min(depths, default=0)
        if isinstance(node, ast.Attribute) and node.attr == "parent":
            return self._depth(node.value) - 1
        return 0 if isinstance(node, (ast.Name, ast.BinOp)) else 1

    def _is_step(self, node: ast.expr) -> bool:
        """Whether a part of a path goes down and nowhere else."""
        if isinstance(node, ast.Constant):
            return _is_plain(node.value)
        if isinstance(node, ast.Name):
            values = self._values.get(node.id, [])
            return bool(values) and all(v is not None and _is_plain_step(v) for v in values)
        return False

    def is_path(self, node: ast.expr) -> bool:
        """Whether an expression evidently is a `pathlib.Path`."""
        if isinstance(node, ast.Name):
            return any(v is not None and self.is_path(v) for v in self._values.get(node.id, []))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            return self.is_path(node.left)
        if isinstance(node, ast.Attribute):
            return node.attr == "parent" or self.is_path(node.value)
        if isinstance(node, ast.Call):
            name = self._test.dotted(node.func)
            is_method = isinstance(node.func, ast.Attribute) and self.is_path(node.func.value)
            return name.rpartition(".")[0] in _CLASSES or is_method or self._is_class(node.func)
        return False

    def is_path_or_class(self, node: ast.expr) -> bool:
        """Whether an expression is a path, or `pathlib.Path` itself."""
        return self.is_path(node) or self._is_class(node)

    def _is_class(self, node: ast.expr) -> bool:
        """Whether an expression is `pathlib.Path`, also under a name of the test's own."""
        values = self._values.get(node.id, []) if isinstance(node, ast.Name) else []
        return any(self._test.dotted(v) in _CLASSES for v in [node, *values] if v is not None)


def file_findings(test: Screened) -> Iterator[Finding]:
    """Files outside ``tmp_path`` that a test opens, writes, or removes."""
    paths = _Paths(test)
    for node in test.nodes:
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute):
            yield from _method_findings(paths, node, node.func)
        elif test.root(node.func) == "open" and "open" not in test.imported:
            yield from _open_findings(paths, node)


def _method_findings(paths: _Paths, node: ast.Call, method: ast.Attribute) -> Iterator[Finding]:
    is_changing = method.attr in _CHANGING or (
        method.attr in _CHANGING_PATHS and paths.is_path_or_class(method.value)
    )
    if method.attr in _ESCAPING and paths.is_path_or_class(method.value):
        yield at(node, f"`{method.attr}` leads out of tmp_path")
    elif (is_changing and not paths.is_below(method.value)) or (
        method.attr in _READING_PATHS
        and paths.is_path(method.value)
        and not (paths.is_below(method.value) or _is_relative(method.value))
    ):
        yield at(node, f"`{method.attr}` outside tmp_path")


def _open_findings(paths: _Paths, node: ast.Call) -> Iterator[Finding]:
    target = node.args[0] if node.args else None
    if target is not None and paths.is_below(target):
        return
    modes = [*node.args[1:2], *(k.value for k in node.keywords if k.arg == "mode")]
    reads = all(isinstance(m, ast.Constant) and _READ_MODES.fullmatch(str(m.value)) for m in modes)
    if not (reads and target is not None and _is_relative(target)):
        yield at(node, "opens a file outside tmp_path")


def _is_relative(node: ast.expr) -> bool:
    """Whether a path is written out and lies in the project: reading its files is fine."""
    texts = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant)]
    return bool(texts) and all(map(_is_plain, texts))


def _is_plain_step(node: ast.expr) -> bool:
    elements = node.elts if isinstance(node, (ast.List, ast.Tuple, ast.Set)) else [node]
    return all(isinstance(e, ast.Constant) and _is_plain(e.value) for e in elements)


def _is_plain(value: object) -> bool:
    """Whether a literal, as part of a path, leads neither up nor to the root."""
    return isinstance(value, str) and ".." not in value and not value.startswith(("/", "~"))


def _values_by_name(test: Screened) -> dict[str, list[ast.expr | None]]:
    """Every value that each variable is given; None where it is not written out."""
    values: dict[str, list[ast.expr | None]] = {}
    told: set[int] = set()

    def tell(target: ast.expr, value: ast.expr | None) -> None:
        if isinstance(target, ast.Name):
            told.add(id(target))
            values.setdefault(target.id, []).append(value)

    for node in test.nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                tell(target, node.value)
        elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)):
            tell(node.target, node.value)
        elif isinstance(node, (ast.For, ast.comprehension)):
            tell(node.target, node.iter)
    for node in test.nodes:
        is_binding = isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
        if is_binding and isinstance(node, ast.Name) and id(node) not in told:
            values.setdefault(node.id, []).append(None)
    return values
