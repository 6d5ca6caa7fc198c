"""The fixed set of faults that all suites of a module are judged by."""

from __future__ import annotations

import ast
import hashlib
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

from benchmarks.hardening.modules import Place
from regoose_ci.analysis.mutants import make_mutants
from regoose_ci.domain.changes import FunctionSource

SEED = 4
_SCRIPT = Path(__file__).with_name("cosmic.py")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Fault:
    """A module with one fault, and the operator that made it."""

    operator: str
    source: str


def make_faults(place: Place, count: int) -> list[Fault]:
    """Return up to ``count`` faults of the module, the same ones at every run.

    They are cosmic-ray's, at most one for an operator and place. Left out are those that leave
    the compiled code as it is, annotations aside, and those that are among the mutants that
    Regoose chooses tests by: a suite is not to be judged by what it was made for.
    """
    made_by = Path(__file__).read_bytes() + _SCRIPT.read_bytes()
    kept = place.home / f"faults-{count}-{hashlib.sha256(made_by).hexdigest()[:12]}.json"
    if kept.exists():
        return [Fault(**fault) for fault in json.loads(kept.read_text())]
    original = place.file.read_text()
    code, own = _compiled(original), _Own(original)
    found: list[Fault] = []
    for fault in _cosmic_ray(place.python, place.file):
        if len(found) == count:
            break
        if _compiled(fault.source) not in (code, None) and not own.has(fault.source):
            found.append(fault)
    kept.write_text(json.dumps([vars(fault) for fault in found]))
    return found


def _cosmic_ray(python: Path, module: Path) -> Iterator[Fault]:
    command: list[str | Path] = [python, "-I", _SCRIPT, module, str(SEED)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                yield Fault(**json.loads(line))
        finally:
            process.kill()


def _compiled(source: str) -> object:
    """Compile without annotations and docstrings; ``None`` when it is no Python."""
    try:
        tree = _WithoutAnnotations().visit(ast.parse(source))
        return _instructions(compile(tree, "", "exec", optimize=2))
    except (SyntaxError, ValueError):
        return None


def _instructions(code: CodeType) -> tuple[object, ...]:
    """Return what a code object does, wherever it stands in its file."""
    constants = tuple(
        _instructions(c) if isinstance(c, CodeType) else (type(c), repr(c)) for c in code.co_consts
    )
    return (code.co_code, code.co_names, code.co_varnames, code.co_flags, constants)


class _WithoutAnnotations(ast.NodeTransformer):
    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.copy_location(ast.Constant(None), node.annotation)
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)


class _Own:
    """Knows which faulty modules hold a mutant that Regoose itself makes."""

    def __init__(self, source: str) -> None:
        self._functions = dict(_functions(ast.parse(source)))
        self._dumps = {name: ast.dump(node) for name, node in self._functions.items()}
        self._mutants: dict[str, frozenset[str]] = {}

    def has(self, source: str) -> bool:
        """Tell whether some function of a faulty module is one of our mutants."""
        for name, node in _functions(ast.parse(source)):
            if name in self._dumps and ast.dump(node) != self._dumps[name]:
                node.decorator_list = []
                if ast.dump(node) in self._of(name):
                    return True
        return False

    def _of(self, name: str) -> frozenset[str]:
        if name not in self._mutants:
            self._mutants[name] = frozenset(_mutant_dumps(self._functions[name]))
        return self._mutants[name]


def _functions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, _Function]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            name = f"{prefix}{node.name}:{getattr(node, 'lineno', 0)}"
            if not isinstance(node, ast.ClassDef):
                yield name, node
            yield from _functions(node, f"{name}.")
        else:
            yield from _functions(node, prefix)


def _mutant_dumps(node: _Function) -> Iterator[str]:
    """Dump all mutants of a function, made line by line so that none is sampled away."""
    text = ast.unparse(node)
    bare = ast.parse(text).body[0]
    assert isinstance(bare, _Function)
    last = text.count("\n") + 1
    for line in range(1, last + 1):
        source = FunctionSource("", "", bare.name, 1, last, text, frozenset({line}))
        for mutant in make_mutants(source):
            faulty = ast.parse(mutant.source).body[0]
            assert isinstance(faulty, _Function)
            faulty.decorator_list = []
            yield ast.dump(faulty)
