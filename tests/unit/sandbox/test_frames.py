from __future__ import annotations

import pytest

from regoose_ci.errors import GuestError
from regoose_ci.guest.protocol import END, ITEM, Reply, to_json
from regoose_ci.sandbox.frames import (
    MAX_BYTES,
    MAX_GUEST_BYTES,
    MAX_PARTS,
    Budget,
    end_of,
    item_of,
    split,
)


def test_a_frame_is_split_into_kind_and_payload() -> None:
    assert split(ITEM + b"[1]") == (ITEM, b"[1]")
    assert split(END + b"{}") == (END, b"{}")


@pytest.mark.parametrize("frame", [b"", b"x", b'{"final":true}'])
def test_a_frame_of_no_kind_is_refused(frame: bytes) -> None:
    with pytest.raises(GuestError):
        split(frame)


def test_the_end_of_a_request_comes_back_as_it_was() -> None:
    reply = Reply(3, None, 9, timed_out=True, limit="memory", error="é\ud800")

    assert end_of(to_json(reply)) == Reply(
        3, None, 9, timed_out=True, limit="memory", error="é\\ud800"
    )


@pytest.mark.parametrize("payload", [b"", b"[]", b'{"id":"x"}', b'{"id":1,"exit_code":[]}'])
def test_an_end_that_is_none_is_refused(payload: bytes) -> None:
    with pytest.raises(GuestError):
        end_of(payload)


@pytest.mark.parametrize(
    "payload",
    [b"", b"nonsense", b"[NaN]", b"[Infinity]", b"[" * 10_000, b"[" * 300 + b"]" * 300,
     b"9" * 10_000, b'"\\ud800"', b'"\xff"'],
)  # fmt: skip
def test_json_that_would_do_harm_is_refused(payload: bytes) -> None:
    with pytest.raises(GuestError):
        item_of(payload)


def test_a_budget_bounds_bytes() -> None:
    budget = Budget()
    budget.spend(bytes(MAX_BYTES))

    with pytest.raises(GuestError, match="more than is accepted"):
        budget.spend(b"x")


def test_a_budget_bounds_all_that_a_guest_brings() -> None:
    budget = Budget()
    for _ in range(MAX_GUEST_BYTES // MAX_BYTES):
        budget.begin()
        budget.spend(bytes(MAX_BYTES))
    budget.begin()

    with pytest.raises(GuestError, match="more than is accepted"):
        budget.spend(b"x")


def test_a_budget_bounds_what_grows_when_it_is_parsed() -> None:
    with pytest.raises(GuestError, match="more than is accepted"):
        Budget().spend(b"[" * (MAX_PARTS + 1))
