"""The process that watches a build's memory is out of reach of what it watches."""

from __future__ import annotations

import subprocess
import sys

START = """
import os, sys
from regoose_ci.guest import bounded, worker
if os.geteuid() == 0:
    os.setuid(1000)  # root may open what it likes
worker.set_dumpable(1)
bounded.main()
"""
LOOK = """
grep SigCgt /proc/$PPID/status | cut -c24
(exec 3<>/proc/$PPID/mem) 2>/dev/null && echo open || echo closed
"""


def test_the_watching_process_has_no_handler_to_call_and_no_memory_to_write_to() -> None:
    command = [sys.executable, "-c", START, "bounded", "0", "/bin/sh", "-c", LOOK]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stdout) == (0, "0\nclosed\n"), ended.stderr
