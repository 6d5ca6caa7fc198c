"""What GitHub sends for a repository that is being worked on."""

from __future__ import annotations

from pathlib import Path

from pydantic import JsonValue

from tests.e2e.project import Project
from tests.e2e.runner import NUMBER
from tests.fakes.github_server import FakeGitHub
from tests.fakes.github_shapes import REPOSITORY

Event = dict[str, JsonValue]
_ALICE: Event = {"login": "alice", "id": 2, "type": "User"}


class PullRequest:
    """A pull request on the fake GitHub, whose commits git can fetch from it."""

    def __init__(self, github: FakeGitHub, place: Path, title: str = "Refactor total") -> None:
        self.github = github
        self.project = Project(place / "server" / REPOSITORY)
        self.title = title
        self.base = self.head = ""
        github.git_root = place / "server"

    def push(self, files: dict[str, str], *, to_base: bool = False) -> None:
        """Commit files to the base, or on top of it to the head."""
        self.project.write(files)
        sha = self.project.commit()
        self.base, self.head = (sha if to_base else self.base), sha
        self.github.pulls[NUMBER].head_sha = self.head
        self.github.pulls[NUMBER].title = self.title
        self.github.files[self.head] = {}
        self.github.refs = {"refs/heads/main": self.base, "refs/heads/fix": self.head}
        self.github.merge_bases = {
            f"{base}...{self.head}": self.base for base in (self.base, "b" * 40)
        }

    def event(self, head_repository: str = REPOSITORY) -> Event:
        """``pull_request``."""
        return {
            "action": "synchronize",
            "number": NUMBER,
            "pull_request": {
                "number": NUMBER, "title": self.title, "body": "", "draft": False, "state": "open",
                "user": _ALICE,
                "head": {"ref": "fix", "sha": self.head, "repo": {"full_name": head_repository}},
                "base": {"ref": "main", "sha": self.base, "repo": {"full_name": REPOSITORY}},
            },
            "repository": {"full_name": REPOSITORY},
            "sender": _ALICE,
        }  # fmt: skip

    def comment(self, body: str) -> tuple[int, Event]:
        """``issue_comment`` of alice, who may write; also the comment's id."""
        said = self.github.say(NUMBER, body, "alice")
        return said.id, {
            "action": "created",
            "issue": {"number": NUMBER, "title": self.title, "pull_request": {"url": "https://x"}},
            "comment": {"id": said.id, "body": body, "user": _ALICE},
            "repository": {"full_name": REPOSITORY},
            "sender": _ALICE,
        }

    def dispatched(self) -> Event:
        """``workflow_dispatch`` for the head's branch, with no number."""
        return {
            "inputs": {"pull-request": ""},
            "ref": "refs/heads/fix",
            "repository": {"full_name": REPOSITORY, "default_branch": "main"},
            "sender": _ALICE,
        }

    def finished(self, run: int, head_repository: str) -> Event:
        """``workflow_run`` of a fork."""
        return {
            "action": "completed",
            "workflow_run": {
                "id": run, "run_attempt": 1, "event": "pull_request", "conclusion": "success",
                "head_branch": "fix", "head_sha": self.head,
                "head_repository": {"full_name": head_repository}, "pull_requests": [],
                "actor": {"login": "mallory", "type": "User"},
            },
            "repository": {"full_name": REPOSITORY},
            "sender": _ALICE,
        }  # fmt: skip
