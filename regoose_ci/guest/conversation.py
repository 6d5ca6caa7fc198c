"""One request as supervisor and child talk about it: what is passed on, and what is believed."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from .protocol import END, ITEM, ProtocolError, Reply
from .watchdog import LimitError

TOKEN_BYTES = 16
MAX_ERROR = 500
"""Characters of a child's own words on what went wrong."""


class Child(Protocol):
    """What is asked of a ``Worker``."""

    def send(self, frame: bytes, deadline: float) -> None:
        """Hand over a frame; ``TimeoutError`` when it is not taken before ``deadline``."""

    def receive(self, deadline: float, watch: Callable[[], None]) -> bytes | None:
        """Return the next frame, ``None`` when there can be none any more."""


@dataclass
class Conversation:
    """What came of one request to a child, before its wait status is known."""

    finished: bool = False
    timed_out: bool = False
    limit: str = ""
    error: str = ""

    def reply(self, identity: int, status: int) -> Reply:
        """Return what the host is told, now that the child's wait status is known."""
        if self.timed_out or self.limit:
            killed = signal.SIGKILL.value
            return Reply(identity, None, killed, self.timed_out, self.limit, self.error)
        exit_code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
        killed_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
        error = self.error
        if not self.finished and not error:
            error = "the child ended before its job did"
        return Reply(identity, exit_code, killed_by, error=error)


def converse(
    child: Child,
    frame: bytes,
    deadline: float,
    watch: Callable[[], None],
    pass_on: Callable[[bytes], None],
) -> Conversation:
    """Hand a request to a child and pass on its result items until it has said its last.

    The child's last frame must carry the token it was sent after the request, so that nothing
    that was prepared beforehand, and no other process, can end a request in its name. ``watch``
    may raise ``LimitError``; whatever else it raises ends the conversation unanswered.
    """
    talk = Conversation()
    token = os.urandom(TOKEN_BYTES)
    try:
        child.send(frame, deadline)
        child.send(token, deadline)
        while not talk.finished:
            answer = child.receive(deadline, watch)
            if answer is None:
                break
            if answer[:1] == ITEM:
                pass_on(answer)
            elif answer[:1] == END and answer[1 : 1 + TOKEN_BYTES] == token:
                talk.finished = True
                talk.error = answer[1 + TOKEN_BYTES :].decode(errors="replace")[:MAX_ERROR]
            else:
                talk.error = "forged: the child ended its job without the supervisor's mark"
                break
    except TimeoutError:
        talk.timed_out = True
    except LimitError as limit:
        talk.limit = str(limit)
    except ProtocolError as problem:
        talk.error = str(problem)
    return talk
