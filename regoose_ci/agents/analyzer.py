"""Analyzer: from the change's text to its functions and what surrounds them."""

from __future__ import annotations

import dataclasses
import fnmatch
import keyword
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import anyio.to_thread

from regoose_ci.agents.board import Board, Skip
from regoose_ci.analysis.changes import find_changes, is_product_path
from regoose_ci.analysis.context import find_call_sites, find_documents, find_related_tests
from regoose_ci.analysis.conventions import CONFIGURATION_FILES
from regoose_ci.analysis.examples import Corpus
from regoose_ci.analysis.harvest import harvest_literals
from regoose_ci.analysis.impact import (
    CallGraph,
    build_call_graph,
    find_public_callers,
    needs_callers,
)
from regoose_ci.analysis.layout import Layout, find_layout, is_test_path
from regoose_ci.analysis.material import ChangeMaterial, ChangeSource, FunctionMaterial
from regoose_ci.analysis.open_calls import find_open_calls
from regoose_ci.analysis.source import collector_paused
from regoose_ci.analysis.style import find_test_style
from regoose_ci.domain.bounds import MAX_FUNCTION_DEPTH, MAX_FUNCTION_LINES
from regoose_ci.domain.changes import ChangedFunction, ChangeKind, FunctionKind
from regoose_ci.domain.events import Stage
from regoose_ci.domain.observations import Call
from regoose_ci.domain.revisions import Revision
from regoose_ci.domain.syntax import is_modest_source

MAX_SOURCES = 3000
MAX_LITERALS = 900
MAX_TEST_FILES = 5
_DOCUMENTS = (".md", ".rst")
_FIXTURES = (".txt", ".md", ".rst", ".text", ".html", ".xml", ".csv", ".yaml", ".ini", ".sql")
MAX_FIXTURES = 1000
MAX_BLOCK = 800
MAX_BLOCKS = 30


@dataclass(frozen=True, slots=True)
class _Texts:
    """The sources of one revision, as they are and decoded."""

    layout: Layout
    contents: Mapping[str, bytes]
    product: dict[str, str]
    tests: dict[str, str]
    documents: dict[str, str]
    fixtures: dict[str, str]
    configuration: dict[str, str]


class Analyzer:
    """Reads the change and writes ``board.material``; runs nothing of it."""

    async def run(self, board: Board) -> None:
        """Find the changed functions."""
        with board.stage(Stage.ANALYSIS) as summary:
            only = board.request.only
            material = await anyio.to_thread.run_sync(analyze, board.source, only)
            board.material = material
            for found in material.functions:
                skip = _skip(found.function)
                if skip is not None:
                    board.skipped[found.function.id] = skip
            for skipped in material.changes.skipped:
                board.notice(f"{skipped.path} is not reviewed: {skipped.detail or skipped.reason}")
            count = len(material.functions)
            summary.append(f"{count} changed function{'s' if count != 1 else ''}")


def _skip(function: ChangedFunction) -> Skip | None:
    if function.change is ChangeKind.REMOVED:
        return Skip("no_behaviour_change_possible", "removed")
    if not all(_is_name(part) for part in function.current.module.split(".")):
        return Skip("import_failed", "its path is no name that an import statement can have")
    sources = [source for source in (function.base, function.head) if source is not None]
    lines = max(source.last_line - source.first_line + 1 for source in sources)
    if lines > MAX_FUNCTION_LINES:
        return Skip("too_large", f"it has {lines:,} lines, more than {MAX_FUNCTION_LINES:,}")
    if not all(is_modest_source(source.source, MAX_FUNCTION_DEPTH) for source in sources):
        detail = f"it is nested more than {MAX_FUNCTION_DEPTH} deep, or holds a gigantic number"
        return Skip("too_large", detail)
    return None


def _is_name(part: str) -> bool:
    return part.isidentifier() and not keyword.iskeyword(part)


@collector_paused()
def analyze(source: ChangeSource, only: tuple[str, ...] = ()) -> ChangeMaterial:
    """Find the changed functions, those that match ``only`` if given, and what is known of them."""
    texts = {revision: _read(source, revision) for revision in source.shas}
    head = texts[Revision.HEAD]
    base = texts.get(Revision.BASE, head)
    changes = find_changes(
        source.diff(),
        lambda path: _content(source, texts, Revision.BASE, path),
        lambda path: _content(source, texts, Revision.HEAD, path),
        base.layout,
        head.layout,
    )
    chosen = [f for f in changes.functions if _is_chosen(f, only)]
    product = head.product if any(map(needs_callers, chosen)) else {}
    graph = build_call_graph(product, head.layout)
    corpus = Corpus({**head.tests, **head.product, **head.documents})
    target = chosen[0].current.path if chosen else ""
    style = find_test_style(head.tests, target, head.configuration)
    return ChangeMaterial(
        changes=dataclasses.replace(changes, functions=tuple(chosen)),
        functions=tuple(_material(function, texts, corpus, graph) for function in chosen),
        import_roots={revision: t.layout.import_roots for revision, t in texts.items()},
        packages=head.layout.packages,
        style=style,
        product=head.product,
        tests=head.tests,
        not_chosen=len(changes.functions) - len(chosen),
    )


