"""Preparer: both revisions exported, their environment ready, a sandbox found."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from regoose_ci.agents.board import Board, Laboratory
from regoose_ci.analysis.material import ChangeMaterial
from regoose_ci.domain.events import Stage

Prepare = Callable[[ChangeMaterial], Awaitable[Laboratory]]


class Preparer:
    """Writes ``board.laboratory``, made by what the composition root handed in."""

    def __init__(self, prepare: Prepare) -> None:
        self._prepare = prepare

    async def run(self, board: Board) -> None:
        """Prepare, unless there is no function to run."""
        assert board.material is not None
        if not any(m.function.id not in board.skipped for m in board.material.functions):
            return
        with board.stage(Stage.ENVIRONMENT) as summary:
            laboratory = await self._prepare(board.material)
            board.laboratory = laboratory
            for fallback in laboratory.environment.fallbacks:
                board.notice(fallback)
            if laboratory.sandbox.degraded:
                limits = ", ".join(laboratory.sandbox.degraded)
                board.notice(f"The container engine does not hold these limits here: {limits}.")
            python = laboratory.environment.python
            summary.append(
                f"Python {python}, {laboratory.sandbox.engine} {laboratory.sandbox.level}"
            )
