"""A clock for tests: sleeping takes no time and moves it on."""

from __future__ import annotations


class FakeClock:
    """A `Clock` of the client. ``slept`` lists the sleeps."""

    def __init__(self) -> None:
        self.seconds = 1_000_000.0
        self.slept: list[float] = []

    def now(self) -> float:
        """The time it is set to."""
        return self.seconds

    def time(self) -> float:
        """The same."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Be ``seconds`` later."""
        self.slept.append(seconds)
        self.seconds += seconds
