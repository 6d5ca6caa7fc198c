"""Ends what takes too long from inside its process, which code that means harm can prevent."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType


class CallTimeoutError(BaseException):
    """A call took longer than it may; not an ``Exception``, so that few handlers swallow it."""


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise `CallTimeoutError` in the body of a ``with`` statement that takes longer."""

    def expire(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        raise CallTimeoutError

    signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.5)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
