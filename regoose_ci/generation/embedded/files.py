"""Test files: one per module under test, ready to be committed."""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from regoose_ci.analysis.habits import Habits
from regoose_ci.analysis.style import ProjectTestStyle
from regoose_ci.comparison.source import snake_case
from regoose_ci.domain.candidates import CandidateKind, CandidateTest
from regoose_ci.generation.embedded.dressing import annotations_imports, dress
from regoose_ci.generation.embedded.formatting import UnwritableTestError, format_source
from regoose_ci.generation.embedded.imports import (
    Import,
    alias_for,
    in_place_of,
    parse_imports,
    render_imports,
)

_CATCHING_SUFFIX = "_behaviour_changes"
"""Catching tests fail on head: in files of their own, so that the others can be committed."""
_EXAMPLES_SUFFIX = "_examples"
"""Where the project has a file of the wished-for name, the new one must not replace it."""


@dataclass(frozen=True, slots=True)
class PlacedTest:
    """An accepted candidate and the test in a file that shows it, perhaps under another name.

    ``is_repeated`` when an earlier candidate is written as that test.
    """

    candidate: CandidateTest
    file: str
    written: CandidateTest
    is_repeated: bool = False


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
    files: dict[str, list[CandidateTest]] = {}
    for placed in plan_files(candidates, style):
        if not placed.is_repeated:
            files.setdefault(placed.file, []).append(placed.written)
    return {name: _source(tests, style, first_party) for name, tests in files.items()}


def standalone(
    candidate: CandidateTest, style: ProjectTestStyle, first_party: Collection[str] = ()
) -> str:
    """A file with one test alone; `negated_twin` gives the candidate that must fail instead.

    Raises:
        UnwritableTestError: the candidate's code is not valid Python.
    """
    return _source([candidate], style, first_party)


def together(
    candidates: Sequence[CandidateTest],
    style: ProjectTestStyle,
    first_party: Collection[str] = (),
) -> str:
    """A file with all of these tests, whose names are unique.

    Raises:
        UnwritableTestError: a candidate's code is not valid Python.
    """
    return _source(candidates, style, first_party)


def negated_twin(candidate: CandidateTest) -> CandidateTest | None:
    """The candidate with its assertions flipped, when its generator wrote that."""
    if candidate.negated is None:
        return None
    return dataclasses.replace(candidate, code=candidate.negated, negated=None)


def plan_files(
    candidates: Sequence[CandidateTest], style: ProjectTestStyle
) -> tuple[PlacedTest, ...]:
    """Which tests go into which file, with names that are unique in each, sorted by file.

    A test's name changes only where another function of its module has one of the same name.
    Tests that say the same, as of two helpers that are seen through one caller, are written once.
    """
    stems = _stems(sorted({_path(c) for c in candidates}))
    placed: list[PlacedTest] = []
    for candidate in candidates:
        stem = stems[_path(candidate)]
        if candidate.kind is CandidateKind.CATCHING:
            stem += _CATCHING_SUFFIX
        file = style.file_pattern.format(stem)
        if file in style.existing:
            file = style.file_pattern.format(stem + _EXAMPLES_SUFFIX)
        there = [p.written for p in placed if p.file == file]
        same = next((t for t in there if _nameless(t) == _nameless(candidate)), None)
        written = same or _with_free_name(candidate, {t.name for t in there})
        placed.append(PlacedTest(candidate, file, written, is_repeated=same is not None))
    return tuple(sorted(placed, key=lambda p: p.file))


def _nameless(candidate: CandidateTest) -> str:
    return candidate.code.replace(f"def {candidate.name}(", "def (", 1)


def _path(candidate: CandidateTest) -> str:
    return candidate.function_id.partition("::")[0]


def _stems(paths: Sequence[str]) -> Mapping[str, str]:
    """A file stem per module, taking in as many parent folders as it needs to be unique."""
    stems: dict[str, str] = {}
    for depth in range(1, 1 + max((len(PurePosixPath(p).parts) for p in paths), default=0)):
        wishes = {path: _stem(path, depth) for path in paths if path not in stems}
        counts = [*wishes.values(), *stems.values()]
        stems |= {path: wish for path, wish in wishes.items() if counts.count(wish) == 1}
    return {path: stems.get(path, re.sub(r"\W+", "_", path.removesuffix(".py"))) for path in paths}


def _stem(path: str, depth: int) -> str:
    parts = [p for p in PurePosixPath(path).with_suffix("").parts if p != "__init__"]
    words = [re.sub(r"\W+", "_", part).strip("_") for part in parts[-depth:]]
    return "_".join(filter(None, words)) or "package"


def _with_free_name(candidate: CandidateTest, taken: set[str]) -> CandidateTest:
    if candidate.name not in taken:
        return candidate
    qualname = candidate.function_id.rpartition("::")[2]
    words = "_".join(filter(None, map(snake_case, qualname.split("."))))
    name = candidate.name.replace("test_", f"test_{words}_", 1)
    while name in taken:
        name += "_again"
    return candidate.renamed(name)


def _source(
    candidates: Sequence[CandidateTest],
    style: ProjectTestStyle,
    first_party: Collection[str],
) -> str:
    """The text of a file with ``candidates``, as the project would write it."""
    habits = style.habits
    bindings: dict[str, Import] = {}
    codes: list[str] = []
    for candidate in candidates:
        code = dress(candidate.code.strip(), habits)
        imports = [*candidate.imports, *annotations_imports(code)]
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
        codes.append(code)
    used = [*_required(style), *_used(bindings.values(), codes)]
    block = render_imports(used, first_party, style.imports)
    body = "\n\n\n".join([*filter(None, [_opening(candidates, habits), block]), *codes])
    return format_source(f"{body}\n", habits.line_length, habits.quote)


def _opening(candidates: Sequence[CandidateTest], habits: Habits) -> str:
    """The comments and the docstring that the project's test files begin with."""
    lines = [habits.header] if habits.header else []
    if habits.documents_files:
        module = _path(candidates[0]).removesuffix(".py").removeprefix("src/").replace("/", ".")
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
    lines = [line.encode() for line in code.splitlines()]
    for line, column in sorted(((n.lineno, n.col_offset) for n in names), reverse=True):
        text = lines[line - 1]
        lines[line - 1] = text[:column] + alias.encode() + text[column + len(name.encode()) :]
    return b"\n".join(lines).decode()
