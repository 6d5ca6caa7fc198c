"""A clock for tests: sleeping takes no time and moves it on."""

from __future__ import annotations

import anyio.lowlevel


class FakeClock:
    """A `Clock` of the providers. ``slept`` lists the sleeps, ``time`` may be set."""

    def __init__(self, start: float = 1000.0) -> None:
        self.time = start
        self.slept: list[float] = []

    def now(self) -> float:
        """The time it is set to."""
        return self.time

    async def sleep(self, seconds: float) -> None:
        """Let others run once, then be ``seconds`` later than at the call."""
        if seconds > 0:
            self.slept.append(seconds)
        until = self.time + seconds
        await anyio.lowlevel.checkpoint()
        self.time = max(self.time, until)
