"""Rehearsal: whole tests of a model run once, while the model may still mend what fails.

What passes here is only let through to the validator, whose guests have never seen it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

import anyio

from regoose_ci.agents.board import Board
from regoose_ci.agents.validator import first_look
from regoose_ci.domain.candidates import CandidateTest, Verdict
from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.execution.pairs import GuestPair
from regoose_ci.generation.llm.generator import Rehearse

Rehearsing = Callable[[Board], AbstractAsyncContextManager[Rehearse]]
"""Opens a session's rehearsals."""


@asynccontextmanager
async def rehearsing(board: Board) -> AsyncIterator[Rehearse]:
    """Run tests in guests that are started when they are first needed, until the context ends."""
    assert board.laboratory is not None
    pairs = board.laboratory.pairs
    room = anyio.Semaphore(board.request.jobs)
    idle: list[GuestPair] = []
    async with AsyncExitStack() as started:

        async def rehearse(
            function: ChangedFunction, tests: Sequence[CandidateTest]
        ) -> Sequence[Verdict]:
            async with room:
                if not idle:
                    idle.append(await started.enter_async_context(pairs.testing_pair()))
                pair = idle.pop()
                verdicts = [await first_look(board, pair, function, test) for test in tests]
                idle.append(pair)  # not if a guest has failed
                return verdicts

        yield rehearse
