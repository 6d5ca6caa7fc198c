"""A guest for each revision, started together and used together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

import anyio

from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import GuestError
from regoose_ci.sandbox.base import Guest, GuestSpec, Sandbox

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
    """Starts fresh pairs of guests for the revisions of a review.

    ``preload`` are modules of our tools that guests for running tests import before they fork.
    """

    def __init__(
        self, sandbox: Sandbox, specs: dict[Revision, GuestSpec], preload: tuple[str, ...]
    ) -> None:
        self._sandbox = sandbox
        self._specs = specs
        self._preload = preload

    @property
    def revisions(self) -> tuple[Revision, ...]:
        """The revisions that pairs have guests for."""
        return tuple(self._specs)

    def pair(self) -> AbstractAsyncContextManager[GuestPair]:
        """Start one fresh guest for each revision; all are removed at the end."""
        return self._started(self._specs)

    def testing_pair(self) -> AbstractAsyncContextManager[GuestPair]:
        """Start a pair that is quick to run tests in."""
        specs = {
            revision: replace(spec, setup=replace(spec.setup, preload=self._preload))
            for revision, spec in self._specs.items()
        }
        return self._started(specs)

    @asynccontextmanager
    async def _started(self, specs: dict[Revision, GuestSpec]) -> AsyncIterator[GuestPair]:
        async with AsyncExitStack() as stack:
            guests: dict[Revision, Guest] = {}

            async def start(revision: Revision, spec: GuestSpec) -> None:
                context = self._sandbox.start(spec)
                guests[revision] = await context.__aenter__()
                stack.push_async_exit(context)

            async with anyio.create_task_group() as tasks:
                for revision, spec in specs.items():
                    tasks.start_soon(start, revision, spec)
            yield GuestPair({revision: guests[revision] for revision in specs})
