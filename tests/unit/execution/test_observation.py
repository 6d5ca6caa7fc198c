from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import anyio
import pytest

from regoose_ci.domain.observations import Call, Observation, OutcomeKind
from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import GuestError
from regoose_ci.execution.observation import observing
from regoose_ci.sandbox.base import Guest
from tests.fakes.guests import FunctionGuest, ScriptedGuest, pairs_from
from tests.unit.execution.changed import changed
from tests.unit.generation.observing import call

PRICE = changed("price", "n")
CALLS = (call("price", "1"), call("price", "2"))


def guests(revision: Revision) -> Guest:
    more = 1 if revision is Revision.HEAD else 0
    return FunctionGuest({"price": lambda n: n + more})


def observed(
    make: Callable[[Revision], Guest], *requests: Sequence[Call]
) -> list[Sequence[Observation] | GuestError]:
    """What came of requests, one after the other; guests that fail are no end of it."""
    pairs, sandbox = pairs_from(make)

    async def run() -> list[Sequence[Observation] | GuestError]:
        found: list[Sequence[Observation] | GuestError] = []
        async with observing(pairs, [PRICE], 1) as observe:
            for calls in requests:
                try:
                    found.append(await observe(PRICE, calls, frozenset()))
                except GuestError as error:  # noqa: PERF203
                    found.append(error)
        return found

    results = anyio.run(run)
    assert sandbox.open == 0
    return results


def test_calls_are_made_on_both_revisions() -> None:
    (found,) = observed(guests, CALLS)

    assert isinstance(found, list)
    sources = [
        {
            revision: outcome.value and outcome.value.source
            for revision, outcome in o.outcomes.items()
        }
        for o in found
    ]
    assert [o.call for o in found] == list(CALLS)
    assert sources == [
        {Revision.BASE: "1", Revision.HEAD: "2"},
        {Revision.BASE: "2", Revision.HEAD: "3"},
    ]


def test_what_varies_is_told_as_such() -> None:
    numbers = itertools.count()
    (found,) = observed(lambda _: FunctionGuest({"price": lambda n: n + next(numbers)}), CALLS[:1])

    assert isinstance(found, list)
    assert [o.stable for o in found] == [False]


def test_a_guest_that_fails_is_replaced_for_the_next_request() -> None:
    started = itertools.count()

    def make(revision: Revision) -> Guest:
        return ScriptedGuest(GuestError("it is gone")) if next(started) < 4 else guests(revision)

    first, second = observed(make, CALLS, CALLS)

    assert isinstance(first, GuestError)
    assert not isinstance(second, GuestError)
    assert {o.outcomes[Revision.HEAD].kind for o in second} == {OutcomeKind.RETURNED}


class Unstartable:
    """Guests of which the first ones do not start."""

    def __init__(self, failures: int) -> None:
        self.failures = failures

    def __call__(self, revision: Revision) -> Guest:
        if self.failures:
            self.failures -= 1
            raise GuestError("it did not start in time")
        return guests(revision)


def test_guests_that_do_not_start_cost_one_request() -> None:
    first, second = observed(Unstartable(1), CALLS, CALLS)

    assert isinstance(first, GuestError)
    assert not isinstance(second, GuestError)
    assert len(second) == len(CALLS)


def test_an_error_of_the_asker_ends_the_guests() -> None:
    pairs, sandbox = pairs_from(guests)

    async def run() -> None:
        async with observing(pairs, [PRICE], 2):
            raise KeyError("mine")

    with pytest.raises(BaseException, match="unhandled errors in a TaskGroup"):
        anyio.run(run)
    assert sandbox.open == 0
