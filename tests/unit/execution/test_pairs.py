from __future__ import annotations

import anyio
import pytest

from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import GuestError
from regoose_ci.execution.pairs import GuestPair
from regoose_ci.sandbox.base import Guest
from tests.fakes.guests import ScriptedGuest, pairs_from


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
