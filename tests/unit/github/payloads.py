"""Small event payloads in the shapes of `@octokit/webhooks-examples`."""

from __future__ import annotations

import copy
import json

from pydantic import JsonValue

Json = dict[str, JsonValue]

HEAD = "a" * 40
BASE = "b" * 40

_REPOSITORY: Json = {"id": 1, "full_name": "octo/tools", "private": False, "default_branch": "main"}
_ALICE: Json = {"login": "alice", "id": 2, "type": "User"}

PULL_REQUEST: Json = {
    "action": "opened",
    "number": 7,
    "pull_request": {
        "number": 7,
        "title": "Mend the slug",
        "body": "It had two hyphens.",
        "draft": False,
        "state": "open",
        "user": _ALICE,
        "head": {"ref": "fix/slug", "sha": HEAD, "repo": _REPOSITORY},
        "base": {"ref": "main", "sha": BASE, "repo": _REPOSITORY},
    },
    "repository": _REPOSITORY,
    "sender": _ALICE,
}
ISSUE_COMMENT: Json = {
    "action": "created",
    "issue": {"number": 7, "title": "Mend the slug", "pull_request": {"url": "https://x"}},
    "comment": {"id": 5, "body": "/regoose run slugify", "user": _ALICE},
    "repository": _REPOSITORY,
    "sender": _ALICE,
}
WORKFLOW_DISPATCH: Json = {
    "inputs": {"pull-request": "7"},
    "ref": "refs/heads/main",
    "repository": _REPOSITORY,
    "sender": _ALICE,
    "workflow": ".github/workflows/regoose.yml",
}
WORKFLOW_RUN: Json = {
    "action": "completed",
    "workflow_run": {
        "id": 99,
        "run_attempt": 2,
        "event": "pull_request",
        "conclusion": "success",
        "head_branch": "fix",
        "head_sha": HEAD,
        "head_repository": {"full_name": "mallory/tools"},
        "pull_requests": [],
        "actor": {"login": "mallory", "type": "User"},
    },
    "repository": _REPOSITORY,
    "sender": _ALICE,
}


def payload(example: Json, **changes: JsonValue) -> bytes:
    """The example with values at places such as ``pull_request__head__sha``; None is null."""
    changed = copy.deepcopy(example)
    for place, value in changes.items():
        *path, name = place.split("__")
        part = changed
        for step in path:
            inner = part[step]
            assert isinstance(inner, dict)
            part = inner
        part[name] = value
    return json.dumps(changed).encode()


def without(example: Json, place: str) -> bytes:
    """The example without what is at a place."""
    changed = copy.deepcopy(example)
    *path, name = place.split("__")
    part = changed
    for step in path:
        inner = part[step]
        assert isinstance(inner, dict)
        part = inner
    del part[name]
    return json.dumps(changed).encode()
