"""Reduce GitHub's API description to what the fake answers: tests/fakes/github_openapi.json.

    npm pack @octokit/openapi && tar xzf octokit-openapi-*.tgz
    python tests/integration/github/reduce_openapi.py \
        package/generated/api.github.com.json tests/fakes/github_openapi.json

Types, required fields, enumerations and patterns stay; optional fields of answers go, except those
that the client reads.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pydantic import JsonValue, TypeAdapter

Json = dict[str, JsonValue]

REPO = "/repos/{owner}/{repo}"
OPERATIONS = (
    ("get", f"{REPO}/issues/{{issue_number}}/comments", "200"),
    ("post", f"{REPO}/issues/{{issue_number}}/comments", "201"),
    ("patch", f"{REPO}/issues/comments/{{comment_id}}", "200"),
    ("delete", f"{REPO}/issues/comments/{{comment_id}}", "204"),
    ("post", f"{REPO}/issues/comments/{{comment_id}}/reactions", "201"),
    ("get", f"{REPO}/collaborators/{{username}}/permission", "200"),
    ("get", f"{REPO}/pulls/{{pull_number}}", "200"),
    ("get", f"{REPO}/pulls", "200"),
    ("get", f"{REPO}/pulls/{{pull_number}}/files", "200"),
    ("get", f"{REPO}/actions/runs/{{run_id}}/artifacts", "200"),
    ("get", f"{REPO}/actions/artifacts/{{artifact_id}}/{{archive_format}}", "302"),
    ("get", f"{REPO}/git/commits/{{commit_sha}}", "200"),
    ("post", f"{REPO}/git/commits", "201"),
    ("post", f"{REPO}/git/trees", "201"),
    ("post", f"{REPO}/git/refs", "201"),
    ("get", f"{REPO}/git/ref/{{ref}}", "200"),
    ("patch", f"{REPO}/git/refs/{{ref}}", "200"),
    ("get", f"{REPO}/branches/{{branch}}", "200"),
    ("get", f"{REPO}/rules/branches/{{branch}}", "200"),
    ("get", f"{REPO}/contents/{{path}}", "200"),
    ("get", f"{REPO}/commits/{{ref}}", "200"),
    ("get", f"{REPO}/compare/{{basehead}}", "200"),
)
READ_THOUGH_OPTIONAL = {"body", "draft", "previous_filename", "message", "documentation_url"}
KEPT = ("type", "enum", "pattern", "required")
_OBJECT = TypeAdapter(Json)


class Description:
    """The whole API description."""

    def __init__(self, document: Json) -> None:
        self._document = document

    def at(self, *path: str) -> Json:
        """The object at a place, references followed."""
        found: JsonValue = self._document
        for step in path:
            found = self.resolved(found)[step]
        return self.resolved(found)

    def resolved(self, value: JsonValue) -> Json:
        """The object itself, where it may be a reference."""
        assert isinstance(value, dict)
        reference = value.get("$ref")
        if not isinstance(reference, str):
            return value
        return self.at(*(step.replace("~1", "/") for step in reference[2:].split("/")))

    def reduced(self, value: JsonValue, *, optional: frozenset[str] | None) -> Json:
        """A schema without prose; ``optional`` are the optional fields to keep, None for all."""
        schema = self.resolved(value)
        small: Json = {key: schema[key] for key in KEPT if key in schema}
        required = schema.get("required", [])
        assert isinstance(required, list)
        for key in ("anyOf", "oneOf", "allOf"):
            if key in schema:
                parts = schema[key]
                assert isinstance(parts, list)
                small[key] = [self.reduced(part, optional=optional) for part in parts]
        if "items" in schema:
            small["items"] = self.reduced(schema["items"], optional=optional)
        if "properties" in schema:
            properties = _OBJECT.validate_python(schema["properties"])
            small["properties"] = {
                name: self.reduced(part, optional=optional)
                for name, part in properties.items()
                if optional is None or name in required or name in optional
            }
        if schema.get("nullable") or "stargazers_url" in required:
            # A repository that was deleted is null too; only the webhooks' description says so.
            small.pop("enum", None)
            return {"anyOf": [small, {"type": "null"}]}
        return small


def reduce(description: Description) -> Json:
    """The operations by name, such as ``GET /repos/{owner}/{repo}/pulls 200``."""
    some = frozenset(READ_THOUGH_OPTIONAL)
    operations: Json = {}
    for verb, path, status in OPERATIONS:
        operation = description.at("paths", path, verb)
        answer = description.at("paths", path, verb, "responses", status)
        parts: Json = {"response": None}
        if "content" in answer:
            schema = description.resolved(answer["content"])["application/json"]
            parts["response"] = description.reduced(
                description.resolved(schema)["schema"], optional=some
            )
        if "requestBody" in operation:
            body = description.at("paths", path, verb, "requestBody", "content")
            schema = description.resolved(body["application/json"])["schema"]
            parts["request"] = description.reduced(schema, optional=None)
        operations[f"{verb.upper()} {path} {status}"] = parts
    error = description.at("components", "schemas", "basic-error")
    operations["error"] = {"response": description.reduced(error, optional=some)}
    return operations


def main(source: str, target: str) -> None:
    """Write one operation per line."""
    operations = reduce(Description(_OBJECT.validate_json(Path(source).read_bytes())))
    lines = [
        f"{json.dumps(name)}:{json.dumps(parts, sort_keys=True, separators=(',', ':'))}"
        for name, parts in operations.items()
    ]
    Path(target).write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
