"""What a test does that it may not: imports, names, internals, patches, files."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from regoose_ci.generation.screening import policy
from regoose_ci.generation.screening.findings import Finding, Screened, at

_PATCHING = frozenset({"setattr", "delattr", "setitem", "delitem"})
_FORBIDDEN_PATCHES = frozenset({"syspath_prepend", "chdir", "undo", "context"})
_TEXT_INTERNALS = ("__globals__", "__subclasses__", "__builtins__", "__import__(")
_BY_NAME = frozenset({"getattr", "setattr", "delattr", "hasattr"})
_OF_MODULES = frozenset({"vars", "setattr", "delattr"})
_PASSED_ON = frozenset({"open", *_BY_NAME})
_GETTERS = frozenset({"operator.attrgetter", "operator.methodcaller"})
_PATCHED_ROOTS = frozenset({"pytest", "unittest", *policy.UNSAFE_MODULES, *policy.MACHINERY})


def import_findings(
    statements: list[ast.stmt], own: frozenset[str], known: frozenset[str]
) -> Iterator[Finding]:
    """Imports of modules that a test may not use."""
    for node in statements:
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            if node.level or not node.module:
                yield at(node, "relative import")
                continue
            if any(alias.name == "*" for alias in node.names):
                yield at(node, "star import")
            modules = [node.module]
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (at(node, text) for text in map(policy.name_problem, names) if text)
        else:
            continue
        problems = (policy.module_problem(m, own, known) or policy.name_problem(m) for m in modules)
        yield from (at(node, text) for text in problems if text)


def name_findings(test: Screened) -> Iterator[Finding]:
    """Names and attributes that lead out of a test: builtins, unsafe modules, internals."""
    chained = {id(n.value) for n in test.nodes if isinstance(n, ast.Attribute)}
    called = {id(n.func) for n in test.nodes if isinstance(n, ast.Call)}
    for node in test.nodes:
        if isinstance(node, ast.Attribute):
            of_imported = node.attr == "__dict__" and test.root(node) in test.imported
            if node.attr in policy.INTERNALS or of_imported:
                yield at(node, f"`{node.attr}` reaches into the interpreter")
            if id(node) not in chained:
                yield from _dotted_findings(test, node)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            if id(node) not in chained:
                yield from _dotted_findings(test, node)
            if node.id not in test.bound and node.id not in test.imported:
                yield from _builtin_findings(node)
            elif node.id in policy.NEVER:
                yield at(node, f"`{node.id}` is not allowed in a test")
            if node.id in _PASSED_ON and node.id not in test.imported and id(node) not in called:
                yield at(node, f"`{node.id}` is passed on")
            if node.id == "monkeypatch" and id(node) not in chained:
                yield at(node, "`monkeypatch` is passed on")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            inner = next((name for name in _TEXT_INTERNALS if name in node.value), None)
            if inner:
                yield at(node, f"a text names the interpreter's `{inner}`")


def _dotted_findings(test: Screened, node: ast.Name | ast.Attribute) -> Iterator[Finding]:
    dotted = test.dotted(node)
    if dotted and dotted in policy.PARTIAL_MODULES and dotted != "os.path":
        yield at(node, f"the module `{dotted}` is passed on as a whole")
    elif dotted and (problem := policy.name_problem(dotted)):
        yield at(node, problem)


def _builtin_findings(node: ast.Name) -> Iterator[Finding]:
    if node.id in policy.BUILTINS:
        yield at(node, f"`{node.id}` is not allowed in a test")
    elif node.id in policy.ENDINGS:
        yield at(node, f"`{node.id}` ends the test run")


def call_findings(test: Screened) -> Iterator[Finding]:
    """Attributes by computed names, scopes, and patches of what judges the test."""
    for node in test.nodes:
        if not isinstance(node, ast.Call):
            continue
        name = test.dotted(node.func)
        place = 1 if name in _BY_NAME else 0 if name in _GETTERS else None
        if place is not None and not _is_plain_attribute(node.args[place : place + 1]):
            yield at(node, f"`{name}` with a name that is not plain text")
        elif name in {"vars", "dir"} and not node.args:
            yield at(node, f"`{name}()` reads the test's own scope")
        elif name in _OF_MODULES and test.root(node.args[0]) in test.imported:
            yield at(node, f"`{name}` of something imported")
        yield from _patch_findings(test, node)


def _is_plain_attribute(names: list[ast.expr]) -> bool:
    name = names[0] if names else None
    if not (isinstance(name, ast.Constant) and isinstance(name.value, str)):
        return False
    return not name.value.startswith("__") and name.value not in policy.UNSAFE_MODULES


def _patch_findings(test: Screened, node: ast.Call) -> Iterator[Finding]:
    function = node.func
    method = function.attr if isinstance(function, ast.Attribute) else ""
    if method in _FORBIDDEN_PATCHES and test.root(function) == "monkeypatch":
        yield at(node, f"`monkeypatch.{method}` changes how tests are run")
    if not _is_patch(test, node):
        return
    target = _patched(test, node)
    if target.partition(".")[0] in _PATCHED_ROOTS:
        yield at(node, f"patches `{target}`")


def _patched(test: Screened, node: ast.Call) -> str:
    """The dotted name of what a call of ``setattr``, ``setitem`` or ``patch`` replaces."""
    if not node.args:
        return ""
    first = node.args[0]
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return first.value
    owner = test.dotted(first)
    second = node.args[1] if len(node.args) > 1 else None
    if isinstance(second, ast.Constant) and isinstance(second.value, str):
        return f"{owner}.{second.value}"
    return owner


def subject_findings(test: Screened, subject: str) -> Iterator[Finding]:
    """Patches of the function under test, and changes that outlive the test."""
    for node in test.nodes:
        if isinstance(node, ast.Call) and _is_patch(test, node):
            if subject and _patched(test, node).rpartition(".")[2] == subject:
                yield at(node, f"replaces `{subject}`, the function under test")
        elif isinstance(node, (ast.Attribute, ast.Subscript)):
            if isinstance(node.ctx, ast.Load):
                continue
            if test.root(node) in test.imported:
                yield at(node, f"changes `{ast.unparse(node)}` for the tests after it")
        elif isinstance(node, ast.Global):
            yield at(node, "changes global names")


def _is_patch(test: Screened, node: ast.Call) -> bool:
    function = node.func
    attribute = function.attr if isinstance(function, ast.Attribute) else ""
    return ".patch" in f".{test.dotted(function)}" or attribute in _PATCHING
