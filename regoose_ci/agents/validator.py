"""Validator: runs every candidate on base and head, again in fresh guests, and its negated twin."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

import anyio

from regoose_ci.agents.board import Board
from regoose_ci.agents.generator import file_of
from regoose_ci.agents.together import accept_together
from regoose_ci.agents.verdicts import judge_runs, judge_twin, rejected, telling_passes
from regoose_ci.comparison.outcomes import describe_pair
from regoose_ci.domain.candidates import (
    CandidateKind,
    CandidateTest,
    RejectionReason,
    RunRecord,
    Verdict,
)
from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.events import BehaviourChangeFound, Stage
from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import GuestError
from regoose_ci.execution.pairs import GuestPair, PairFactory
from regoose_ci.execution.validation import TestInFile, run_on, size_problem, timeout_of
from regoose_ci.generation.embedded.arranging import call_in_words
from regoose_ci.generation.embedded.files import negated_twin
from regoose_ci.sandbox.base import Guest

MAX_TOGETHER = 24
"""So many tests share a process, unless one function has more."""

CHANCE_RUNS = 8
"""Further runs of a test that names a source of chance."""
_CHANCE = re.compile(
    r"\b(?:random|secrets|uuid\d?|time|time_ns|now|utcnow|today|monotonic|"
    r"perf_counter|id|hash|getpid)\b"
)


class Validator:
    """Writes ``board.verdicts``."""

    async def run(self, board: Board) -> None:
        """Validate the candidates of all functions, some functions at the same time."""
        if board.laboratory is None:
            return
        pairs = board.laboratory.pairs
        found = [(i, tests) for i, tests in board.candidates.items() if tests]
        queue = _groups(found)
        workers = min(board.request.jobs, len(queue))
        with board.stage(Stage.EXECUTION, len(found)) as summary:
            async with anyio.create_task_group() as tasks:
                for _ in range(workers):
                    tasks.start_soon(_work, board, pairs, queue)
            accepted = sum(v.accepted for found in board.verdicts.values() for v in found)
            total = sum(len(found) for found in board.verdicts.values())
            summary.append(f"{accepted} of {total} tests accepted")


@dataclass(frozen=True, slots=True)
class _Group:
    """Functions whose hardening tests are run together, unless that has failed already."""

    functions: tuple[tuple[str, tuple[CandidateTest, ...]], ...]
    is_tried: bool = False

    @property
    def tests(self) -> list[CandidateTest]:
        return [test for _, tests in self.functions for test in tests]


def _groups(found: Sequence[tuple[str, tuple[CandidateTest, ...]]]) -> list[_Group]:
    """Functions with a behaviour change alone and first; the others some at a time."""
    changed = [f for f in found if any(t.kind is CandidateKind.CATCHING for t in f[1])]
    groups = [_Group((function,)) for function in changed]
    for function in found:
        if function in changed:
            continue
        last = groups[-1] if len(groups) > len(changed) else None
        if last is not None and len(last.tests) + len(function[1]) <= MAX_TOGETHER:
            groups[-1] = _Group((*last.functions, function))
        else:
            groups.append(_Group((function,)))
    return groups


async def _work(board: Board, pairs: PairFactory, queue: list[_Group]) -> None:
    """Run each candidate in one pair of guests, and what was accepted again in another.

    When a guest fails, what comes next gets new ones.
    """
    while queue:
        async with pairs.two_testing_pairs() as (pair, fresh):
            works = True
            while queue and works:
                works = await _work_on(board, (pair, fresh), queue)


async def _work_on(board: Board, guests: tuple[GuestPair, GuestPair], queue: list[_Group]) -> bool:
    """Validate one group; return whether the guests still work."""
    group = queue.pop(0)
    sure: list[Verdict] = []
    if not group.is_tried:
        try:
            sure = await accept_together(board, *guests, group.tests)
        except GuestError:  # whose fault it was shows when each function is looked at alone
            queue[:0] = [_Group((function,), is_tried=True) for function in group.functions]
            return False
    works = True
    for function_id, tests in group.functions:
        function = board.findings[function_id].function
        async with board.function(Stage.EXECUTION, function_id) as summary:
            verdicts = await _validate(board, guests, function, tests, sure)
            board.verdicts[function_id] = verdicts
            accepted = sum(v.accepted for v in verdicts)
            summary.append(f"{accepted} of {len(verdicts)} tests accepted")
        works &= all(v.rejection is not RejectionReason.INFRA_ERROR for v in verdicts)
    return works


def announce(board: Board, function: ChangedFunction, verdicts: Sequence[Verdict]) -> None:
    """Tell of the behaviour changes that were shown, not of every difference on the way there."""
    for verdict in verdicts:
        if not verdict.accepted or verdict.candidate.kind is not CandidateKind.CATCHING:
            continue
        if board.first_change is None:
            board.first_change = time.monotonic() - board.started
        witness = verdict.candidate.observations[0]
        outcomes = witness.outcomes
        base, head = describe_pair(
            outcomes[Revision.BASE], outcomes[Revision.HEAD], function.parameters
        )
        call = call_in_words(witness.call, function.parameters)
        board.publish(BehaviourChangeFound(function.id, call, base, head))


async def _validate(
    board: Board,
    guests: tuple[GuestPair, GuestPair],
    function: ChangedFunction,
    tests: tuple[CandidateTest, ...],
    sure: Sequence[Verdict],
) -> list[Verdict]:
    """Look at each test alone that is not among the ``sure`` ones."""
    pair, fresh = guests
    known = {id(verdict.candidate): verdict for verdict in sure}
    failure = ""
    for test in tests:
        if id(test) in known:
            continue
        try:
            verdict = await first_look(board, pair, function, test)
            verdict = await _second_look(board, fresh, function, verdict)
        except GuestError as error:
            failure = error.message
            break
        known[id(test)] = verdict
        announce(board, function, [verdict])
    lost = (Verdict(test, (), RejectionReason.INFRA_ERROR, failure) for test in tests)
    return [known.get(id(unseen.candidate), unseen) for unseen in lost]


async def first_look(
    board: Board,
    pair: GuestPair,
    function: ChangedFunction,
    test: CandidateTest,
    seconds: float | None = None,
) -> Verdict:
    """Run a test once on both revisions; what passes so is not accepted yet.

    With ``seconds`` it may take no longer.

    Raises:
        GuestError: a guest failed.
    """
    source = file_of(board, test)
    problem = size_problem(source)
    if problem:
        return Verdict(test, (), RejectionReason.TOO_LARGE, problem)
    return judge_runs(test, await _run(pair, function, test, source, seconds))


async def _second_look(
    board: Board, pair: GuestPair, function: ChangedFunction, verdict: Verdict
) -> Verdict:
    """See what passes are worth: an accepted test runs again, and every pass has to be an answer.

    In the fresh guests the test and its negated twin both have new names of the same form, so
    that nothing can be prepared for either.
    """
    test = verdict.candidate
    if verdict.accepted:
        again = await _run_disguised(board, pair, function, test)
        before = {run.revision: run.outcome for run in verdict.runs}
        if any(not run.trusted for run in again.values()):
            return rejected(verdict, RejectionReason.INTEGRITY, "not believed when run again")
        if any(before[revision] is not run.outcome for revision, run in again.items()):
            return rejected(verdict, RejectionReason.FLAKY, "another outcome in a fresh sandbox")
        if _names_chance(test) and not await _is_steady(board, pair, function, verdict):
            return rejected(verdict, RejectionReason.FLAKY, "another outcome when run once more")
    elif verdict.rejection is not RejectionReason.NO_GAIN:
        return verdict
    twin = negated_twin(test)
    if twin is None:
        return rejected(verdict, RejectionReason.ASSERTS_NOTHING, "it has nothing to negate")
    where = GuestPair({r: pair.guests[r] for r in telling_passes(verdict)})
    return judge_twin(verdict, await _run_disguised(board, where, function, twin))


def _names_chance(test: CandidateTest) -> bool:
    """Whether a model's test may depend on time or chance; ours only assert what was stable."""
    return test.origin != "embedded" and bool(_CHANCE.search("\n".join([*test.imports, test.code])))


async def _is_steady(
    board: Board, pair: GuestPair, function: ChangedFunction, verdict: Verdict
) -> bool:
    """Run a test again and again, for one that passes by luck may do so twice."""
    before = {run.revision: run.outcome for run in verdict.runs}
    for _ in range(CHANCE_RUNS):
        again = await _run_disguised(board, pair, function, verdict.candidate)
        if any(before[revision] is not run.outcome for revision, run in again.items()):
            return False
    return True


async def _run_disguised(
    board: Board, pair: GuestPair, function: ChangedFunction, test: CandidateTest
) -> dict[Revision, RunRecord]:
    renamed = test.renamed(f"test_{secrets.token_hex(8)}")
    return await _run(pair, function, renamed, file_of(board, renamed))


async def _run(
    pair: GuestPair,
    function: ChangedFunction,
    test: CandidateTest,
    source: str,
    seconds: float | None = None,
) -> dict[Revision, RunRecord]:
    async def run(revision: Revision, guest: Guest) -> RunRecord:
        timeout = timeout_of(test, revision)
        return await run_on(
            guest, revision, function, TestInFile(test.name, source, timeout, seconds)
        )

    return await pair.on_each(run)
