from __future__ import annotations

import sys
from collections.abc import Mapping

import anyio
import pytest

from regoose_ci.agents.orchestrator import run_plan
from regoose_ci.agents.plan import REVIEW_PLAN, Step

if sys.version_info < (3, 11):
    from exceptiongroup import ExceptionGroup


class Writer:
    """Writes its name on the board when it ends."""

    def __init__(self, name: str, seconds: float = 0.0, fails: bool = False) -> None:
        self._name = name
        self._seconds = seconds
        self._fails = fails

    async def run(self, board: list[str]) -> None:
        """See ``Agent.run``."""
        board.append(f"{self._name} begins")
        await anyio.sleep(self._seconds)
        if self._fails:
            raise LookupError(self._name)
        board.append(self._name)


def run(plan: tuple[Step, ...], agents: Mapping[str, Writer]) -> list[str]:
    board: list[str] = []
    anyio.run(run_plan, plan, agents, board)
    return board


def test_each_agent_waits_for_what_it_needs() -> None:
    plan = (Step("c", ("b",)), Step("b", ("a",)), Step("a"))
    done = run(plan, {name: Writer(name) for name in "abc"})
    assert [entry for entry in done if len(entry) == 1] == ["a", "b", "c"]


def test_independent_agents_run_together() -> None:
    board = run((Step("a"), Step("b")), {"a": Writer("a", 0.05), "b": Writer("b", 0.05)})
    assert set(board[:2]) == {"a begins", "b begins"}


def test_an_unknown_agent_is_named() -> None:
    with pytest.raises(ValueError, match="unknown agents: ghost"):
        run((Step("ghost"),), {})


def test_a_cycle_is_refused_before_anything_runs() -> None:
    with pytest.raises(ValueError, match="cycle"):
        run((Step("a", ("b",)), Step("b", ("a",))), {"a": Writer("a"), "b": Writer("b")})


def test_an_error_cancels_the_others_and_what_follows() -> None:
    plan = (Step("a"), Step("slow"), Step("after", ("a", "slow")))
    agents = {"a": Writer("a", 0.01, fails=True), "slow": Writer("slow", 30), "after": Writer("z")}
    board: list[str] = []
    with pytest.raises(ExceptionGroup) as caught:
        anyio.run(run_plan, plan, agents, board)
    assert caught.group_contains(LookupError, match="a")
    assert board == ["a begins", "slow begins"]


def test_the_error_of_a_lone_agent_is_raised_as_it_is() -> None:
    with pytest.raises(LookupError):
        run((Step("a"),), {"a": Writer("a", fails=True)})


def test_cancelling_from_outside_reaches_the_agents() -> None:
    board: list[str] = []

    async def hurry() -> bool:
        with anyio.move_on_after(0.05) as scope:
            await run_plan((Step("a"),), {"a": Writer("a", 30)}, board)
        return scope.cancelled_caught

    assert anyio.run(hurry)
    assert board == ["a begins"]


def test_the_plan_of_a_review_is_one_that_can_run() -> None:
    names = [step.agent for step in REVIEW_PLAN]
    done = run(REVIEW_PLAN, {name: Writer(name) for name in names})
    assert [entry for entry in done if "begins" not in entry] == names