def _material(
    function: ChangedFunction,
    texts: dict[Revision, _Texts],
    corpus: Corpus,
    graph: CallGraph,
) -> FunctionMaterial:
    head = texts[Revision.HEAD]
    callers = find_public_callers(function, graph)
    function = dataclasses.replace(function, entry_points=callers)
    tests = {revision: find_related_tests(function, t.tests) for revision, t in texts.items()}
    examples = {r: find_documents(function, t.product, t.documents) for r, t in texts.items()}
    return FunctionMaterial(
        function,
        tests,
        tuple(_calls(function, corpus)),
        (*_fixture_literals(function, head.fixtures), *_test_literals(tests, texts))[:MAX_LITERALS],
        examples,
    )


def _calls(function: ChangedFunction, corpus: Corpus) -> Iterator[Call]:
    """Yield written calls of the function and of the public callers it is reached through."""
    yield from find_call_sites(function, corpus)
    for entry in function.entry_points[:3]:
        module, _, qualname = entry.partition(":")
        there = dataclasses.replace(function.current, module=module, qualname=qualname)
        kind = FunctionKind.METHOD if "." in qualname else FunctionKind.FUNCTION
        caller = dataclasses.replace(function, head=there, kind=kind)
        yield from find_call_sites(caller, corpus)[:40]
        if kind is FunctionKind.FUNCTION:
            yield from find_open_calls(module, qualname, corpus)


def _test_literals(
    tests: dict[Revision, tuple[str, ...]], texts: dict[Revision, _Texts]
) -> tuple[str, ...]:
    """Return the literals of existing tests, those of the most telling file first."""
    ranked = [
        (rank, texts[revision].tests[path])
        for revision, paths in tests.items()
        for rank, path in enumerate(paths[:MAX_TEST_FILES])
        if path in texts[revision].tests
    ]
    harvested = [harvest_literals(text) for _, text in sorted(ranked, key=lambda pair: pair[0])]
    return tuple(dict.fromkeys(literal for found in harvested for literal in found))


def _fixture_literals(function: ChangedFunction, fixtures: dict[str, str]) -> Iterator[str]:
    """Yield texts of test data files named like the module, whole and in their blocks."""
    stem = posixpath.basename(function.current.path).removesuffix(".py")
    for path, text in fixtures.items():
        if posixpath.basename(path).split(".")[0] != stem:
            continue
        blocks = [b.strip("\n") + "\n" for b in re.split(r"\n\s*\n", text) if b.strip()]
        small = [b for b in blocks if len(b) <= MAX_BLOCK]
        yield from map(repr, small[:MAX_BLOCKS])
        if len(text) <= MAX_BLOCK * 2:
            yield repr(text)


def _read(source: ChangeSource, revision: Revision) -> _Texts:
    paths = source.files(revision)
    present = tuple(name for name in CONFIGURATION_FILES if name in paths)
    files = source.read_many(revision, present)
    configuration = {name: _text(content) for name, content in files.items()}
    layout = find_layout(paths, configuration.get("pyproject.toml", ""))
    wanted = [p for p in paths if p.endswith((".py", *_DOCUMENTS))][:MAX_SOURCES]
    wanted += [p for p in paths if p.endswith(_FIXTURES) and is_test_path(p)][:MAX_FIXTURES]
    contents = source.read_many(revision, tuple(wanted))
    texts = {path: _text(content) for path, content in contents.items()}
    tests = set(layout.test_files)
    return _Texts(
        layout,
        contents,
        {p: t for p, t in texts.items() if p.endswith(".py") and is_product_path(p, layout)},
        {p: t for p, t in texts.items() if p in tests},
        {p: t for p, t in texts.items() if p.endswith(_DOCUMENTS)},
        {p: t for p, t in texts.items() if p.endswith(_FIXTURES) and is_test_path(p)},
        configuration,
    )


def _content(
    source: ChangeSource, texts: dict[Revision, _Texts], revision: Revision, path: str
) -> bytes | None:
    """Return a file, which mostly was read with all others."""
    if revision not in texts:
        return None
    known = texts[revision].contents.get(path)
    return source.read(revision, path) if known is None else known


def _text(content: bytes) -> str:
    return content.decode("utf-8", "replace")


def _is_chosen(function: ChangedFunction, only: Sequence[str]) -> bool:
    if not only:
        return True
    here = function.current
    names = (
        here.path,
        here.qualname,
        f"{here.module}.{here.qualname}",
        here.qualname.split(".")[-1],
    )
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in only for name in names)
