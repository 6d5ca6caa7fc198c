"""Orders that are served by guests which are started before the first one comes."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream

from regoose_ci.errors import GuestError

_Guests = TypeVar("_Guests")
_Wish = TypeVar("_Wish")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Service(Generic[_Guests, _Wish, _Result]):
    """How orders are served.

    ``work`` gives a result for each of the wishes it is handed, of which there are ``most`` where
    so many wait. It and ``start`` raise `GuestError` where the sandbox fails.
    """

    start: Callable[[], AbstractAsyncContextManager[_Guests]]
    work: Callable[[_Guests, Sequence[_Wish]], Awaitable[Sequence[_Result]]]
    most: int = 1


@dataclass(slots=True)
class _Order(Generic[_Wish, _Result]):
    """A wish, and what came of it once it is ``done``."""

    wish: _Wish
    done: anyio.Event = field(default_factory=anyio.Event)
    result: _Result | None = None
    failure: GuestError | None = None


@asynccontextmanager
async def serving(
    service: Service[_Guests, _Wish, _Result], workers: int
) -> AsyncIterator[Callable[[_Wish], Awaitable[_Result]]]:
    """Keep so many guests ready to serve, until the context ends.

    Orders that failed together are served again, one by one: most are not to blame.
    """
    send, receive = anyio.create_memory_object_stream[_Order[_Wish, _Result]](math.inf)

    async def ask(wish: _Wish) -> _Result:
        order: _Order[_Wish, _Result] = _Order(wish)
        await send.send(order)
        await order.done.wait()
        if order.result is None:
            raise order.failure or GuestError("nobody served it")
        return order.result

    async with anyio.create_task_group() as tasks, send, receive:
        for _ in range(workers):
            tasks.start_soon(_Worker(service, receive.clone()).run)
        yield ask


class _Worker(Generic[_Guests, _Wish, _Result]):
    """Serves with guests of its own; where one fails, what comes next gets new ones."""

    def __init__(
        self,
        service: Service[_Guests, _Wish, _Result],
        orders: MemoryObjectReceiveStream[_Order[_Wish, _Result]],
    ) -> None:
        self._service = service
        self._orders = orders
        self._again: list[_Order[_Wish, _Result]] = []

    async def run(self) -> None:
        """Serve until no more orders can come."""
        async with self._orders:
            while await self._serve_with_new_guests():
                pass

    async def _serve_with_new_guests(self) -> bool:
        """Serve until a guest fails (True) or no more orders can come (False)."""
        try:
            async with self._service.start() as guests:
                while orders := await self._next():
                    if not await self._serve(guests, orders):
                        return True
        except GuestError as error:  # they did not start
            orders = await self._next()
            self._fail(orders, error)
            return bool(orders)
        return False

    async def _next(self) -> list[_Order[_Wish, _Result]]:
        """Wait for orders; none when no more can come."""
        if self._again:
            return [self._again.pop(0)]
        try:
            orders = [await self._orders.receive()]
        except anyio.EndOfStream:
            return []
        waiting = self._orders.statistics().current_buffer_used
        more = min(waiting, self._service.most - 1)
        return orders + [self._orders.receive_nowait() for _ in range(more)]

    async def _serve(self, guests: _Guests, orders: list[_Order[_Wish, _Result]]) -> bool:
        """Tell whether the guests still work."""
        try:
            results = await self._service.work(guests, [order.wish for order in orders])
        except GuestError as error:
            self._fail(orders, error)
            return False
        for order, result in zip(orders, results, strict=True):
            order.result = result
            order.done.set()
        return True

    def _fail(self, orders: list[_Order[_Wish, _Result]], error: GuestError) -> None:
        if len(orders) > 1:
            self._again += orders
            return
        for order in orders:
            order.failure = error
            order.done.set()
