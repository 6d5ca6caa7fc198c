"""The sample package `till`, reviewed with a scripted model that answers from the labelled bag."""

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

SECRET = "planted-secret-7f3a"
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
    for revision, branch in (("base", "main"), ("head", "topic")):
        if branch != "main":
            project.git("checkout", "-q", "-b", branch)
        files = [p for p in (TILL / revision).rglob("*") if p.suffix in (".py", ".toml")]
        project.write({str(p.relative_to(TILL / revision)): p.read_text() for p in files})
        project.commit("Count better")
    return project


@dataclass
class Listener:
    """A port on loopback that hostile tests try to reach."""

    port: int
    touched: list[bytes] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Listener]:
    """Accept connections and note that they came."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        listener = Listener(server.getsockname()[1])

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    listener.touched.append(connection.recv(100))

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield listener
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def answering(samples: tuple[Sample, ...], delay_s: float = 0.0) -> Answers:
    """Answers from the bag; nothing new when asked again; no opinion on what was meant."""
    return Answers(samples, delay_s)


@dataclass
class Answers:
    """A script for `FakeOpenAIServer`, by what is asked."""

    samples: tuple[Sample, ...]
    delay_s: float = 0.0

    def __call__(self, asked: Asked) -> Completed:
        """The answer to one request."""
        is_about_intent = "what it does before and after" in asked.text
        text = UNSURE if is_about_intent else answer_about(asked.text, self.samples)
        return Completed(text, delay_s=self.delay_s)
