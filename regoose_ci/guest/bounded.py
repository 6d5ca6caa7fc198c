"""Runs a program as the guest's second process and ends it when it takes too much memory.

For commands whose container engine does not bound the memory of all processes together:
``python -I -S /opt/regoose/regoose_guest bounded MEGABYTES PROGRAM [ARGUMENT…]``. The first
process ends with the program's exit code, or as one that the kernel killed for memory, and with
it ends all that the program left.
"""

from __future__ import annotations

import os
import signal
import sys
import time

from .watchdog import LimitError, Watchdog
from .worker import set_dumpable

KILLED = 137
_SECONDS_BETWEEN = 0.02
_ANY_NUMBER_OF_FILES = sys.maxsize


def main() -> None:
    """Run the program that the arguments name."""
    _, _, megabytes, *program = sys.argv
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # without a handler, process 1 cannot be reached
    set_dumpable(0)  # nor written to, by what it watches
    sys.exit(run(program, int(megabytes)))


def run(program: list[str], memory_mb: int) -> int:
    """Run ``program`` and return its exit code; 137 when its processes passed ``memory_mb``."""
    watchdog = Watchdog(memory_mb, _ANY_NUMBER_OF_FILES)
    pid = os.posix_spawn(program[0], program, os.environ)
    while True:
        ended = _ended(pid)
        if ended is not None:
            return ended
        try:
            watchdog.check()
        except LimitError:
            sys.stderr.write(f"Its processes held more than {memory_mb} MB of memory.\n")
            return KILLED
        time.sleep(_SECONDS_BETWEEN)


def _ended(program: int) -> int | None:
    """Reap what ended; return the program's exit code when it was among them."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return None
        if pid == 0:
            return None
        if pid == program:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code
