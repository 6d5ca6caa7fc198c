"""Generator agent: has candidate tests written from what was observed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager

import anyio

from regoose_ci.agents.board import Board
from regoose_ci.comparison.differences import DifferenceKind
from regoose_ci.comparison.shapes import coarse_kind, kind_of_change
from regoose_ci.domain.candidates import CandidateTest
from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.events import Stage
from regoose_ci.domain.observations import Observation
from regoose_ci.execution.findings import FunctionFindings, noteworthy_difference
from regoose_ci.generation.base import FunctionContext, Generator
from regoose_ci.generation.embedded.catching import difference_of
from regoose_ci.generation.embedded.files import standalone

OpenGenerator = Callable[[Board], AbstractAsyncContextManager[Generator]]
"""Makes a session's generator, once it is known what the session is about."""


class GeneratorAgent:
    """Writes ``board.candidates`` with whichever generator the session has."""

    def __init__(self, open_generator: OpenGenerator) -> None:
        self._open = open_generator

    async def run(self, board: Board) -> None:
        """Ask for tests of every function that was explored, of all at the same time."""
        board.candidates = dict.fromkeys(board.findings, ())  # in this order, whoever is first
        chosen = told_once(board.findings.values())
        for identity, findings in board.findings.items():
            told = set(map(id, chosen[identity]))
            findings.witnesses = {k: o for k, o in findings.witnesses.items() if id(o) in told}
        with board.stage(Stage.GENERATION, len(board.findings)) as summary:
            async with self._open(board) as generator, anyio.create_task_group() as tasks:
                for identity, findings in board.findings.items():
                    observations = chosen[identity]
                    tasks.start_soon(_write, board, findings.function, observations, generator)
            summary.append(f"{sum(map(len, board.candidates.values()))} candidate tests")


async def _write(
    board: Board,
    function: ChangedFunction,
    observations: Sequence[Observation],
    generator: Generator,
) -> None:
    async with board.function(Stage.GENERATION, function.id) as summary:
        context = context_of(board, function)
        tests = await generator.generate(context, observations)
        board.candidates[function.id] = tuple(tests)
        summary.append(f"{len(tests)} candidate tests")


def context_of(board: Board, function: ChangedFunction) -> FunctionContext:
    """Return a function with the style its tests should have."""
    assert board.material is not None
    return FunctionContext(function, board.material.style, board.material.packages)


def file_of(board: Board, test: CandidateTest) -> str:
    """Return the text of a file that holds ``test`` alone."""
    assert board.material is not None
    return standalone(test, board.material.style, board.material.packages)


def told_once(found: Iterable[FunctionFindings]) -> dict[str, list[Observation]]:
    """Return what to write tests of by function id, each difference under one function alone.

    Where calls reach several changed functions, that is the one that the fewest inputs came to:
    the difference is most likely about it.
    """
    told: set[Hashable] = set()
    chosen: dict[str, list[Observation]] = {}
    for findings in sorted(found, key=lambda f: sum(f.reached.values())):
        chosen[findings.function.id] = kept = []
        for observation in _observations(findings):
            keys = _keys(observation)
            if told.isdisjoint(keys):
                kept.append(observation)
                told.update(keys)
    return chosen


def _observations(findings: FunctionFindings) -> list[Observation]:
    """Return the chosen witnesses, then what was kept on which base and head agree."""
    agreed = [o for o in findings.kept if noteworthy_difference(o) is None]
    return [*findings.witnesses.values(), *agreed]


def _keys(observation: Observation) -> tuple[Hashable, ...]:
    """What is told once of a difference: its call, and its kind on what is called.

    Of other wordings of an exception one is enough. Functions of the same name that are imported
    from elsewhere are others.
    """
    found = difference_of(observation)
    if found is None:
        return ()
    call = observation.call
    called = (call.name, frozenset(call.imports))
    if found.kind is DifferenceKind.EXCEPTION_MESSAGE:
        return (call, (called, coarse_kind(found)))
    return (call, (called, kind_of_change(found, call)))
