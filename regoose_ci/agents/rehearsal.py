"""Rehearsal: whole tests of a model run once, while the model may still mend what fails.

What passes here is only let through to the validator, whose guests have never seen it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from regoose_ci.agents.board import Board
from regoose_ci.agents.together import run_named, under_new_names
from regoose_ci.agents.validator import first_look
from regoose_ci.agents.verdicts import judge_runs
from regoose_ci.domain.candidates import CandidateTest, RejectionReason, Verdict
from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.execution.pairs import GuestPair
from regoose_ci.execution.patience import HANG_TIMEOUT
from regoose_ci.execution.serving import Service, serving
from regoose_ci.generation.llm.generator import Rehearse

Rehearsing = Callable[[Board, int], AbstractAsyncContextManager[Rehearse]]
"""Keeps so many pairs of guests ready to run a session's tests in."""
MOST = 8
"""So many functions' tests share a process, where they wait for one."""
_CLEAR = (None, RejectionReason.TIMEOUT)


_Wish = tuple[ChangedFunction, Sequence[CandidateTest]]


@asynccontextmanager
async def rehearsing(board: Board, workers: int) -> AsyncIterator[Rehearse]:
    """Run tests until the context ends, in guests that are started while models still think."""
    assert board.laboratory is not None

    async def work(pair: GuestPair, wishes: Sequence[_Wish]) -> list[list[Verdict]]:
        clear = await _look_together(board, pair, [test for _, tests in wishes for test in tests])
        return [
            [clear.get(id(t)) or await first_look(board, pair, f, t, HANG_TIMEOUT) for t in tests]
            for f, tests in wishes
        ]

    service = Service(board.laboratory.pairs.testing_pair, work, MOST)
    async with serving(service, workers) as ask:

        async def rehearse(
            function: ChangedFunction, tests: Sequence[CandidateTest]
        ) -> Sequence[Verdict]:
            return await ask((function, tests))

        yield rehearse


async def _look_together(
    board: Board, pair: GuestPair, tests: Sequence[CandidateTest]
) -> dict[int, Verdict]:
    """Run all tests in one process; return verdicts, by identity, on those it is no matter for.

    What fails in company may do so because of it, and has to be looked at alone.
    """
    named = under_new_names(tests)
    if len(named) < 2:
        return {}
    runs = await run_named(board, pair, named, HANG_TIMEOUT)
    verdicts = [judge_runs(named[name], found) for name, found in runs.items()]
    return {id(v.candidate): v for v in verdicts if v.rejection in _CLEAR}
