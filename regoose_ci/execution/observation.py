"""Calls that somebody asks for, observed as carefully as those that exploring found."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream

from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.observations import Call, Observation, Origin
from regoose_ci.errors import GuestError
from regoose_ci.execution.findings import FunctionFindings, sources_of, target_of
from regoose_ci.execution.jobs import evaluate
from regoose_ci.execution.mutation import measure_mutants
from regoose_ci.execution.pairs import GuestPair, PairFactory
from regoose_ci.execution.patience import CALL_TIMEOUT
from regoose_ci.execution.stability import repeat

SECONDS = 10.0
MUTANT_SECONDS = 3.0

Observe = Callable[
    [ChangedFunction, Sequence[Call], frozenset[str]], Awaitable[Sequence[Observation]]
]
"""Makes calls on both revisions in fresh processes; may tell of fewer, in any order.

Which mutants they kill is told, apart from those that are known to be killed by others. It raises
`GuestError` where the sandbox fails.
"""


@dataclass(slots=True)
class _Order:
    """Calls of one function to be made, and what came of them once it is ``done``."""

    function: ChangedFunction
    calls: Sequence[Call]
    killed: frozenset[str]
    done: anyio.Event = field(default_factory=anyio.Event)
    found: Sequence[Observation] = ()
    failure: GuestError | None = None


@asynccontextmanager
async def observing(pairs: PairFactory, workers: int) -> AsyncIterator[Observe]:
    """Keep so many pairs of guests ready to make calls, until the context ends."""
    send, receive = anyio.create_memory_object_stream[_Order](math.inf)

    async def observe(
        function: ChangedFunction, calls: Sequence[Call], killed: frozenset[str]
    ) -> Sequence[Observation]:
        order = _Order(function, calls, killed)
        await send.send(order)
        await order.done.wait()
        if order.failure is not None:
            raise order.failure
        return order.found

    async with anyio.create_task_group() as tasks, send, receive:
        for _ in range(workers):
            tasks.start_soon(_serve, pairs, receive.clone())
        yield observe


async def _serve(pairs: PairFactory, orders: MemoryObjectReceiveStream[_Order]) -> None:
    """Serve orders with guests of its own; where one fails, the next order gets new ones."""
    async with orders:
        while await _serve_in_new_guests(pairs, orders):
            pass


async def _serve_in_new_guests(
    pairs: PairFactory, orders: MemoryObjectReceiveStream[_Order]
) -> bool:
    try:
        async with pairs.two_pairs() as (pair, fresh):
            return await _serve_with(pair, fresh, orders)
    except GuestError as error:  # they did not start
        return await _fail_next(orders, error)


async def _fail_next(orders: MemoryObjectReceiveStream[_Order], error: GuestError) -> bool:
    """Let one order fail, if there comes another."""
    try:
        order = await orders.receive()
    except anyio.EndOfStream:
        return False
    order.failure = error
    order.done.set()
    return True


async def _serve_with(
    pair: GuestPair, fresh: GuestPair, orders: MemoryObjectReceiveStream[_Order]
) -> bool:
    """Serve until a guest fails (True) or no more orders can come (False)."""
    async for order in orders:
        try:
            order.found = await _observe(pair, fresh, order)
        except GuestError as error:
            order.failure = error
            return True
        finally:
            order.done.set()
    return False


async def _observe(pair: GuestPair, fresh: GuestPair, order: _Order) -> list[Observation]:
    """Make calls, make them again elsewhere, and note which faults they notice."""
    function, calls = order.function, order.calls
    watch = {r: (target_of(function, s),) for r, s in sources_of(function).items()}
    results = await pair.on_each(
        lambda r, guest: evaluate(guest, calls, watch.get(r, ()), CALL_TIMEOUT, SECONDS)
    )
    made = min(map(len, results.values()))
    seen = [
        Observation(
            function.id,
            call,
            Origin.MODEL,
            {revision: found[n].outcome for revision, found in results.items()},
            {revision: found[n].reach for revision, found in results.items()},
        )
        for n, call in enumerate(calls[:made])
    ]
    repeated = await repeat(fresh, seen)
    findings = FunctionFindings(function, kept=[o for o in repeated if o.stable])
    await measure_mutants(fresh, findings, MUTANT_SECONDS, order.killed)
    return [*findings.kept, *(o for o in repeated if not o.stable)]
