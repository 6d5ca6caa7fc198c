"""A guest for each revision, started together and used together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import anyio

from regoose_ci.domain.revisions import Revision
from regoose_ci.sandbox.base import Guest, GuestSpec, Sandbox

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class GuestPair:
    """Started guests by revision; only head when there is no base (``harden``)."""

    guests: dict[Revision, Guest]

    async def on_each(self, work: Callable[[Revision, Guest], Awaitable[_T]]) -> dict[Revision, _T]:
        """Do ``work`` on all guests at the same time; return its results by revision."""
        results: dict[Revision, _T] = {}

        async def one(revision: Revision, guest: Guest) -> None:
            results[revision] = await work(revision, guest)

        async with anyio.create_task_group() as tasks:
            for revision, guest in self.guests.items():
                tasks.start_soon(one, revision, guest)
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
        async with AsyncExitStack() as stack:
            guests: dict[Revision, Guest] = {}

            async def start(revision: Revision, spec: GuestSpec) -> None:
                context = self._sandbox.start(spec)
                guests[revision] = await context.__aenter__()
                stack.push_async_exit(context)

            async with anyio.create_task_group() as tasks:
                for revision, spec in self._specs.items():
                    tasks.start_soon(start, revision, spec)
            yield GuestPair({revision: guests[revision] for revision in self._specs})
