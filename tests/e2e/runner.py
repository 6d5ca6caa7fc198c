"""The action as users start it: an example workflow, run by nektos/act, against a fake GitHub."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import time
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from regoose_ci.github.marker import CommentState, read_marker
from tests.e2e.image import CACHE, Client, Image
from tests.e2e.program import ROOT
from tests.fakes.github_api import TOKEN
from tests.fakes.github_server import FakeGitHub
from tests.fakes.github_shapes import REPOSITORY, FakeArtifact

TOOLS = CACHE / "act"
"""Made by ``.ci/act``."""
EXAMPLES = ROOT / "examples/workflows"
NUMBER = 7
INDEX_PASSWORD = "pw-0f-the-index"
"""In the job's variables, for whoever installs packages."""
_LONGEST = 400.0
_AFTER = """
      - if: always()
        env:
          OUTPUTS: ${{{{ toJSON(steps.regoose.outputs) }}}}
        run: printf '%s' "$OUTPUTS" > {file}
"""


def _uploader() -> str:
    """The action that uploads artifacts, as action.yml names it."""
    action = (ROOT / "action.yml").read_text(encoding="utf-8")
    (found,) = re.findall(r"uses: (actions/upload-artifact@[0-9a-f]{40})", action)
    return str(found)


def _copied_action(place: Path) -> Path:
    """Copy what a run takes from the action's repository; act copies all it is given, each time."""
    action = place / "action"
    shutil.copytree(ROOT / ".ci", action / ".ci")
    shutil.copy(ROOT / "action.yml", action)
    return action


@dataclass(frozen=True)
class Ran:
    """What a run came to: act's exit code and log, and the outputs of the action."""

    code: int
    log: str
    outputs: Mapping[str, str]


class Runner:
    """Runs workflows for one repository of the fake GitHub, below ``place``."""

    def __init__(self, place: Path, client: Client, image: Image, github: FakeGitHub) -> None:
        self.place = place
        self.github = github
        self.client = client
        self._image = image
        self._action = _copied_action(place)
        self._runs = iter(range(50, 1000))

    def run(self, example: str, name: str, event: Mapping[str, JsonValue], **inputs: str) -> Ran:
        """Run an example workflow for an event to its end."""
        with self.started(example, name, event, **inputs) as (process, place):
            log, _ = process.communicate(timeout=_LONGEST)
        return _ran(process, log, place)

    @contextlib.contextmanager
    def started(
        self, example: str, name: str, event: Mapping[str, JsonValue], **inputs: str
    ) -> Iterator[tuple[subprocess.Popen[str], Path]]:
        """Start the same; the process is killed at the end if it still runs."""
        run = next(self._runs)
        place = self.place / f"run-{run}"
        (place / ".github/workflows").mkdir(parents=True)
        (place / "event.json").write_text(json.dumps(event))
        workflow = self._workflow(EXAMPLES / example, place, inputs)
        (place / ".github/workflows/workflow.yml").write_text(workflow)
        subprocess.run(["git", "init", "-q", str(place)], check=True)
        process = subprocess.Popen(
            [*self._command(name, place), "--env", f"GITHUB_RUN_ID={run}"],
            cwd=place, env=self._environment(), text=True, errors="replace",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            yield process, place
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._keep_artifact(run)

    def artifact(self, run: int) -> dict[str, bytes]:
        """The files of the artifact that a run left."""
        (one,) = self.github.artifacts[run]
        with zipfile.ZipFile(io.BytesIO(one.data)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def comments(self) -> list[tuple[CommentState, str]]:
        """Our comments in the pull request: what each remembers and says."""
        found = [(read_marker(c.body), c.body) for c in self.github.comments.get(NUMBER, [])]
        return [(state, body.split("\n", 1)[1]) for state, body in found if state is not None]

    def _workflow(self, example: Path, place: Path, inputs: Mapping[str, str]) -> str:
        given = {
            "image": self._image.name, "engine": self.client.engine, "network": "host", **inputs,
        }  # fmt: skip
        text = example.read_text()
        head, step, rest = text.rpartition("      - uses: org/regoose-action@v1\n")
        rest = rest or "        with:\n"
        extra = "".join(f"          {n}: {json.dumps(value)}\n" for n, value in given.items())
        after = _AFTER.format(file=place / "outputs.json")
        return f"{head}{step}        id: regoose\n{rest}{extra}{after}"

    def _command(self, name: str, place: Path) -> list[str]:
        options = {
            "--eventpath": str(place / "event.json"),
            "--platform": "ubuntu-latest=-self-hosted",
            "--artifact-server-path": str(self.place / "artifacts"),
            "--artifact-server-addr": "127.0.0.1",
            "--secret": f"GITHUB_TOKEN={TOKEN}",
        }
        command = [str(TOOLS / "act"), name, "--no-cache-server"]
        command += [word for option in options.items() for word in option]
        command += ["--local-repository", f"org/regoose-action@v1={self._action}"]
        command += ["--local-repository", f"{_uploader()}={TOOLS}/upload-artifact"]
        variables = {
            "GITHUB_API_URL": self.github.url,
            # By its name, the uploading action takes any other server for one that it cannot serve.
            "GITHUB_SERVER_URL": self.github.url.replace("127.0.0.1", "github.localhost"),
            "GITHUB_REPOSITORY": REPOSITORY,
            "UV_INDEX_OURS_PASSWORD": INDEX_PASSWORD,
            **{n: v for n, v in self.client.environment.items() if n.startswith("DOCKER_")},
        }
        return command + [w for n, v in variables.items() for w in ("--env", f"{n}={v}")]

    def _environment(self) -> dict[str, str]:
        place = str(self.place)
        return {
            **self.client.environment,
            "PATH": os.environ["PATH"],  # also for node, which uploads
            "HOME": place,
            "XDG_CACHE_HOME": f"{place}/cache",
        }

    def _keep_artifact(self, run: int) -> None:
        """Give the fake GitHub what the run uploaded to act's own server."""
        for path in sorted((self.place / f"artifacts/{run}").rglob("*.zip")):
            kept = FakeArtifact(10_000 + run, path.stem, path.read_bytes())
            self.github.artifacts.setdefault(run, []).append(kept)


_GUEST = "/opt/regoose/regoose_guest"
"""What the programs of guests have in their command lines."""


def reviewing(runner: Runner, process: subprocess.Popen[str]) -> int:
    """Wait until the review has started guests; returns the process that started it."""
    end = time.monotonic() + _LONGEST
    others = _guests()
    while True:
        found = [pid for pid, command in _processes() if _is_review(command, runner.place)]
        if found and _guests() - others:
            return min(found)
        assert process.poll() is None, "the run ended before"
        assert time.monotonic() < end
        time.sleep(0.1)


def _processes() -> Iterator[tuple[int, str]]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            yield int(path.parent.name), path.read_bytes().decode("utf-8", "replace")


def _guests() -> set[int]:
    return {pid for pid, command in _processes() if _GUEST in command}


def _is_review(command: str, place: Path) -> bool:
    return ".ci/nest\0--sandbox" in command and str(place) in command


def _ran(process: subprocess.Popen[str], log: str, place: Path) -> Ran:
    outputs = place / "outputs.json"
    assert outputs.exists(), log[-5000:]
    return Ran(process.returncode, log, json.loads(outputs.read_text()))
