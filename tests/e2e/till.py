"""The sample package `till`, and a scripted model that answers about it from the labelled bag."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.project import Project
from tests.fakes.bag import TILL, Sample, answer_about
from tests.fakes.openai_server import Asked, Completed

UNSURE = json.dumps(
    {
        "noteworthy": True,
        "deterministic": True,
        "reachable": True,
        "legal_input": True,
        "intended": "unknown",
        "confidence": 0.1,
        "sentence": "Nothing says so.",
    }
)


def make_till(path: Path) -> Project:
    """The repository: base on main, head on the branch that is checked out."""
    project = Project(path)
    _commit(project, "base")
    project.git("checkout", "-q", "-b", "topic")
    _commit(project, "head")
    return project


def _commit(project: Project, revision: str) -> None:
    files = [p for p in (TILL / revision).rglob("*") if p.suffix in (".py", ".toml")]
    project.write({str(p.relative_to(TILL / revision)): p.read_text() for p in files})
    project.commit("Count better")


@dataclass
class Answers:
    """What a scripted server says: the bag's samples, and no opinion on what was meant."""

    samples: tuple[Sample, ...]
    delay_s: float = 0.0

    def __call__(self, asked: Asked) -> Completed:
        """The answer to one request."""
        is_about_intent = "what it does before and after" in asked.text
        text = UNSURE if is_about_intent else answer_about(asked.text, self.samples)
        return Completed(text, delay_s=self.delay_s)


@dataclass
class Listener:
    """A port on loopback that hostile tests try to reach, and what they said."""

    port: int
    heard: list[bytes] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Listener]:
    """Accept connections until the end of the context."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        listener = Listener(server.getsockname()[1])
        thread = threading.Thread(target=_accept, args=(server, listener))
        thread.start()
        try:
            yield listener
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def _accept(server: socket.socket, listener: Listener) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:  # it was shut down
            return
        with connection:
            listener.heard.append(connection.recv(100))
