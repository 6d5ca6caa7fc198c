"""What the fake GitHub keeps and how GitHub words it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue, TypeAdapter

Json = dict[str, JsonValue]

REPOSITORY = "octo/tools"
BOT = "github-actions[bot]"
HEAD = "a" * 40
BASE = "b" * 40
DESCRIPTION: dict[str, Json] = TypeAdapter(dict[str, Json]).validate_json(
    Path(__file__).with_name("github_openapi.json").read_bytes()
)


@dataclass
class FakeComment:
    """A comment."""

    id: int
    body: str
    login: str = BOT
    kind: str = "Bot"
    reactions: list[str] = field(default_factory=list)


@dataclass
class FakePull:
    """A pull request."""

    number: int = 7
    head_sha: str = HEAD
    head_ref: str = "fix"
    head_repository: str | None = REPOSITORY
    title: str = "Mend the slug"
    body: str | None = "It had two hyphens."
    login: str = "alice"
    kind: str = "User"
    state: str = "open"
    draft: bool = False
    files: list[str] = field(default_factory=lambda: ["slug.py"])


@dataclass
class FakeArtifact:
    """What a run left."""

    id: int
    name: str
    data: bytes
    expired: bool = False


def filled(schema: JsonValue, data: JsonValue) -> JsonValue:
    """Add what GitHub always sends and what does not matter here."""
    if not isinstance(schema, dict):
        return data
    schema = _chosen(schema, data)
    if isinstance(data, list):
        return [filled(schema.get("items"), item) for item in data]
    if not isinstance(data, dict):
        return data
    properties, required = schema.get("properties", {}), schema.get("required", [])
    assert isinstance(properties, dict)
    assert isinstance(required, list)
    whole = {name: filled(properties.get(name), value) for name, value in data.items()}
    missing = {
        str(name): _empty(properties.get(str(name))) for name in required if name not in data
    }
    return {**missing, **whole}


def _chosen(schema: Json, data: JsonValue) -> Json:
    """Of alternatives, take the first of the data's type."""
    kinds: dict[type, str] = {dict: "object", list: "array", str: "string"}
    for key in ("anyOf", "oneOf", "allOf"):
        options = schema.get(key)
        for option in options if isinstance(options, list) else []:
            if isinstance(option, dict):
                chosen = _chosen(option, data)
                if chosen.get("type") == kinds.get(type(data)):
                    return chosen
    return schema


def _empty(schema: JsonValue) -> JsonValue:
    if not isinstance(schema, dict):
        return None
    for key in ("anyOf", "oneOf", "allOf"):
        options = schema.get(key)
        if isinstance(options, list):
            null = any(isinstance(one, dict) and one.get("type") == "null" for one in options)
            return None if null else _empty(options[0])
    names = schema.get("enum")
    if isinstance(names, list):
        return names[0]
    values: dict[str, JsonValue] = {
        "string": "-", "integer": 0, "number": 0, "boolean": False, "array": [],
    }  # fmt: skip
    kind = schema.get("type")
    return values[str(kind)] if kind in values else filled(schema, {})


def user_of(login: str, kind: str) -> Json:
    """An account."""
    return {"login": login, "id": 1, "type": kind}


def comment_of(comment: FakeComment) -> Json:
    """A comment."""
    return {
        "id": comment.id,
        "body": comment.body,
        "html_url": f"https://github.com/{REPOSITORY}/pull/7#issuecomment-{comment.id}",
        "user": user_of(comment.login, comment.kind),
    }


def pull_of(pull: FakePull) -> Json:
    """A pull request."""
    head = pull.head_repository
    return {
        "number": pull.number,
        "title": pull.title,
        "body": pull.body,
        "state": pull.state,
        "draft": pull.draft,
        "user": user_of(pull.login, pull.kind),
        "head": {
            "ref": pull.head_ref,
            "sha": pull.head_sha,
            "repo": {"full_name": head} if head else None,
        },
        "base": {"ref": "main", "sha": BASE, "repo": {"full_name": REPOSITORY}},
    }


def commit_of(sha: str, tree: str) -> Json:
    """A commit of git."""
    return {"sha": sha, "message": "-", "tree": {"sha": tree}, "parents": []}


def ref_of(ref: str, sha: str) -> Json:
    """A reference of git."""
    return {"ref": ref, "object": {"type": "commit", "sha": sha}}


def sha_of(text: str) -> str:
    """A name in the form of git's."""
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
