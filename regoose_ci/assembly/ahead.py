"""Imports that take tenths of a second, made beside what a session begins with.

Later they would come when everything waits for them: in the middle of the first request to a
model, and before the first test.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Iterable

TO_FORMAT = "black"
TO_ASK = "openai.resources.chat.chat"


def import_ahead(names: Iterable[str]) -> threading.Thread:
    """Import modules in a thread that nobody has to wait for."""

    def run() -> None:
        for name in names:
            importlib.import_module(name)

    thread = threading.Thread(target=run, name="imports", daemon=True)
    thread.start()
    return thread
