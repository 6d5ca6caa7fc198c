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
from regoose_ci.errors import GuestError
from regoose_ci.execution.pairs import GuestPair, PairFactory
from regoose_ci.generation.llm.generator import Rehearse

Rehearsing = Callable[[Board, int], AbstractAsyncContextManager[Rehearse]]
"""Keeps so many pairs of guests ready to run a session's tests in."""


@asynccontextmanager
async def rehearsing(board: Board, workers: int) -> AsyncIterator[Rehearse]:
    """Run tests until the context ends, in guests that are started while models still think."""
    assert board.laboratory is not None
    async with AsyncExitStack() as started, anyio.create_task_group() as tasks:
        stages = _Stages(board.laboratory.pairs, started)
        for _ in range(workers):
            tasks.start_soon(stages.prepare)

        async def rehearse(
            function: ChangedFunction, tests: Sequence[CandidateTest]
        ) -> Sequence[Verdict]:
            async with stages.one() as pair:
                return [await first_look(board, pair, function, test) for test in tests]

        yield rehearse


class _Stages:
    """Guests to rehearse in; those that have failed are replaced by new ones."""

    def __init__(self, pairs: PairFactory, started: AsyncExitStack) -> None:
        self._pairs = pairs
        self._started = started
        self._free: list[GuestPair | None] = []
        self._count = anyio.Semaphore(0)

    async def prepare(self) -> None:
        """Make room for one rehearsal more."""
        try:
            self._leave(await self._new())
        except GuestError:  # whoever needs them tries again, and is told
            self._leave(None)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[GuestPair]:
        """Take guests, as soon as some are free."""
        await self._count.acquire()
        pair = self._free.pop()
        try:
            pair = pair or await self._new()
            yield pair
        except BaseException:
            pair = None
            raise
        finally:
            self._leave(pair)

    def _leave(self, pair: GuestPair | None) -> None:
        self._free.append(pair)
        self._count.release()

    async def _new(self) -> GuestPair:
        return await self._started.enter_async_context(self._pairs.testing_pair())
