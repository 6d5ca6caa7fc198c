from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest

from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import GuestError
from regoose_ci.execution.pairs import LATER, GuestPair, PairFactory
from regoose_ci.guest.protocol import GuestSetup
from regoose_ci.sandbox.base import Guest, GuestSpec
from tests.fakes.guests import FakeSandbox, ScriptedGuest, pairs_from


def test_both_guests_are_started_and_removed() -> None:
    pairs, sandbox = pairs_from(lambda _: ScriptedGuest())

    async def use() -> int:
        async with pairs.pair() as pair:
            assert list(pair.guests) == [Revision.BASE, Revision.HEAD]
            return sandbox.open

    assert anyio.run(use) == 2
    assert sandbox.open == 0


def test_the_other_guest_is_removed_when_one_does_not_start() -> None:
    def make(revision: Revision) -> Guest:
        if revision is Revision.HEAD:
            raise GuestError("it did not start")
        return ScriptedGuest()

    pairs, sandbox = pairs_from(make)

    async def use() -> None:
        async with pairs.pair():
            raise AssertionError("there is no pair")

    with pytest.raises(BaseException) as caught:  # noqa: PT011 - alone or in a group
        anyio.run(use)
    assert "AssertionError" not in repr(caught.value)
    assert sandbox.open == 0


def test_guests_are_removed_when_the_work_fails() -> None:
    pairs, sandbox = pairs_from(lambda _: ScriptedGuest())

    async def use() -> None:
        async with pairs.testing_pair():
            raise LookupError

    with pytest.raises(LookupError):
        anyio.run(use)
    assert sandbox.open == 0


def test_two_pairs_start_together_and_end_together() -> None:
    together = anyio.Event()

    class Slow(FakeSandbox):
        """Guests that start, and end, only when all four have come that far."""

        async def _meet(self, number: int) -> None:
            nonlocal together
            if number == 4:
                together.set()
                together = anyio.Event()
            else:
                await together.wait()

        @asynccontextmanager
        async def start(self, spec: GuestSpec) -> AsyncIterator[Guest]:
            async with super().start(spec) as guest:
                await self._meet(self.started)
                yield guest
                self.started -= 1
                await self._meet(4 - self.started)

    sandbox = Slow(lambda _: ScriptedGuest())
    specs = {r: GuestSpec((), r.value, GuestSetup(())) for r in Revision}

    async def use() -> None:
        with anyio.fail_after(5):
            async with PairFactory(sandbox, specs).two_pairs() as pairs:
                guests = [guest for pair in pairs for guest in pair.guests.values()]
                assert len({id(guest) for guest in guests}) == 4

    anyio.run(use)
    assert sandbox.open == 0


def test_it_is_later_in_fresh_guests() -> None:
    offsets: list[int] = []

    class Watched(FakeSandbox):
        @asynccontextmanager
        async def start(self, spec: GuestSpec) -> AsyncIterator[Guest]:
            offsets.append(spec.setup.clock_offset)
            async with super().start(spec) as guest:
                yield guest

    specs = {r: GuestSpec((), r.value, GuestSetup(())) for r in Revision}
    factory = PairFactory(Watched(lambda _: ScriptedGuest()), specs)

    async def use() -> None:
        for pairs in (factory.two_pairs(), factory.two_testing_pairs()):
            async with pairs:
                assert offsets == [0, 0, LATER, LATER]
                offsets.clear()

    anyio.run(use)


def test_guests_are_removed_when_the_work_is_cancelled() -> None:
    pairs, sandbox = pairs_from(lambda _: ScriptedGuest())

    async def use() -> None:
        with anyio.move_on_after(0.01):
            async with pairs.two_pairs():
                assert sandbox.open == 4
                await anyio.sleep(30)

    anyio.run(use)
    assert sandbox.open == 0


def test_guests_are_removed_when_starting_them_is_cancelled() -> None:
    class Stuck(FakeSandbox):
        @asynccontextmanager
        async def start(self, spec: GuestSpec) -> AsyncIterator[Guest]:
            async with super().start(spec) as guest:
                if self.started > 2:
                    await anyio.sleep(30)
                yield guest

    sandbox = Stuck(lambda _: ScriptedGuest())
    specs = {r: GuestSpec((), r.value, GuestSetup(())) for r in Revision}

    async def use() -> None:
        with anyio.move_on_after(0.05):
            async with PairFactory(sandbox, specs).two_pairs():
                raise AssertionError("two of them never started")

    anyio.run(use)
    assert (sandbox.started, sandbox.open) == (4, 0)


def test_work_is_done_on_both_at_the_same_time() -> None:
    pair = GuestPair({r: ScriptedGuest() for r in Revision})
    other = {Revision.BASE: anyio.Event(), Revision.HEAD: anyio.Event()}

    async def work(revision: Revision, guest: Guest) -> str:
        other[revision].set()
        for event in other.values():
            await event.wait()
        return revision.value

    async def use() -> dict[Revision, str]:
        with anyio.fail_after(5):
            return await pair.on_each(work)

    assert anyio.run(use) == {Revision.BASE: "base", Revision.HEAD: "head"}


def test_there_is_only_head_when_there_is_no_base() -> None:
    pairs, _ = pairs_from(lambda _: ScriptedGuest(), [Revision.HEAD])
    assert pairs.revisions == (Revision.HEAD,)


def test_a_guest_that_fails_ends_the_work_on_the_other() -> None:
    pair = GuestPair({r: ScriptedGuest() for r in Revision})

    async def work(revision: Revision, guest: Guest) -> None:
        if revision is Revision.HEAD:
            raise GuestError("the sandbox is gone")
        await anyio.sleep(30)

    with pytest.raises(GuestError, match="gone"):
        anyio.run(pair.on_each, work)
