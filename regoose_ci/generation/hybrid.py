"""Tests from several sources as one list: nothing twice, names unique, the embedded ones kept."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from itertools import count

from regoose_ci.domain.candidates import CandidateKind, CandidateTest


def combine(*sources: Sequence[CandidateTest]) -> list[CandidateTest]:
    """Put lists of candidates together, catching tests first; of equals the earlier stays.

    A test is the same as another when its body is, whatever it is called.
    """
    kept: list[CandidateTest] = []
    bodies: set[tuple[CandidateKind, str]] = set()
    names: set[tuple[CandidateKind, str]] = set()
    for test in (t for tests in sources for t in tests):
        body = (test.kind, _body(test))
        if body in bodies:
            continue
        bodies.add(body)
        free = test.renamed(_free(test, names))
        names.add((free.kind, free.name))
        kept.append(free)
    return sorted(kept, key=lambda t: t.kind is not CandidateKind.CATCHING)


def _free(test: CandidateTest, taken: Iterable[tuple[CandidateKind, str]]) -> str:
    wishes = (test.name if n == 1 else f"{test.name}_{n}" for n in count(1))
    return next(name for name in wishes if (test.kind, name) not in taken)


def _body(test: CandidateTest) -> str:
    """The test without its name, comments and layout."""
    try:
        tree = ast.parse(test.code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return test.code
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            node.name = "test"
    return ast.dump(tree)
