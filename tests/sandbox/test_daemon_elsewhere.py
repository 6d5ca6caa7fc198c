"""A Docker daemon that does not see our files, as in Docker-in-Docker: it is said, not suffered."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from regoose_ci.assembly.laboratory import GUEST_PROGRAM, guest_interpreter
from regoose_ci.errors import SandboxUnavailableError
from regoose_ci.sandbox.probe import FILES_UNSEEN, Host, Probe

from .lab import LIMITS
from .levels import docker_engine, interpreter_at

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="starts dockerd in a mount namespace")


@pytest.fixture(params=["cache", "temporary"])
def hidden(request: pytest.FixtureRequest) -> Iterator[tuple[Probe, str]]:
    """A probe whose daemon has other files where the cache, or the temporary files, are."""
    place = Path(tempfile.mkdtemp(prefix="rg-x-", dir="/var/tmp"))
    place.chmod(0o755)
    for name in ("cache", "temporary"):
        (place / name).mkdir()
    script = f'mount -t tmpfs none {place / request.param} && exec "$@"'
    with docker_engine(place, ("unshare", "--mount", "sh", "-c", script, "sh")) as docker:
        host = Host(podman="no-podman-at-this-level", docker=str(docker))
        seen = guest_interpreter(interpreter_at("docker"))
        program = place / ("guest" if request.param == "temporary" else "cache/guest")
        shutil.copytree(GUEST_PROGRAM, program)
        yield Probe(place / "cache", seen, program, "docker", host=host), str(place / "temporary")
    shutil.rmtree(place)


def test_a_daemon_that_does_not_see_our_files_is_refused_by_name(
    hidden: tuple[Probe, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    probe, temporary = hidden
    monkeypatch.setattr(tempfile, "tempdir", temporary)

    with pytest.raises(SandboxUnavailableError, match=FILES_UNSEEN):
        probe.find(LIMITS)
