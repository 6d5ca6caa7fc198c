"""Hardening tests accepted many at a time: two runs for all of them instead of three for each."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence

from regoose_ci.agents.board import Board
from regoose_ci.domain.candidates import (
    CandidateKind,
    CandidateTest,
    RunOutcome,
    RunRecord,
    Verdict,
)
from regoose_ci.domain.revisions import Revision
from regoose_ci.execution.pairs import GuestPair
from regoose_ci.execution.validation import hangs, run_together, size_problem
from regoose_ci.generation.embedded.files import negated_twin, together

Records = dict[str, dict[Revision, RunRecord]]
"""By name of the test."""


async def accept_together(
    board: Board, pair: GuestPair, fresh: GuestPair, tests: Sequence[CandidateTest]
) -> list[Verdict]:
    """Accept our own hardening tests that pass in both pairs and whose negations fail in one.

    Every test and every negation is run under a name that tells nothing, so that nothing can be
    prepared for either. Tests that are not among the verdicts are not rejected: they have to be
    looked at alone.

    Raises:
        GuestError: a guest failed.
    """
    # What a model wrote whole or in part could reach into its neighbours.
    ours = [t for t in tests if t.origin == "embedded"]
    hardening = [t for t in ours if t.kind is CandidateKind.HARDENING]
    quick = [t for t in hardening if not any(hangs(t, revision) for revision in Revision)]
    named = under_new_names(quick)
    if len(named) < 2:
        return []
    first = await run_named(board, pair, named)
    good = {n: t for n, t in named.items() if n in first and _passes(first[n])}
    again = {_new_name(): (name, test) for name, test in good.items()}
    twins = {
        _new_name(): (name, twin)
        for name, test in good.items()
        if (twin := negated_twin(test)) is not None
    }
    both = sorted({**again, **twins}.items())  # in no order that would tell them apart
    second = await run_named(board, fresh, {name: test for name, (_, test) in both})
    firm = {old for name, (old, _) in again.items() if _is_same(first[old], second.get(name))}
    telling = {old for name, (old, _) in twins.items() if _fails(second.get(name, {}))}
    return [
        Verdict(test, tuple(first[name].values()))
        for name, test in good.items()
        if name in firm & telling
    ]


def under_new_names(tests: Iterable[CandidateTest]) -> dict[str, CandidateTest]:
    """Give tests that are not too large to be run names that tell nothing."""
    return {_new_name(): test for test in tests if not size_problem(test.code)}


def _new_name() -> str:
    return f"test_{secrets.token_hex(8)}"


async def run_named(
    board: Board,
    pair: GuestPair,
    tests: dict[str, CandidateTest],
    seconds: float | None = None,
) -> Records:
    """Run a file of tests under these names; return records where all revisions have one.

    With ``seconds`` no test may take longer.

    Raises:
        GuestError: a guest failed.
    """
    if not tests:
        return {}
    assert board.material is not None
    disguised = [test.renamed(name) for name, test in tests.items()]
    source = together(disguised, board.material.style, board.material.packages)
    functions = {n: board.findings[t.function_id].function for n, t in tests.items()}
    runs = await pair.on_each(lambda r, guest: run_together(guest, r, functions, source, seconds))
    return {
        name: {revision: found[name] for revision, found in runs.items()}
        for name in tests
        if all(name in found for found in runs.values())
    }


def _passes(runs: dict[Revision, RunRecord]) -> bool:
    return runs[Revision.HEAD].outcome is RunOutcome.PASSED


def _fails(runs: dict[Revision, RunRecord]) -> bool:
    return bool(runs) and runs[Revision.HEAD].outcome is RunOutcome.FAILED


def _is_same(runs: dict[Revision, RunRecord], again: dict[Revision, RunRecord] | None) -> bool:
    return again is not None and all(runs[r].outcome is again[r].outcome for r in runs)
