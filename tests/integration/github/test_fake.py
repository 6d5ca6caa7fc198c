"""The fake is held against GitHub's description, and the description does refuse."""

from __future__ import annotations

import pytest
import requests
from jsonschema import Draft202012Validator
from pydantic import JsonValue

from tests.fakes.github_api import TOKEN
from tests.fakes.github_server import FakeGitHub
from tests.fakes.github_shapes import DESCRIPTION, REPOSITORY, filled


def post(server: FakeGitHub, path: str, body: JsonValue) -> requests.Response:
    return requests.post(
        f"{server.url}/repos/{REPOSITORY}/{path}",
        json=body,
        headers={"Authorization": f"token {TOKEN}"},
        timeout=10,
    )


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("issues/7/comments", {}),
        ("issues/7/comments", {"body": 1}),
        ("git/refs", {"ref": "refs/heads/x"}),
        ("git/trees", {"tree": [{"path": "x", "mode": "777"}]}),
    ],
)
def test_a_body_that_github_would_not_take_is_refused(
    server: FakeGitHub, path: str, body: JsonValue
):
    assert post(server, path, body).status_code == 422


def test_fields_that_do_not_matter_are_filled_in(server: FakeGitHub):
    comment = post(server, "issues/7/comments", {"body": "x"}).json()
    assert {"node_id", "issue_url", "created_at"} <= comment.keys()


@pytest.mark.parametrize("operation", [name for name in DESCRIPTION if name.startswith("GET")])
def test_the_description_refuses_other_shapes(operation: str):
    schema = DESCRIPTION[operation]["response"]
    if schema is not None:
        assert isinstance(schema, dict)
        assert not Draft202012Validator(schema).is_valid("text")
        assert not Draft202012Validator(schema).is_valid([{"id": "text"}])
        assert not Draft202012Validator(schema).is_valid({"id": "text"})


def test_a_wrong_type_is_not_filled_over():
    schema = DESCRIPTION["GET /repos/{owner}/{repo}/issues/{issue_number}/comments 200"]["response"]
    assert isinstance(schema, dict)
    validator = Draft202012Validator(schema)
    good: JsonValue = {"id": 1, "html_url": "-", "user": None}
    assert validator.is_valid(filled(schema, [good]))
    assert not validator.is_valid(filled(schema, [{"id": "1", "html_url": "-", "user": None}]))
