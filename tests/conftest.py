"""What every suite begins with."""

from __future__ import annotations

import signal


def pytest_configure() -> None:
    """Programs under test are interrupted; one started in the background would ignore that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
