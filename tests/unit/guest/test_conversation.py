# ruff: noqa: ARG002 - what a protocol hands over need not be of use to a fake

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from regoose_ci.guest.conversation import TOKEN_BYTES, Conversation, converse
from regoose_ci.guest.protocol import ProtocolError, Reply
from regoose_ci.guest.watchdog import LimitError

EXITED = 3 << 8
KILLED = signal.SIGSEGV.value


class Child:
    """Says prepared things: frames, ``None`` for its end, exceptions; ``{}`` is its token."""

    def __init__(self, *answers: bytes | Exception | None) -> None:
        self._answers = list(answers)
        self.got: list[bytes] = []

    def send(self, frame: bytes, deadline: float) -> None:
        self.got.append(frame)

    def receive(self, deadline: float, watch: Callable[[], None]) -> bytes | None:
        watch()
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return None if answer is None else answer.replace(b"{}", self.got[-1])


class Deaf(Child):
    """Takes nothing."""

    def send(self, frame: bytes, deadline: float) -> None:
        raise TimeoutError


def talk(child: Child) -> tuple[Conversation, list[bytes]]:
    passed: list[bytes] = []
    return converse(child, b"request", 1.0, lambda: None, passed.append), passed


def test_items_are_passed_on_until_the_child_says_its_last() -> None:
    child = Child(b"i1", b"i2", b"e{}", b"i3")

    assert talk(child) == (Conversation(finished=True), [b"i1", b"i2"])


def test_the_token_comes_after_the_request_and_is_new_each_time() -> None:
    children = Child(b"e{}"), Child(b"e{}")
    for child in children:
        talk(child)

    (first, token), (second, other) = (child.got for child in children)
    assert (first, second) == (b"request", b"request")
    assert len(token) == len(other) == TOKEN_BYTES
    assert token != other


def test_what_the_child_has_to_say_of_an_error_is_kept_and_cut() -> None:
    told, _ = talk(Child(b"e{}no such module \xff" + b"x" * 1000))

    assert told.finished
    assert told.error.startswith("no such module \ufffdx")
    assert len(told.error) == 500


@pytest.mark.parametrize(
    "answer", [b"e", b"e" + bytes(16), b"e{}"[:-1], b'{"id":1}', b"", b"I1", b"r{}"]
)
def test_a_last_word_without_the_token_is_forged(answer: bytes) -> None:
    told, passed = talk(Child(b"i1", answer, b"e{}"))

    assert (told.finished, passed) == (False, [b"i1"])
    assert told.error.startswith("forged")


def test_a_child_that_ends_too_early_is_not_finished() -> None:
    assert talk(Child(b"i1", None)) == (Conversation(), [b"i1"])


@pytest.mark.parametrize(
    ("child", "expected"),
    [
        (Child(TimeoutError()), Conversation(timed_out=True)),
        (Deaf(), Conversation(timed_out=True)),
        (Child(LimitError("memory")), Conversation(limit="memory")),
        (
            Child(ProtocolError("a result is too large")),
            Conversation(error="a result is too large"),
        ),
    ],
)
def test_what_ends_a_conversation_is_noted(child: Child, expected: Conversation) -> None:
    assert talk(child)[0] == expected


def test_a_host_that_goes_away_ends_it_unanswered() -> None:
    def watch() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        converse(Child(b"e{}"), b"request", 1.0, watch, [].append)


@pytest.mark.parametrize(
    ("told", "status", "expected"),
    [
        (Conversation(finished=True), 0, Reply(7, exit_code=0)),
        (Conversation(finished=True, error="why"), EXITED, Reply(7, exit_code=3, error="why")),
        (Conversation(), 0, Reply(7, exit_code=0, error="the child ended before its job did")),
        (
            Conversation(),
            KILLED,
            Reply(7, signal=11, error="the child ended before its job did"),
        ),
        (Conversation(error="forged"), EXITED, Reply(7, exit_code=3, error="forged")),
        (Conversation(timed_out=True), 0, Reply(7, signal=9, timed_out=True)),
        (Conversation(limit="memory"), EXITED, Reply(7, signal=9, limit="memory")),
    ],
)
def test_what_the_host_is_told(told: Conversation, status: int, expected: Reply) -> None:
    assert told.reply(7, status) == expected
