"""The levels that this machine can run the suite at, and what each needs set up."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from regoose_ci.domain.report import Level
from regoose_ci.environments.interpreter import Interpreter, find_interpreter
from regoose_ci.sandbox.probe import Host

ORDINARY_USER = "regoose-sandbox"
"""Made by ``.ci/engines`` when root runs it."""
SECRET = "s3cr3t-of-the-host"
"""Planted where a leak would be found: environment, home directory, proxy, git configuration."""

_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
_STORAGE = '[storage]\ndriver = "overlay"\n'
_CONTAINERS = '[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n'
_DOCKER_CLIENT = f"""{{"proxies": {{"default": {{
    "httpProxy": "http://user:{SECRET}@proxy.invalid:3128",
    "httpsProxy": "http://user:{SECRET}@proxy.invalid:3128"}}}}}}
"""


def levels() -> tuple[Level, ...]:
    """Root can be all of them, an ordinary user only itself."""
    return ("userns", "rootless", "docker") if os.geteuid() == 0 else ("rootless",)


@contextlib.contextmanager
def host_at(level: Level, place: Path) -> Iterator[Host]:
    """Set up ``level`` below ``place``, a directory that everybody can enter."""
    cache = place / "cache"
    cache.mkdir(mode=0o755)
    if level == "docker":
        with docker_engine(place) as client:
            yield Host(podman="no-podman-at-this-level", docker=str(client))
    elif level == "rootless" and os.geteuid() == 0:
        with _ordinary_user(place, cache) as client:
            yield Host(podman=str(client), docker="no-docker-at-this-level", is_root=False)
    else:
        with _own_storage(place) as client:
            yield Host(podman=str(client), docker="no-docker-at-this-level")


def interpreter_at(level: Level) -> Interpreter:
    """The interpreter in use, or the system's where an ordinary user cannot reach that."""
    in_use = find_interpreter(Path(sys.base_prefix), Path("/nonexistent"), None)
    if level != "rootless" or os.geteuid() != 0 or _everybody_reaches(in_use.prefix):
        return in_use
    return find_interpreter(Path("/usr/bin/python3"), Path("/nonexistent"), None)


def _everybody_reaches(path: Path) -> bool:
    return all(p.stat().st_mode & 0o001 for p in (path, *path.parents))


@contextlib.contextmanager
def _own_storage(place: Path) -> Iterator[Path]:
    """Podman with nothing in it but what this suite makes."""
    options = f"--root={place}/storage --runroot={place}/run"
    try:
        yield _script(place / "podman", f'exec {shutil.which("podman")} {options} "$@"')
    finally:
        overlay = place / "storage/overlay"
        if overlay.is_mount():  # Podman mounts it on itself
            subprocess.run(["umount", overlay], check=True)


@contextlib.contextmanager
def _ordinary_user(place: Path, cache: Path) -> Iterator[Path]:
    """Let an ordinary user run Podman: yields a client that becomes that user first."""
    try:
        user = pwd.getpwnam(ORDINARY_USER)
    except KeyError:
        raise RuntimeError(f"there is no user {ORDINARY_USER}: run .ci/engines as root") from None
    home, runtime = place / "home", place / "run"
    (home / ".config/containers").mkdir(parents=True)
    runtime.mkdir(mode=0o700)
    (home / ".config/containers/storage.conf").write_text(_STORAGE)
    (home / ".config/containers/containers.conf").write_text(_CONTAINERS)
    for path in (cache, runtime, home, *home.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid)
    environment = f"HOME={home} XDG_RUNTIME_DIR={runtime} PATH={_PATH} TOKEN={SECRET}"
    client = _script(
        place / "podman",
        f"exec setpriv --reuid={user.pw_uid} --regid={user.pw_gid} --init-groups --inh-caps=-all "
        f'env -i {environment} podman "$@"',
    )
    try:
        yield client
    finally:
        # Ends the process that keeps the user's namespace open.
        subprocess.run([client, "system", "migrate"], check=False, timeout=30, cwd=cache)


@contextlib.contextmanager
def docker_engine(place: Path, within: Sequence[str] = ()) -> Iterator[Path]:
    """Run a Docker engine of our own: no network, no rules, own data, own socket.

    ``within`` is a command that starts it in its turn.
    """
    daemon = shutil.which("dockerd", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if daemon is None:
        raise RuntimeError("there is no dockerd: run .ci/engines as root")
    socket = place / "docker.sock"
    (place / "docker-client").mkdir()
    (place / "docker-client/config.json").write_text(_DOCKER_CLIENT)
    docker = shutil.which("docker")
    client = _script(
        place / "docker",
        f"export DOCKER_HOST=unix://{socket} DOCKER_CONFIG={place}/docker-client\n"
        f'exec {docker} "$@"',
    )
    command = [daemon, "--iptables=false", "--ip6tables=false", "--ip-forward=false"]
    command += ["--bridge=none", f"--host=unix://{socket}", f"--data-root={place}/docker-data"]
    command += [f"--exec-root={place}/docker-exec", f"--pidfile={place}/docker.pid"]
    with (place / "dockerd.log").open("wb") as log:
        process = subprocess.Popen(
            [*within, *command], stdout=log, stderr=log, start_new_session=True
        )
    try:
        _wait_for(client, process)
        yield client
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _wait_for(client: Path, daemon: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while subprocess.run([client, "version"], capture_output=True, check=False).returncode:
        if daemon.poll() is not None or time.monotonic() > end:
            raise RuntimeError("dockerd does not start; see dockerd.log beside its socket")
        time.sleep(0.2)


def _script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path
