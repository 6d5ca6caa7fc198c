"""Reads what comes out of a guest. All of it is hostile: capped first, then parsed, then typed."""

from __future__ import annotations

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from regoose_ci.errors import GuestError
from regoose_ci.guest.protocol import END, ITEM, Reply

MAX_BYTES = 8 * 1024 * 1024
"""Most bytes of results taken for one request."""
MAX_PARTS = 400_000
"""Most commas, brackets and braces in them: what makes JSON grow when it is parsed."""

_REPLY = TypeAdapter(Reply)


MAX_GUEST_BYTES = 256 * 1024 * 1024
"""Most bytes of results taken from one guest: what is kept of them is kept in this process."""


class Budget:
    """How much a guest may still bring: all in all, and for one request."""

    def __init__(self) -> None:
        self._all_bytes = MAX_GUEST_BYTES
        self.begin()

    def begin(self) -> None:
        """Start another request."""
        self._bytes = min(MAX_BYTES, self._all_bytes)
        self._parts = MAX_PARTS

    def spend(self, payload: bytes) -> None:
        """Take a payload's share.

        Raises:
            GuestError: there is none left.
        """
        self._bytes -= len(payload)
        self._all_bytes -= len(payload)
        self._parts -= sum(payload.count(part) for part in (b",", b"[", b"{"))
        if self._bytes < 0 or self._parts < 0:
            raise GuestError("the sandbox answered more than is accepted")


def split(frame: bytes) -> tuple[bytes, bytes]:
    """Return a frame's kind (``ITEM`` or ``END``) and its payload.

    Raises:
        GuestError: it is of no known kind.
    """
    if frame[:1] not in (ITEM, END):
        raise GuestError("the sandbox answered with something that is not a reply")
    return frame[:1], frame[1:]


def item_of(payload: bytes) -> object:
    """Parse a result item. Nesting is bounded by the parser; NaN and infinity are refused.

    Raises:
        GuestError: it is not such JSON.
    """
    try:
        return from_json(payload, allow_inf_nan=False, cache_strings="none")
    except ValueError as error:
        raise GuestError("the sandbox answered with something that is not a reply") from error


def end_of(payload: bytes) -> Reply:
    """Parse the end of a request.

    Raises:
        GuestError: it is not one.
    """
    try:
        return _REPLY.validate_json(payload)
    except ValidationError as error:
        raise GuestError("the sandbox answered with something that is not a reply") from error
