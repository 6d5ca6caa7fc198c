"""The fake GitHub on loopback, answering well or badly, as it is told."""

from __future__ import annotations

import base64
import gzip
import json
import socket
import struct
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType

from tests.fakes.git_http import answer_git
from tests.fakes.github_api import TOKEN, FakeApi
from tests.fakes.github_routes import Asked, Reply, error_of
from tests.fakes.github_shapes import REPOSITORY


@dataclass(frozen=True)
class Refused:
    """An error as GitHub sends it; nothing is done."""

    status: int
    message: str = "Something is wrong"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Dropped:
    """The connection is reset, after the work is done or before."""

    done: bool


@dataclass(frozen=True)
class Failed:
    """A 502 from in front of GitHub, after the work is done or before."""

    done: bool


@dataclass(frozen=True)
class Silent:
    """No byte comes."""


@dataclass(frozen=True)
class Dripping:
    """A byte now and then, for as long as someone reads."""


@dataclass(frozen=True)
class Garbled:
    """A 200 with this body."""

    body: bytes


@dataclass(frozen=True)
class Pushed:
    """Somebody else moves a branch just before; the request itself is served."""

    branch: str
    sha: str


Fault = Refused | Dropped | Failed | Silent | Dripping | Garbled | Pushed
SECONDARY = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
)


@dataclass(frozen=True)
class _Rule:
    verb: str
    fragment: str
    fault: Fault


class FakeGitHub(FakeApi):
    """The server; use it as a context manager."""

    def __init__(self) -> None:
        super().__init__()
        self._rules: list[_Rule] = []
        self.git_root: Path | None = None
        """Where the repository lies that git may fetch from, below its owner's name."""
        self.closing = threading.Event()
        self._server = _Server(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        # GitHub's storage has another host name; on loopback "localhost" serves for one.
        self.files_url = self.url.replace("127.0.0.1", "localhost")

    def __enter__(self) -> FakeGitHub:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Where it listens, for ``GITHUB_API_URL``."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def fail(self, verb: str, fragment: str, *faults: Fault) -> None:
        """Answer the next requests of a verb whose path has ``fragment`` so, one fault each."""
        self._rules += [_Rule(verb, fragment, fault) for fault in faults]

    def fault_for(self, verb: str, path: str) -> Fault | None:
        """Take the next fault for a request, if there is one."""
        with self.lock:
            for rule in self._rules:
                if rule.verb == verb and rule.fragment in path:
                    self._rules.remove(rule)
                    return rule.fault
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, github: FakeGitHub) -> None:
        self.github = github
        super().__init__(("127.0.0.1", 0), _Handler)

    def handleerror_of(self, request: object, client_address: object) -> None:
        """Clients hang up on a slow server; that is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        github = self.server.github
        text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if self.path.startswith(f"/{REPOSITORY}/") and github.git_root is not None:
            self._serve_git(github.git_root, headers, text)
            return
        asked = Asked(self.command, self.path, headers, json.loads(text) if text else {})
        fault = github.fault_for(self.command, self.path)
        if isinstance(fault, Pushed):
            github.refs[f"refs/heads/{fault.branch}"] = fault.sha
            fault = None
        if fault is None:
            self._send(github.answer(asked))
            return
        if isinstance(fault, Dropped | Failed) and fault.done:
            github.answer(asked)
        else:
            github.asked.append(asked)
        self._misbehave(fault)

    def _serve_git(self, root: Path, headers: Mapping[str, str], body: bytes) -> None:
        self.server.github.asked.append(Asked(self.command, self.path, headers, {}))
        pair = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
        if headers.get("authorization") != f"Basic {pair}":
            self._send(Reply(401, raw=b"", headers={"WWW-Authenticate": "Basic"}))
            return
        plain = gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body
        reply = answer_git(root, self.command, self.path, headers, plain)
        self._send(Reply(reply.status, raw=reply.body, headers=reply.headers))

    def _misbehave(self, fault: Fault) -> None:
        if isinstance(fault, Refused):
            self._send(error_of(fault.status, fault.message, fault.headers))
        elif isinstance(fault, Failed):
            self._send(Reply(502, raw=b"<html><h1>502 Bad Gateway</h1></html>"))
        elif isinstance(fault, Garbled):
            self._send(Reply(200, raw=fault.body, headers={"Content-Type": "application/json"}))
        elif isinstance(fault, Dropped):
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.close_connection = True
            self.connection.close()
        elif isinstance(fault, Silent):
            self.server.github.closing.wait(30)
        else:
            self._drip()

    def _drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "100000")
        self.end_headers()
        until = time.monotonic() + 30
        while time.monotonic() < until and not self.server.github.closing.wait(0.05):
            self.wfile.write(b" ")
            self.wfile.flush()

    def _send(self, reply: Reply) -> None:
        body = json.dumps(reply.data).encode() if reply.raw is None else reply.raw
        self.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        if reply.status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
