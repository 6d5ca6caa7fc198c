"""Commands that run code of other projects: bounded in time and size, and without a network."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MEMORY = 4 << 30
FILE_SIZE = 256 << 20
_NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs")

_LIMITS = ("prlimit", f"--as={MEMORY}", f"--fsize={FILE_SIZE}", "--core=0", "--")


@dataclass(frozen=True)
class Ran:
    """How a command ended; ``peak_mb`` is of its largest process."""

    code: int
    output: str
    seconds: float
    peak_mb: float


def run(command: Sequence[str | Path], seconds: float, env: Mapping[str, str], cwd: Path) -> Ran:
    """Run a command to its end, or kill it and what it started after ``seconds``."""
    began = time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            env=dict(env), cwd=cwd, start_new_session=True,
        )  # fmt: skip
        timer = threading.Timer(seconds, os.killpg, (process.pid, signal.SIGKILL))
        timer.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        finally:  # also when the benchmark is interrupted
            timer.cancel()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode(errors="replace")
    took = time.monotonic() - began
    return Ran(process.returncode, text, took, usage.ru_maxrss / 1024)


@contextlib.contextmanager
def workplace(tree: Path) -> Iterator[Path]:
    """Copy a tree to a directory that the caged commands may write to, and remove it after."""
    home = Path(tempfile.mkdtemp(prefix="suite-"))
    try:
        shutil.copytree(tree, home / "tree", ignore=shutil.ignore_patterns(".git"))
        for path in (home, *home.rglob("*")):
            path.chmod(0o777 if path.is_dir() else 0o666)
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def caged(command: Sequence[str | Path], seconds: float, env: Mapping[str, str], home: Path) -> Ran:
    """Run a command as nobody, without network, with limits, at home in ``home``.

    Where that needs rights that we have not, only the limits are kept.
    """
    whole = {"PATH": os.defpath, "HOME": str(home), "TMPDIR": str(home), "LC_ALL": "C.UTF-8"}
    cage = _cage(str(command[0]))
    return run([*cage, *_LIMITS, *command], seconds, {**whole, **env}, home)


@functools.cache
def _cage(python: str) -> tuple[str, ...]:
    """Return what to put before a command to take rights and network from it."""
    cage = ("unshare", "--net", *_NOBODY)
    command = [*cage, *_LIMITS, python, "-c", ""]
    tried = subprocess.run(command, capture_output=True, check=False)
    return cage if tried.returncode == 0 else ()
