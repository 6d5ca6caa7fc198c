"""Test files: one per module under test, ready to be committed."""

from __future__ import annotations

import ast
import dataclasses
import textwrap
from collections.abc import Collection, Iterator, Sequence

from regoose_ci.analysis.habits import Habits
from regoose_ci.analysis.style import ProjectTestStyle
from regoose_ci.domain.candidates import CandidateTest
from regoose_ci.generation.embedded.definitions import (
    SharedDefinitions,
    definitions_of,
    with_definitions,
)
from regoose_ci.generation.embedded.dressing import annotations_imports, as_method, dress
from regoose_ci.generation.embedded.formatting import UnwritableTestError, format_source
from regoose_ci.generation.embedded.imports import (
    Import,
    alias_for,
    in_place_of,
    parse_imports,
    render_imports,
)
from regoose_ci.generation.embedded.placement import PlacedTest, path_of, plan_files


def assemble(
    candidates: Sequence[CandidateTest],
    style: ProjectTestStyle,
    first_party: Collection[str] = (),
) -> dict[str, str]:
    """Test files by name, each runnable with plain ``pytest`` from the repository's root.

    ``first_party`` are the project's own top-level packages, whose imports come last.

    Raises:
        UnwritableTestError: a candidate's code is not valid Python.
    """
    files: dict[str, list[PlacedTest]] = {}
    for placed in plan_files(candidates, style):
        if not placed.is_repeated:
            files.setdefault(placed.file, []).append(placed)
    return {name: _source(tests, style, first_party) for name, tests in files.items()}


def standalone(
    candidate: CandidateTest, style: ProjectTestStyle, first_party: Collection[str] = ()
) -> str:
    """A file with one test alone; `negated_twin` gives the candidate that must fail instead.

    Raises:
        UnwritableTestError: the candidate's code is not valid Python.
    """
    return together([candidate], style, first_party)


def together(
    candidates: Sequence[CandidateTest],
    style: ProjectTestStyle,
    first_party: Collection[str] = (),
) -> str:
    """A file with all of these tests, whose names are unique.

    Raises:
        UnwritableTestError: a candidate's code is not valid Python.
    """
    tests = [PlacedTest(candidate, "", candidate) for candidate in candidates]
    return _source(tests, style, first_party)


def negated_twin(candidate: CandidateTest) -> CandidateTest | None:
    """The candidate with its assertions flipped, when its generator wrote that."""
    if candidate.negated is None:
        return None
    return dataclasses.replace(candidate, code=candidate.negated, negated=None)


def _source(
    tests: Sequence[PlacedTest],
    style: ProjectTestStyle,
    first_party: Collection[str],
) -> str:
    """The text of a file with ``tests``, as the project would write it."""
    habits = style.habits
    bindings: dict[str, Import] = {}
    codes: list[str] = []
    shared = SharedDefinitions()
    for test in tests:
        code = dress(test.written.code.strip(), habits)
        brings = bool(definitions_of(test.written.imports))
        if brings:
            code = with_definitions(test.written, code)
        imports = [*test.written.imports, *annotations_imports(code)]
        for wish in parse_imports(imports):
            binding, written = in_place_of(wish, habits)
            if _is_hidden(binding.bound, code):
                binding, written = wish, wish.bound
            present = bindings.setdefault(binding.bound, binding)
            if present != binding:
                known = next((b for b in bindings.values() if _is_same(b, binding)), None)
                written = known.bound if known else alias_for(binding, bindings)
                bindings[written] = binding.renamed(written)
            if written != wish.bound:
                code = _rename_variable(code, wish.bound, written)
        codes.append(shared.take_from(code, bindings) if brings else code)
    definitions = shared.used_by(codes)
    used = [*_required(style), *_used(bindings.values(), [*definitions, *codes])]
    path = path_of(tests[0].candidate)
    block = render_imports(used, first_party, style.imports)
    body = "\n\n\n".join(
        [*filter(None, [_opening(path, habits), block]), *definitions, *_blocks(tests, codes)]
    )
    return format_source(f"{body}\n", habits.line_length, habits.quote)


def _blocks(tests: Sequence[PlacedTest], codes: Sequence[str]) -> list[str]:
    """The functions of a file, and its classes with their methods, in the order of the tests."""
    classes: dict[str, list[str]] = {}
    for test, code in zip(tests, codes, strict=True):
        block = textwrap.indent(as_method(code), "    ") if test.owner else code
        classes.setdefault(test.owner or test.written.name, []).append(block)
    owners = {test.owner for test in tests}
    return [
        f"class {name}:\n" * (name in owners) + "\n\n".join(blocks)
        for name, blocks in classes.items()
    ]


def _opening(path: str, habits: Habits) -> str:
    """The comments and the docstring that the project's test files begin with."""
    lines = [habits.header] if habits.header else []
    if habits.documents_files:
        module = path.removesuffix(".py").removeprefix("src/").replace("/", ".")
        lines.append(f'"""Tests for `{module.removesuffix(".__init__")}`."""')
    return "\n\n".join(lines)


def _required(style: ProjectTestStyle) -> tuple[Import, ...]:
    deferred = ["from __future__ import annotations"] if style.habits.defers_annotations else []
    return parse_imports([*style.imports.required, *deferred])


def _is_hidden(name: str, code: str) -> bool:
    """Whether a test has a variable or an argument of this name."""
    return any(
        node.arg == name if isinstance(node, ast.arg) else node.id == name
        for node in ast.walk(_parsed(code))
        if isinstance(node, ast.arg)
        or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    )


def _is_same(one: Import, other: Import) -> bool:
    return (one.module, one.name) == (other.module, other.name)


def _used(bindings: Collection[Import], codes: Sequence[str]) -> list[Import]:
    """The imports that the tests read: an unused one would be a lint error in the file."""
    read = {name for code in codes for name in _dotted_names(code)}
    return [b for b in bindings if b.bound in read]


def _dotted_names(code: str) -> Iterator[str]:
    """Every name a piece of code reads, and every chain of attributes that starts at one."""
    for node in ast.walk(_parsed(code)):
        if isinstance(node, ast.Name | ast.Attribute):
            chain = ast.unparse(node)
            if chain.replace(".", "").isidentifier():
                yield chain


def _parsed(code: str) -> ast.Module:
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise UnwritableTestError(f"the test is not valid Python: {error}") from error


def _rename_variable(code: str, name: str, alias: str) -> str:
    """Rename every bare use of ``name`` (not attributes or keywords) in a test function."""
    names = (n for n in ast.walk(_parsed(code)) if isinstance(n, ast.Name) and n.id == name)
    lines = [line.encode() for line in code.split("\n")]
    for line, column in sorted(((n.lineno, n.col_offset) for n in names), reverse=True):
        text = lines[line - 1]
        lines[line - 1] = text[:column] + alias.encode() + text[column + len(name.encode()) :]
    return b"\n".join(lines).decode()
