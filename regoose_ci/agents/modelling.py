"""Joins the generator that asks models to a session: its sandbox, its texts, its board."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager

import anyio
import anyio.to_thread
from anyio.abc import TaskStatus

from regoose_ci.agents.board import Board
from regoose_ci.agents.rehearsal import Rehearsing
from regoose_ci.analysis.material import ChangeMaterial, FunctionMaterial
from regoose_ci.analysis.mutants import make_mutants
from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.revisions import Revision
from regoose_ci.execution.findings import FunctionFindings
from regoose_ci.execution.observation import Observe
from regoose_ci.execution.pairs import PairFactory
from regoose_ci.generation.base import Generator
from regoose_ci.generation.embedded.generator import EmbeddedGenerator
from regoose_ci.generation.llm.evidence import Surroundings
from regoose_ci.generation.llm.generator import LLMGenerator, Rehearse, Turn
from regoose_ci.generation.llm.surroundings import imported_modules, surroundings_of
from regoose_ci.providers.base import Asker

Observing = Callable[
    [PairFactory, Sequence[ChangedFunction], int], AbstractAsyncContextManager[Observe]
]
"""Keeps so many pairs of guests ready to make calls of functions in."""


@asynccontextmanager
async def model_generator(
    board: Board, asker: Asker, observing: Observing, rehearsing: Rehearsing
) -> AsyncIterator[Generator]:
    """Open the generator that asks ``asker``, for one session."""
    if board.laboratory is None or not board.findings:
        yield EmbeddedGenerator()
        return
    around = await anyio.to_thread.run_sync(_surroundings, board)
    functions = [found.function for found in board.findings.values()]
    pairs = board.laboratory.pairs
    workers = min((board.request.jobs + 1) // 2, len(functions))  # a pair keeps two busy
    talks = _Talks(functions)

    async def keep_guests(*, task_status: TaskStatus[tuple[Observe, Rehearse]]) -> None:
        async with (
            observing(pairs, functions, workers) as observe,
            rehearsing(board, workers) as rehearse,
        ):
            task_status.started((observe, rehearse))
            await talks.over.wait()

    with _explored_left_alone():
        async with anyio.create_task_group() as tasks:
            observe, rehearse = await tasks.start(keep_guests)
            yield LLMGenerator(
                asker,
                observe,
                rehearse,
                surroundings=lambda function: around[function.id],
                on_turn=lambda turn: _note(board, turn),
                talked=talks.end,
            )
            talks.over.set()


@contextmanager
def _explored_left_alone() -> Iterator[None]:
    """Keep the garbage collector from what exploring found: to look through it takes 0.2 s."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


class _Talks:
    """Talks about functions, which go on at the same time.

    When all are ``over``, guests are no longer needed: they end while tests are written.
    """

    def __init__(self, functions: Sequence[ChangedFunction]) -> None:
        self._open = {function.id for function in functions}
        self.over = anyio.Event()

    async def end(self, function: ChangedFunction) -> None:
        """End the talk about a function, and wait for the end of the others."""
        self._open.discard(function.id)
        if not self._open:
            self.over.set()
        await self.over.wait()


def _note(board: Board, turn: Turn) -> None:
    board.screened.setdefault(turn.function_id, []).extend(turn.dropped)
    board.refused.setdefault(turn.function_id, []).extend(turn.refused)
    if turn.failure:
        board.unanswered[turn.function_id] = turn.ending


def _surroundings(board: Board) -> dict[str, Surroundings]:
    """Find what is near each function that was explored."""
    material = board.material
    assert material is not None
    modules = imported_modules([*material.product.values(), *material.tests.values()])
    return {
        m.function.id: surroundings_of(
            m.function,
            _mentioning(m, material),
            _tests(m, material),
            title=board.title,
            description=board.description,
            modules=modules,
            equivalents=_equivalents(board.findings[m.function.id]),
        )
        for m in material.functions
        if m.function.id in board.findings
    }


def _mentioning(found: FunctionMaterial, material: ChangeMaterial) -> dict[str, str]:
    """The files that may call a function, so that not every file is parsed for each."""
    names = found.function.current.qualname.split(".")
    word = names[-2] if names[-1] == "__init__" else names[-1]
    return {path: text for path, text in material.product.items() if word in text}


def _tests(found: FunctionMaterial, material: ChangeMaterial) -> dict[str, str]:
    related = found.tests.get(Revision.HEAD, ())
    shared = [path for path in material.tests if path.endswith("conftest.py")]
    return {p: material.tests[p] for p in (*related, *shared) if p in material.tests}


def _equivalents(findings: FunctionFindings) -> frozenset[str]:
    """Mutants that were left out when they were measured, because nothing can tell them apart."""
    head = findings.function.head
    if head is None or not findings.mutants:
        return frozenset()
    return frozenset(m.id for m in make_mutants(head)) - {m.id for m in findings.mutants}
