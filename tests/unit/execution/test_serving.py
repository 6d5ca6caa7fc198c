from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import anyio
import anyio.lowlevel
import pytest

from regoose_ci.errors import GuestError
from regoose_ci.execution.serving import Service, serving

Ask = Callable[[int], Awaitable[int]]


class Kitchen:
    """Doubles numbers; falls apart over those in ``poison``, and does not open ``closed`` times."""

    def __init__(self, poison: Sequence[int] = (), closed: int = 0) -> None:
        self.poison = poison
        self.closed = closed
        self.opened = 0
        self.worked: list[tuple[int, list[int]]] = []
        """Which kitchen, counted from 1, was handed what."""

    @asynccontextmanager
    async def start(self) -> AsyncIterator[int]:
        if self.closed:
            self.closed -= 1
            raise GuestError("closed")
        self.opened += 1
        await anyio.lowlevel.checkpoint()
        yield self.opened

    async def work(self, kitchen: int, wishes: Sequence[int]) -> list[int]:
        self.worked.append((kitchen, list(wishes)))
        await anyio.lowlevel.checkpoint()
        if set(wishes) & set(self.poison):
            raise GuestError(f"poisoned by {wishes}")
        return [2 * wish for wish in wishes]


def served(kitchen: Kitchen, *wishes: int, most: int = 1, workers: int = 1) -> list[object]:
    """What came of wishes that were uttered together."""
    results: dict[int, object] = {}

    async def utter(ask: Ask, wish: int) -> None:
        try:
            results[wish] = await ask(wish)
        except GuestError as error:
            results[wish] = str(error)

    async def run() -> None:
        service = Service(kitchen.start, kitchen.work, most)
        async with serving(service, workers) as ask, anyio.create_task_group() as tasks:
            for wish in wishes:
                tasks.start_soon(utter, ask, wish)

    anyio.run(run)
    return [results[wish] for wish in wishes]


def test_orders_are_served_by_guests_that_stay() -> None:
    kitchen = Kitchen()

    assert served(kitchen, 1, 2, 3) == [2, 4, 6]
    assert kitchen.worked == [(1, [1]), (1, [2]), (1, [3])]


def test_orders_that_wait_are_served_together() -> None:
    kitchen = Kitchen()

    assert served(kitchen, 1, 2, 3, 4, 5, most=3) == [2, 4, 6, 8, 10]
    assert [wishes for _, wishes in kitchen.worked] == [[1, 2, 3], [4, 5]]


def test_a_guest_that_fails_is_replaced() -> None:
    kitchen = Kitchen(poison=[1])

    assert served(kitchen, 1, 2, 3) == ["poisoned by [1]", 4, 6]
    assert kitchen.worked == [(1, [1]), (2, [2]), (2, [3])]


def test_of_orders_that_fail_together_only_the_culprit_fails_alone() -> None:
    kitchen = Kitchen(poison=[2])

    assert served(kitchen, 1, 2, 3, most=3) == [2, "poisoned by [2]", 6]
    assert kitchen.worked == [(1, [1, 2, 3]), (2, [1]), (2, [2]), (3, [3])]


def test_guests_that_do_not_start_cost_one_order() -> None:
    assert served(Kitchen(closed=1), 1, 2) == ["closed", 4]
    assert served(Kitchen(closed=2), 1, 2, most=2) == ["closed", 4]


def test_guests_start_before_anything_is_ordered() -> None:
    kitchen = Kitchen()

    assert served(kitchen, workers=2) == []
    assert kitchen.opened == 2


def test_an_error_of_the_asker_ends_the_service() -> None:
    kitchen = Kitchen()

    async def run() -> None:
        async with serving(Service(kitchen.start, kitchen.work), 2):
            raise KeyError("mine")

    with pytest.raises(BaseException, match="unhandled errors in a TaskGroup"):
        anyio.run(run)
