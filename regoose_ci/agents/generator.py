"""Generator agent: has candidate tests written from what was observed."""

from __future__ import annotations

from regoose_ci.agents.board import Board
from regoose_ci.domain.candidates import CandidateTest
from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.events import Stage
from regoose_ci.domain.observations import Observation
from regoose_ci.execution.exploration import FunctionFindings, noteworthy_difference
from regoose_ci.generation.base import Feedback, FunctionContext, Generator
from regoose_ci.generation.embedded.files import standalone


class GeneratorAgent:
    """Writes ``board.candidates`` with whichever generator the session has."""

    def __init__(self, generator: Generator) -> None:
        self._generator = generator

    async def run(self, board: Board) -> None:
        """Ask for tests of every function that was explored."""
        with board.stage(Stage.GENERATION, len(board.findings)) as summary:
            for function_id, findings in board.findings.items():
                context = context_of(board, findings.function)
                observations = observations_of(findings)
                tests = await self._generator.generate(context, observations, Feedback())
                board.candidates[function_id] = tuple(tests)
            summary.append(f"{sum(map(len, board.candidates.values()))} candidate tests")


def context_of(board: Board, function: ChangedFunction) -> FunctionContext:
    """Return a function with the style its tests should have."""
    assert board.material is not None
    return FunctionContext(function, board.material.style, board.material.packages)


def file_of(board: Board, test: CandidateTest) -> str:
    """Return the text of a file that holds ``test`` alone."""
    assert board.material is not None
    return standalone(test, board.material.style, board.material.packages)


def observations_of(findings: FunctionFindings) -> list[Observation]:
    """Return the chosen witnesses, then what was kept on which base and head agree."""
    agreed = [o for o in findings.kept if noteworthy_difference(o) is None]
    return [*findings.witnesses.values(), *agreed]
