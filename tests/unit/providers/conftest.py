from __future__ import annotations

import anyio.lowlevel
import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class FakeClock:
    """A clock on which sleeping takes no time and moves it on."""

    def __init__(self, start: float = 1000.0) -> None:
        self.time = start
        self.slept: list[float] = []

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        if seconds > 0:
            self.slept.append(seconds)
        until = self.time + seconds
        await anyio.lowlevel.checkpoint()
        self.time = max(self.time, until)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()
