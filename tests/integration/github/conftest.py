from __future__ import annotations

from collections.abc import Iterator

import pytest
from jsonschema import Draft202012Validator
from pydantic import SecretStr

from regoose_ci.github import GitHubClient, RetryPolicy
from tests.fakes.github_api import TOKEN
from tests.fakes.github_server import FakeGitHub
from tests.fakes.github_shapes import DESCRIPTION, REPOSITORY
from tests.unit.github.clock import FakeClock

QUICK = RetryPolicy(
    attempts=3, base_s=1.0, total_wait_s=90.0, idle_s=1, whole_s=1.5, between_writes_s=0.0
)


@pytest.fixture
def server() -> Iterator[FakeGitHub]:
    with FakeGitHub() as running:
        yield running
    for answer in running.answers:
        schema = DESCRIPTION[answer.operation]["response"]
        assert isinstance(schema, dict)
        Draft202012Validator(schema).validate(answer.data)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def client(server: FakeGitHub, clock: FakeClock) -> GitHubClient:
    return GitHubClient(SecretStr(TOKEN), REPOSITORY, api_url=server.url, policy=QUICK, clock=clock)
