"""Engines that start the project's image, and how it is started: as the action does."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from regoose_ci.domain.report import ReviewReport
from tests.e2e.image import CACHE, Client, Image
from tests.e2e.program import ROOT

ORDINARY_USER = "regoose-sandbox"
"""Made by ``.ci/engines``."""
_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
_STORAGE = '[storage]\ndriver = "overlay"\n'
_CONTAINERS = '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "none"\n'
_LONGEST = 180.0


@dataclass(frozen=True)
class Nested:
    """What one run of the image came to, and the report that was copied out of it."""

    code: int
    output: str
    directory: Path

    @property
    def report(self) -> ReviewReport:
        """The report, checked."""
        return ReviewReport.model_validate_json((self.directory / "report.json").read_text())


@dataclass(frozen=True)
class Nest:
    """Starts the image by ``.ci/nest``, below a directory that the client's user may write to."""

    client: Client
    image: Image
    place: Path

    def run(self, *arguments: str, send: Path | None = None, within: str = "") -> Nested:
        """Run Regoose in the image, with a sandbox inside.

        ``send`` is what it gets, as ``in/`` and its name; ``within`` is a command that starts
        ``.ci/nest`` then.
        """
        work = Path(tempfile.mkdtemp(dir=self.place)) if send is None else send.parent
        self.give(work)
        program = shutil.copy(ROOT / ".ci/nest", self.place / "nest")
        command = [*within.split(), program, "--sandbox", "--engine", self.client.engine]
        command += ["--network", "none", "--work", str(work), "--receive", "report"]
        if send is not None:
            command += ["--send", send.name]
        done = self.client.call(*command, self.image.name, *arguments, seconds=_LONGEST)
        return Nested(done.returncode, done.stdout + done.stderr, work / "report")

    def give(self, path: Path) -> None:
        """Make a file or directory the client's user's."""
        if self.client.user is not None:
            shutil.chown(path, self.client.user, self.client.user)

    def left(self) -> str:
        """Containers and volumes that are there."""
        containers = self.client.run("ps", "--all", "--quiet")
        return (containers + self.client.run("volume", "ls", "--quiet")).strip()


@contextlib.contextmanager
def docker(place: Path) -> Iterator[Client]:
    """Run a Docker engine of our own; its images stay in the cache."""
    daemon = shutil.which("dockerd", path=_PATH)
    assert daemon is not None, "there is no dockerd: run .ci/engines as root"
    socket = place / "docker.sock"
    command = [daemon, "--iptables=false", "--ip6tables=false", "--ip-forward=false"]
    command += ["--bridge=none", f"--host=unix://{socket}", f"--data-root={CACHE}/docker"]
    command += [f"--exec-root={place}/docker-exec", f"--pidfile={place}/docker.pid"]
    client = Client(
        "docker", {"PATH": _PATH, "HOME": str(place), "DOCKER_HOST": f"unix://{socket}"}
    )
    with (place / "dockerd.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait_for(client, process)
        yield client
    finally:
        process.terminate()
        process.wait(60)
        # Containers in the host's network leave its namespace mounted.
        for namespace in (place / "docker-exec/netns").glob("*"):
            subprocess.run(["umount", str(namespace)], check=False, capture_output=True)


def _wait_for(client: Client, daemon: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while client.call("docker", "version").returncode:
        assert daemon.poll() is None, "dockerd ended; see dockerd.log"
        assert time.monotonic() < end, "dockerd does not answer; see dockerd.log"
        time.sleep(0.2)


@contextlib.contextmanager
def rootless_podman(place: Path) -> Iterator[Client]:
    """Podman of an ordinary user; its images stay in the cache."""
    user = pwd.getpwnam(ORDINARY_USER)
    home, runtime = CACHE / "home", place / "runtime"
    settings = home / ".config/containers"
    settings.mkdir(parents=True, exist_ok=True)
    runtime.mkdir(mode=0o700)
    (settings / "storage.conf").write_text(_STORAGE)
    (settings / "containers.conf").write_text(_CONTAINERS + _runtime())
    for path in (home, home / ".config", settings, runtime):
        os.chown(path, user.pw_uid, user.pw_gid)
    environment = {"PATH": _PATH, "HOME": str(home), "XDG_RUNTIME_DIR": str(runtime)}
    client = Client("podman", environment, ORDINARY_USER)
    try:
        yield client
    finally:
        client.run("system", "migrate")  # ends the process that keeps the user's namespace open


def _runtime() -> str:
    """Crun refuses a machine with both versions of cgroups."""
    is_hybrid = not Path("/sys/fs/cgroup/cgroup.controllers").exists()
    return 'runtime = "runc"\n' if is_hybrid and shutil.which("runc", path=_PATH) else ""
