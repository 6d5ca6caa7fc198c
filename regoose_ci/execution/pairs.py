"""A guest for each revision, started together and used together."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

import anyio

from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import GuestError
from regoose_ci.guest.protocol import TO_TEST
from regoose_ci.sandbox.base import Guest, GuestSpec, Sandbox

LATER = (400 * 24 + 5) * 3600 + 17 * 60 + 23
"""So many seconds fresh guests are ahead: another year, month, weekday, hour and minute."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class GuestPair:
    """Started guests by revision; only head when there is no base (``harden``)."""

    guests: dict[Revision, Guest]

    async def on_each(self, work: Callable[[Revision, Guest], Awaitable[_T]]) -> dict[Revision, _T]:
        """Do ``work`` on all guests at the same time; return its results by revision.

        Raises:
            GuestError: one of the guests failed; none of them is to be used again.
        """
        results: dict[Revision, _T] = {}
        failures: list[GuestError] = []

        async def one(revision: Revision, guest: Guest) -> None:
            try:
                results[revision] = await work(revision, guest)
            except GuestError as error:  # raised below, on its own instead of in a group
                failures.append(error)
                tasks.cancel_scope.cancel()

        async with anyio.create_task_group() as tasks:
            for revision, guest in self.guests.items():
                tasks.start_soon(one, revision, guest)
        if failures:
            raise failures[0]
        return results


class PairFactory:
    """Starts fresh pairs of guests for the revisions of a review."""

    def __init__(self, sandbox: Sandbox, specs: dict[Revision, GuestSpec]) -> None:
        self._sandbox = sandbox
        self._specs = specs

    @property
    def revisions(self) -> tuple[Revision, ...]:
        """The revisions that pairs have guests for."""
        return tuple(self._specs)

    @asynccontextmanager
    async def pair(self) -> AsyncIterator[GuestPair]:
        """Start one fresh guest for each revision; all are removed at the end."""
        async with self._started(self._specs) as (pair,):
            yield pair

    @asynccontextmanager
    async def testing_pair(self) -> AsyncIterator[GuestPair]:
        """Start a pair that is quick to run tests in."""
        async with self._started(self._testing_specs()) as (pair,):
            yield pair

    def two_pairs(self) -> AbstractAsyncContextManager[list[GuestPair]]:
        """Start a pair to work in, and with it the fresh one that will confirm what it found.

        In the fresh one it is another time: what depends on today's date comes out differently.
        """
        return self._started(self._specs, _later(self._specs))

    def two_testing_pairs(self) -> AbstractAsyncContextManager[list[GuestPair]]:
        """Start the same, quick to run tests in."""
        specs = self._testing_specs()
        return self._started(specs, _later(specs))

    def _testing_specs(self) -> dict[Revision, GuestSpec]:
        return {
            revision: replace(spec, setup=replace(spec.setup, preload=TO_TEST))
            for revision, spec in self._specs.items()
        }

    @asynccontextmanager
    async def _started(self, *pairs: dict[Revision, GuestSpec]) -> AsyncIterator[list[GuestPair]]:
        """Start and end guests together: alone, each takes as long as all of them."""
        contexts: list[AbstractAsyncContextManager[Guest]] = []
        started: list[dict[Revision, Guest]] = [{} for _ in pairs]
        failures: list[GuestError] = []

        async def start(guests: dict[Revision, Guest], revision: Revision, spec: GuestSpec) -> None:
            context = self._sandbox.start(spec)
            try:
                guests[revision] = await context.__aenter__()
            except GuestError as error:  # raised below, on its own instead of in a group
                failures.append(error)
                tasks.cancel_scope.cancel()
                return
            contexts.append(context)

        try:
            async with anyio.create_task_group() as tasks:
                for guests, specs in zip(started, pairs, strict=True):
                    for revision, spec in specs.items():
                        tasks.start_soon(start, guests, revision, spec)
            if failures:
                raise failures[0]
            yield [GuestPair({r: guests[r] for r in self._specs}) for guests in started]
        finally:
            problem = sys.exc_info()
            with anyio.CancelScope(shield=True):
                async with anyio.create_task_group() as tasks:
                    for context in contexts:
                        tasks.start_soon(context.__aexit__, *problem)


def _later(specs: dict[Revision, GuestSpec]) -> dict[Revision, GuestSpec]:
    return {
        revision: replace(spec, setup=replace(spec.setup, clock_offset=LATER))
        for revision, spec in specs.items()
    }
