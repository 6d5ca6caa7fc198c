"""Runs the agents of a plan: each as soon as what it needs is done, independent ones together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Protocol, TypeVar

import anyio

from regoose_ci.agents.plan import Step

_Board_contra = TypeVar("_Board_contra", contravariant=True)
_Board = TypeVar("_Board")


class Agent(Protocol[_Board_contra]):
    """One worker of a review: reads the board, does its part, writes its results on the board."""

    async def run(self, board: _Board_contra) -> None:
        """Do this agent's part of the session."""
        ...


async def run_plan(
    plan: Sequence[Step], agents: Mapping[str, Agent[_Board]], board: _Board
) -> None:
    """Run every step of ``plan``; the first error cancels the rest and is raised.

    Raises:
        ValueError: the plan names an unknown agent or has a cycle.
    """
    unknown = {step.agent for step in plan} - agents.keys()
    if unknown:
        raise ValueError(f"the plan names unknown agents: {', '.join(sorted(unknown))}")
    sorter = TopologicalSorter({step.agent: step.needs for step in plan})
    try:
        sorter.prepare()
    except CycleError as error:
        raise ValueError("the plan has a cycle") from error
    while sorter.is_active():
        ready = sorter.get_ready()
        await _run_together([agents[name] for name in ready], board)
        sorter.done(*ready)


async def _run_together(agents: Sequence[Agent[_Board]], board: _Board) -> None:
    if len(agents) == 1:
        await agents[0].run(board)
        return
    async with anyio.create_task_group() as tasks:
        for agent in agents:
            tasks.start_soon(agent.run, board)
