"""Attacks from a poisoned build backend: it gets nothing, ends in time, and with a clear reason."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path

import pytest

from regoose_ci.environments.wheel import WheelError

from .builds import build
from .lab import Lab, new_tag, processes_named, tagged
from .levels import SECRET

HONEST = f"open({'x-1-py3-none-any.whl'!r}, 'w').write('built')"


def found_by(lab: Lab, source: str) -> object:
    """Run ``source`` in a build; return what it left in ``found``."""
    told = "import json; open('x-1-py3-none-any.whl', 'w').write(json.dumps(found))"
    return json.loads(build(lab, f"{source}\n{told}").read_text())


def test_a31_planted_secrets_are_not_in_a_build(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UV_DEFAULT_INDEX", "PIP_INDEX_URL", "GITHUB_TOKEN", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://user:{SECRET}@index.invalid/simple")
    source = """
found = []
secret = "-".join(["s3cr3t", "of", "the", "host"]).encode()
for top in ("/proc/self", "/proc/1", "/run", "/etc", "/tmp", "/home", "/root", "/work", "/var"):
    for directory, names, files in os.walk(top):
        if directory.count("/") > 6:
            names.clear()
        for name in set(files) - {"clear_refs", "mem", "pagemap", "kmsg"}:
            try:
                descriptor = os.open(os.path.join(directory, name), os.O_RDONLY | os.O_NONBLOCK)
                if secret in os.read(descriptor, 1 << 20):
                    found.append(os.path.join(directory, name))
                os.close(descriptor)
            except OSError:
                pass
found += [value for value in os.environ.values() if secret.decode() in value]
found += [name for name in (".netrc", ".ssh", ".config", ".pypirc")
          if os.path.exists(os.path.join(os.path.expanduser("~"), name))]
"""
    assert found_by(lab, source) == []


def test_a_build_has_no_network(lab: Lab) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        source = f"""
import socket
found = [name for _, name in socket.if_nameindex()]
try:
    socket.create_connection(("127.0.0.1", {listener.getsockname()[1]}), 2)
    found.append("connected")
except OSError:
    pass
"""
        assert found_by(lab, source) == ["lo"]


def test_a_build_that_does_not_end_is_ended(lab: Lab) -> None:
    tag, began = new_tag(), time.monotonic()
    with pytest.raises(WheelError, match="the build was ended: not finished after 3 s"):
        build(lab, f"{tagged(tag)}\nos.fork()\nwhile True:\n    pass", 3)

    assert time.monotonic() - began < 15  # asked for its requirements first
    assert processes_named(tag) == []


def test_a_build_that_writes_ten_gigabytes_fills_only_its_own_directory(lab: Lab) -> None:
    source = """
with open("big", "wb") as file:
    for _ in range(10 * 1024):
        file.write(bytes(1 << 20))
"""
    with pytest.raises(WheelError, match=r"No space left on device|takes too much memory"):
        build(lab, source, 60)


def test_a_build_that_takes_all_memory_is_refused_or_killed(lab: Lab) -> None:
    with pytest.raises(WheelError, match=r"MemoryError|takes too much memory"):
        build(lab, "hoard = [bytearray(64 << 20) for _ in range(1024)]", 60)


def test_processes_of_a_build_that_take_all_memory_together_are_killed(lab: Lab) -> None:
    """No single one takes more than a process may; some engines bound nothing else."""
    source = """
import time
for _ in range(16):
    if os.fork() == 0:
        hoard = b"x" * (256 << 20)
        time.sleep(60)
        os._exit(0)
_, status = os.wait()
raise SystemExit(f"one of them ended with {status}")
"""
    with pytest.raises(WheelError, match=r"takes too much memory|one of them ended with 9"):
        build(lab, source, 50)


def test_a_build_that_prints_without_end_is_ended(lab: Lab) -> None:
    source = "import sys\nwhile True:\n    os.write(2, b'x' * 65536)"
    with pytest.raises(WheelError, match="the build was ended"):
        build(lab, source, 3)


def test_a_poisoned_build_leaves_nothing_to_the_next(lab: Lab) -> None:
    cached = build(lab, HONEST)
    poison = """
import sys
for place in ("/work", "/opt/build", "/opt/regoose", "/etc", "/tmp", "/var", sys.prefix + "/bin"):
    for top, names, files in os.walk(place):
        for name in [*files, "usercustomize.py"]:
            try:
                with open(os.path.join(top, name), "r+b" if name in files else "wb") as file:
                    file.write(b"raise SystemExit('poisoned')")
            except OSError:
                pass
"""
    before = _snapshot(lab.place / "cache", cached)
    with pytest.raises(WheelError):
        build(lab, poison + "raise SystemExit('no wheel')", 60)

    assert _snapshot(lab.place / "cache", cached) == before
    assert build(lab, HONEST) == cached
    assert build(lab, f"{HONEST}  # of another tree").read_text() == "built"


def _snapshot(cache: Path, wheel: Path) -> tuple[set[str], bytes]:
    return {str(p) for p in cache.rglob("*") if p.suffix != ".lock"}, wheel.read_bytes()


def test_a_cached_build_that_was_damaged_is_made_again(lab: Lab) -> None:
    source = f"{HONEST}  # to be damaged"
    wheel = build(lab, source)
    wheel.chmod(0o644)
    wheel.write_text("forge")  # as long as what was built

    assert build(lab, source).read_text() == "built"
