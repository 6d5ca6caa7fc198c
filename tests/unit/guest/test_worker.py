from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import pytest

from regoose_ci.guest.protocol import ProtocolError, read_frame, write_frame
from regoose_ci.guest.worker import MAX_CHILD_FRAME, Serve, Worker

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")


def soon(seconds: float = 10.0) -> float:
    return time.monotonic() + seconds


def nothing() -> None:
    """Watch for nothing."""


@contextmanager
def working(serve: Serve, private: tuple[int, ...] = ()) -> Iterator[Worker]:
    """Fork a child and see that it is gone and reaped afterwards."""
    worker = Worker(serve, private)
    try:
        yield worker
    finally:
        if worker.replies >= 0:
            worker.kill()
    with pytest.raises(ChildProcessError):
        os.waitpid(worker.pid, 0)


def echo(requests: BinaryIO, replies: BinaryIO) -> None:
    while (frame := read_frame(requests)) is not None:
        write_frame(replies, frame)


def sleep(requests: BinaryIO, replies: BinaryIO) -> None:
    time.sleep(60)


def ended(worker: Worker) -> int:
    """Close a worker and mark it as closed."""
    status = worker.close(0.2)
    worker.replies = -1
    return status


def test_frames_go_down_and_come_up() -> None:
    with working(echo) as worker:
        for frame in (b"", b"one", b"x" * 300_000):
            worker.send(frame, soon())
            assert worker.receive(soon(), nothing) == frame
        assert ended(worker) == 0


def test_frames_that_come_together_or_in_pieces_are_told_apart() -> None:
    def serve(requests: BinaryIO, replies: BinaryIO) -> None:
        frames = b"\0\0\0\3one\0\0\0\3two"
        for piece in (frames[:2], frames[2:9], frames[9:]):
            os.write(replies.fileno(), piece)
            time.sleep(0.02)

    with working(serve) as worker:
        assert [worker.receive(soon(), nothing) for _ in range(3)] == [b"one", b"two", None]


def test_a_child_has_none_of_the_private_descriptors() -> None:
    secret = os.pipe()

    def serve(requests: BinaryIO, replies: BinaryIO) -> None:
        is_open = [os.path.exists(f"/proc/self/fd/{d}") for d in secret]  # noqa: PTH110
        write_frame(replies, f"{is_open} {os.getsid(0) == os.getpid()}".encode())

    with working(serve, secret) as worker:
        said = worker.receive(soon(), nothing)
    for descriptor in secret:
        os.close(descriptor)

    assert said == b"[False, False] True"


def test_a_child_that_says_nothing_is_watched_until_the_deadline() -> None:
    looks: list[float] = []

    with working(sleep) as worker, pytest.raises(TimeoutError):
        worker.receive(soon(0.2), lambda: looks.append(time.monotonic()))

    assert looks


def test_what_the_watch_raises_comes_through() -> None:
    def watch() -> None:
        raise InterruptedError

    with working(sleep) as worker, pytest.raises(InterruptedError):
        worker.receive(soon(), watch)


def test_a_child_that_does_not_read_is_given_up_at_the_deadline() -> None:
    with working(sleep) as worker, pytest.raises(TimeoutError):
        worker.send(b"x" * 1_000_000, soon(0.2))


def test_a_child_that_is_gone_ends_the_wait_although_another_holds_its_pipe() -> None:
    def serve(requests: BinaryIO, replies: BinaryIO) -> None:
        grandchild = os.fork()
        if grandchild == 0:
            time.sleep(60)
        write_frame(replies, str(grandchild).encode())

    with working(serve) as worker:
        grandchild = int(worker.receive(soon(), nothing) or b"0")
        try:
            assert worker.receive(soon(), nothing) is None
            assert worker.gone()
        finally:
            os.kill(grandchild, signal.SIGKILL)


def test_a_child_that_is_gone_can_be_sent_to() -> None:
    with working(lambda *_: None) as worker:
        while not worker.gone():
            time.sleep(0.001)
        worker.send(b"too late", soon())
        assert worker.receive(soon(), nothing) is None


def test_a_frame_that_is_too_large_is_refused_before_it_is_read() -> None:
    def serve(requests: BinaryIO, replies: BinaryIO) -> None:
        os.write(replies.fileno(), (MAX_CHILD_FRAME + 1).to_bytes(4, "big"))
        time.sleep(60)

    with working(serve) as worker, pytest.raises(ProtocolError, match="too large"):
        worker.receive(soon(), nothing)


def test_a_child_that_does_not_leave_is_killed() -> None:
    with working(sleep) as worker:
        status = ended(worker)

    assert os.WTERMSIG(status) == signal.SIGKILL


@pytest.mark.parametrize(
    ("error", "code"),
    [(MemoryError(), 70), (OSError(), 70), (ValueError(), 71), (SystemExit(0), 71)],
)
def test_how_a_child_fails_shows_in_its_exit_code(error: BaseException, code: int) -> None:
    def serve(requests: BinaryIO, replies: BinaryIO) -> None:
        raise error

    with working(serve) as worker:
        assert worker.receive(soon(), nothing) is None
        assert os.WEXITSTATUS(ended(worker)) == code
