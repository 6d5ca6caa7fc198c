from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from regoose_ci.guest.watchdog import _has_memory


def test_a_running_process_has_memory() -> None:
    assert _has_memory(os.getpid())


def test_a_process_that_ended_has_none_although_it_is_still_listed() -> None:
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    status = Path(f"/proc/{child.pid}/status")
    while "State:\tZ" not in status.read_text():
        time.sleep(0.01)

    assert not _has_memory(child.pid)
    child.wait()


def test_a_process_that_is_gone_has_none() -> None:
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    child.wait()

    assert not _has_memory(child.pid)
