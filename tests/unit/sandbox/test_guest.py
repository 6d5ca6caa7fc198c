"""The host's end of the protocol, against programs that answer as a container would."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import anyio
import pytest

from regoose_ci.errors import GuestError
from regoose_ci.guest.protocol import MAX_FRAME, GuestSetup
from regoose_ci.sandbox.base import Answer
from regoose_ci.sandbox.guest import ContainerGuest, Patience, Streams, attached

_T = TypeVar("_T")
PATIENCE = Patience(start=60.0, grace=60.0, end=0.2)
SPEAKING = """
import json, sys, time

def hear():
    size = int.from_bytes(sys.stdin.buffer.read(4), "big")
    return json.loads(sys.stdin.buffer.read(size) or "null")

def say(*frames):
    for frame in frames:
        raw(len(frame).to_bytes(4, "big") + frame)

def raw(data):
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()

hear()
say(b'e{"id":0}')
"""
ECHO = """
while (request := hear()) is not None:
    say(b"i" + json.dumps(request["payload"]).encode(), b'e{"id":%d}' % request["id"])
"""


@dataclass(frozen=True)
class Question:
    """A job."""

    text: str = "why"


def talking(
    directory: Path,
    program: str,
    work: Callable[[ContainerGuest], Awaitable[_T]],
    patience: Patience = PATIENCE,
) -> _T:
    """Do ``work`` with a program in place of a container's client."""
    command = [sys.executable, "-c", SPEAKING + textwrap.dedent(program)]

    async def run() -> _T:
        async with attached(command, directory, patience, Streams()) as process:
            guest = ContainerGuest(process, patience)
            await guest.begin(GuestSetup(()))
            return await work(guest)

    return anyio.run(run)


async def ask(guest: ContainerGuest) -> Answer:
    return await guest.call("answer", Question(), 5.0)


def test_requests_are_numbered_and_answered_one_after_the_other(tmp_path: Path) -> None:
    async def twice(guest: ContainerGuest) -> list[Answer]:
        return [await ask(guest), await ask(guest)]

    answers = talking(tmp_path, ECHO, twice)

    assert [answer.items for answer in answers] == [({"text": "why"},)] * 2
    assert [answer.end.id for answer in answers] == [1, 2]


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("hear()", "is gone"),
        ("hear(); raw(b'00')", "is gone"),
        ("hear(); sys.stderr.write('no space left'); sys.stderr.flush()", "no space left"),
        ("""hear(); say(b'e{"id":7}'); hear()""", "another request"),
        ("hear(); say(b'x'); hear()", "not a reply"),
        ("hear(); say(b'i[NaN]'); hear()", "not a reply"),
        (f"hear(); raw(({MAX_FRAME} + 1).to_bytes(4, 'big')); hear()", "too large"),
        ("hear()\nwhile True: say(b'i' + b' ' * 1_000_000 + b'1')", "more than is accepted"),
    ],
)
def test_answers_that_are_none_are_refused(tmp_path: Path, program: str, told: str) -> None:
    with pytest.raises(GuestError, match=told):
        talking(tmp_path, program, ask)


def test_a_guest_that_does_not_answer_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(GuestError, match="within its deadline"):
        talking(
            tmp_path,
            "hear(); hear()",
            lambda guest: guest.call("answer", Question(), 0.1),
            Patience(start=60.0, grace=0.1, end=0.2),
        )


INSIDE_A_FRAME = """
hear()
content = b"".join(
    len(frame).to_bytes(4, "big") + frame for frame in (b"i[1]", b'e{"id":2,"exit_code":0}')
)
raw(len(content).to_bytes(4, "big"))
hear()
raw(content)
hear()
"""


def test_nothing_is_read_from_a_guest_after_a_call_that_was_cancelled(tmp_path: Path) -> None:
    """The header of a frame was read; its content would be taken for the supervisor's frames."""

    async def again(guest: ContainerGuest) -> Answer:
        with anyio.move_on_after(1.0):
            await ask(guest)
        return await ask(guest)

    with pytest.raises(GuestError, match="given up"):
        talking(tmp_path, INSIDE_A_FRAME, again)
