"""The door of screening: one test function, judged by its text alone. Pure.

It is a second line, behind the sandbox: it keeps what attacks, hides or proves nothing from being
run and suggested. It cannot see what the reviewed code does when a test calls it.
"""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Collection, Iterator, Sequence

from regoose_ci.generation.screening import policy
from regoose_ci.generation.screening.actions import (
    call_findings,
    import_findings,
    name_findings,
    subject_findings,
)
from regoose_ci.generation.screening.assertions import assertion_findings, swallowing_findings
from regoose_ci.generation.screening.files import file_findings
from regoose_ci.generation.screening.findings import (
    Finding,
    Screened,
    at,
    bound_names,
    imported_names,
)

MAX_CODE = 20_000
"""Longest test that is looked at, in characters."""
_ENDLESS = frozenset({"itertools.count", "itertools.cycle"})
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


def screen(
    code: str,
    imports: Sequence[str],
    *,
    own: Collection[str],
    known: Collection[str] = (),
    subject: str = "",
) -> tuple[Finding, ...]:
    """What speaks against a candidate test; empty when nothing does.

    Args:
        code: One test function.
        imports: The import statements that it needs.
        own: The project's top-level modules.
        known: Others that its code and tests use; what is neither, nor of the standard library,
            is taken for invented.
        subject: The name of the function under test, which must not be replaced.
    """
    text = "\n".join([*imports, code])
    if len(text) > MAX_CODE:
        return (Finding(0, "longer than a test should be"),)
    hidden = [Finding(code.count("\n", 0, n) + 1, "hidden characters") for n in _hidden(code)][:1]
    try:
        statements = [s for statement in imports for s in ast.parse(statement).body]
        tree = ast.parse(code)
    except _UNREADABLE as error:
        line = getattr(error, "lineno", None) or 0
        return (*hidden, Finding(line, "is not valid Python"))
    strays = [s for s in statements if not isinstance(s, (ast.Import, ast.ImportFrom))]
    if strays:
        return (*hidden, Finding(0, "has more than imports among its imports"))
    function, shape = _only_function(tree)
    if function is None:
        return (*hidden, *shape)
    try:
        found = list(_findings(function, statements, (frozenset(own), frozenset(known)), subject))
    except RecursionError:
        return (Finding(0, "is nested too deeply to be read"),)
    return tuple(dict.fromkeys(sorted([*hidden, *shape, *found])))


def _hidden(code: str) -> Iterator[int]:
    """Where characters stand that show as nothing or turn the text around."""
    for index, char in enumerate(code):
        if ord(char) > 127 and unicodedata.category(char) in {"Cf", "Cc", "Zl", "Zp"}:
            yield index


def _only_function(tree: ast.Module) -> tuple[ast.FunctionDef | None, list[Finding]]:
    """The module's single test function, and what else stands beside it."""
    tests = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name.startswith("test")]
    shape = [
        at(n, "something besides the test function at top level")
        for n in tree.body
        if n not in tests
    ]
    if len(tests) > 1:
        shape.append(at(tests[1], "more than one test function"))
    if not tests:
        asynchronous = any(isinstance(n, ast.AsyncFunctionDef) for n in tree.body)
        text = "an asynchronous test needs a plugin" if asynchronous else "no test function"
        shape.append(Finding(1, text))
    return (tests[0] if len(tests) == 1 else None), shape


def _findings(
    function: ast.FunctionDef,
    imports: list[ast.stmt],
    modules: tuple[frozenset[str], frozenset[str]],
    subject: str,
) -> Iterator[Finding]:
    inner = [n for n in ast.walk(function) if isinstance(n, (ast.Import, ast.ImportFrom))]
    statements = [*imports, *inner]
    test = Screened(function, imported_names(statements), bound_names(function))
    yield from (Finding(0, f.text) for f in import_findings(imports, *modules))
    yield from import_findings(list(inner), *modules)
    yield from name_findings(test)
    yield from call_findings(test)
    yield from subject_findings(test, subject)
    yield from file_findings(test)
    yield from _shape_findings(test)
    yield from swallowing_findings(test)
    yield from assertion_findings(test)
    yield from _use_findings(test, modules[0])


def _shape_findings(test: Screened) -> Iterator[Finding]:
    for decorator in test.function.decorator_list:
        target = decorator.func if isinstance(decorator, ast.Call) else decorator
        allowed = policy.PARTIAL_MODULES["pytest.mark"]
        if test.dotted(target) not in {f"pytest.mark.{name}" for name in allowed}:
            yield at(decorator, f"decorated with `{ast.unparse(target)}`")
    for argument in test.function.args.args:
        if argument.arg in policy.FIXTURES_OF_PYTEST:
            yield at(argument, f"the fixture `{argument.arg}` reaches into pytest")
    for node in test.nodes:
        if isinstance(node, (ast.While, ast.For)) and _is_endless(test, node):
            yield at(node, "a loop that never ends")


def _is_endless(test: Screened, node: ast.While | ast.For) -> bool:
    if isinstance(node, ast.While):
        goes_on = isinstance(node.test, ast.Constant) and bool(node.test.value)
    else:
        goes_on = isinstance(node.iter, ast.Call) and test.dotted(node.iter.func) in _ENDLESS
    leaves = (ast.Break, ast.Return, ast.Raise)
    return goes_on and not any(isinstance(n, leaves) for s in node.body for n in ast.walk(s))


def _use_findings(test: Screened, own: frozenset[str]) -> Iterator[Finding]:
    """A test that uses nothing of the project shows nothing about it."""
    theirs = {name for name, dotted in test.imported.items() if dotted.partition(".")[0] in own}
    if theirs.isdisjoint(n.id for n in test.nodes if isinstance(n, ast.Name)):
        yield at(test.function, "uses nothing of the project")
