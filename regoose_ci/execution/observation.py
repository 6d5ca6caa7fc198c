"""Calls that somebody asks for, observed as carefully as those that exploring found."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio

from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.observations import Call, Observation, Origin
from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import GuestError
from regoose_ci.execution.findings import FunctionFindings, sources_of, target_of
from regoose_ci.execution.jobs import describe, evaluate
from regoose_ci.execution.mutation import measure_mutants
from regoose_ci.execution.pairs import GuestPair, PairFactory
from regoose_ci.execution.patience import CALL_TIMEOUT
from regoose_ci.execution.serving import Service, serving
from regoose_ci.execution.stability import repeat
from regoose_ci.sandbox.base import Guest

SECONDS = 10.0
MUTANT_SECONDS = 3.0
MOST = 8
"""So many functions are observed by turns in the same guests."""

Observe = Callable[
    [ChangedFunction, Sequence[Call], frozenset[str]], Awaitable[Sequence[Observation]]
]
"""Makes calls on both revisions in fresh processes; may tell of fewer, in any order.

Which mutants they kill is told, apart from those that are known to be killed by others. It raises
`GuestError` where the sandbox fails.
"""


@dataclass(frozen=True, slots=True)
class _Order:
    """Calls of one function to be made, and the mutants that other calls kill."""

    function: ChangedFunction
    calls: Sequence[Call]
    killed: frozenset[str]


@asynccontextmanager
async def observing(
    pairs: PairFactory, functions: Sequence[ChangedFunction], workers: int
) -> AsyncIterator[Observe]:
    """Keep so many pairs of guests ready to make calls, until the context ends.

    They import ``functions`` before they are asked for them.
    """
    service = Service(lambda: _loaded(pairs, functions), _observe_each, MOST)
    async with serving(service, workers) as ask:

        async def observe(
            function: ChangedFunction, calls: Sequence[Call], killed: frozenset[str]
        ) -> Sequence[Observation]:
            return await ask(_Order(function, calls, killed))

        yield observe


@asynccontextmanager
async def _loaded(
    pairs: PairFactory, functions: Sequence[ChangedFunction]
) -> AsyncIterator[list[GuestPair]]:
    """Start two pairs that have imported functions, to which describing them comes down."""

    async def load(revision: Revision, guest: Guest) -> None:
        sources = ((f, sources_of(f).get(revision)) for f in functions)
        await describe(guest, [target_of(f, source) for f, source in sources if source])

    async with pairs.two_pairs() as started:
        for pair in started:
            await pair.on_each(load)
        yield started


async def _observe_each(
    pairs: list[GuestPair], orders: Sequence[_Order]
) -> list[list[Observation]]:
    """Serve orders in a row: while one's calls are repeated, the next one's are made.

    Mutants, which take longest, are tried by turns in both pairs.

    Raises:
        GuestError: one of the guests failed.
    """
    pair, fresh = pairs
    found: dict[int, list[Observation]] = {}
    failures: list[GuestError] = []

    async def serve(number: int, order: _Order) -> None:
        try:
            observed = await _observe(pair, fresh, order)
            found[number] = await _measured((fresh, pair)[number % 2], order, observed)
        except GuestError as error:  # raised below, on its own instead of in a group
            failures.append(error)

    async with anyio.create_task_group() as tasks:
        for number, order in enumerate(orders):
            tasks.start_soon(serve, number, order)
    if failures:
        raise failures[0]
    return [found[number] for number in range(len(orders))]


async def _observe(pair: GuestPair, fresh: GuestPair, order: _Order) -> list[Observation]:
    """Make calls, and make them again elsewhere."""
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
    return await repeat(fresh, seen)


async def _measured(
    pair: GuestPair, order: _Order, observed: Sequence[Observation]
) -> list[Observation]:
    """Note on stable observations which faults they notice."""
    findings = FunctionFindings(order.function, kept=[o for o in observed if o.stable])
    await measure_mutants(pair, findings, MUTANT_SECONDS, order.killed)
    return [*findings.kept, *(o for o in observed if not o.stable)]
