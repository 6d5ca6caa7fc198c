"""The console script ``regoose``, started as a user does, and what it leaves behind."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jsonschema import Draft202012Validator

from regoose_ci.domain.report import ReviewReport

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = Draft202012Validator(
    json.loads((ROOT / "docs/schema/report-1.json").read_text()),
    format_checker=Draft202012Validator.FORMAT_CHECKER,
)
SCRIPT = Path(sys.executable).parent / "regoose"
LONGEST = 300.0
FILES = ("report.json", "report.html", "comment.md", "summary.md", "junit.xml", "session.jsonl")


@dataclass(frozen=True)
class Ended:
    """What one start of the program came to."""

    code: int
    stdout: str
    stderr: str
    out: Path

    @property
    def report(self) -> ReviewReport:
        """The report it left, checked against the published schema."""
        return read_report(self.out)


def read_report(directory: Path) -> ReviewReport:
    """Read ``report.json`` and check it against the published schema."""
    text = (directory / "report.json").read_text()
    SCHEMA.validate(json.loads(text))
    return ReviewReport.model_validate_json(text)


class Program:
    """Starts the program with a temporary directory and a report directory below ``place``."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.out = place / "out"
        self.temporary = place / "temporary"
        self.temporary.mkdir(exist_ok=True)

    def environment(self, **variables: str) -> dict[str, str]:
        """The caller's environment without settings of ours and active environments."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("REGOOSE_", "GIT_", "PYTEST_", "VIRTUAL_ENV", "CONDA"))
        }
        return {**kept, "TMPDIR": str(self.temporary), "NO_COLOR": "1", **variables}

    def run(self, *arguments: str, cwd: Path | None = None, **variables: str) -> Ended:
        """Run a command that leaves a report to the end."""
        return self.start(*arguments, "--out", str(self.out), cwd=cwd, **variables)

    def start(self, *arguments: str, cwd: Path | None = None, **variables: str) -> Ended:
        """Run any command to the end."""
        done = subprocess.run(
            [str(SCRIPT), *arguments],
            cwd=cwd or self.place, env=self.environment(**variables),
            capture_output=True, text=True, timeout=LONGEST, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        return Ended(done.returncode, done.stdout, done.stderr, self.out)

    def command(self, *arguments: str) -> list[str]:
        """The argument list of one start."""
        return [str(SCRIPT), *arguments, "--out", str(self.out)]

    @contextlib.contextmanager
    def started(self, *arguments: str, cwd: Path) -> Iterator[subprocess.Popen[str]]:
        """Start in a process group of its own; it is killed at the end if it still runs."""
        process = subprocess.Popen(
            self.command(*arguments),
            cwd=cwd, env=self.environment(), text=True, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()

    def report(self) -> ReviewReport:
        """The report it left, checked against the published schema."""
        return read_report(self.out)

    def log(self) -> list[dict[str, object]]:
        """The lines of the session's log so far."""
        path = self.out / "session.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [json.loads(line) for line in lines if line.endswith("}")]

    def containers(self) -> list[str]:
        """Containers that see anything of this program's temporary directory."""
        engine = shutil.which("podman") or shutil.which("docker")
        assert engine is not None
        listed = _output(engine, "ps", "--all", "--quiet", "--filter", "name=regoose-").split()
        inspected = [_output(engine, "inspect", identity) for identity in listed]
        return [text for text in inspected if str(self.temporary) in text]

    def assert_nothing_left(self) -> None:
        """No container, mount or temporary directory of this program is left."""
        assert self.containers() == []
        assert list(self.temporary.iterdir()) == []
        assert str(self.temporary) not in Path("/proc/mounts").read_text()


def _output(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    return done.stdout


def wait_until(condition: object, seconds: float = 60.0) -> None:
    """Wait for a condition; raises ``TimeoutError``."""
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.02)
