from __future__ import annotations

import pytest

from regoose_ci.action.run import check_without_tokens, read_run, read_token
from regoose_ci.errors import UsageError
from regoose_ci.github import RunId

VARIABLES = {
    "GITHUB_EVENT_NAME": "pull_request",
    "GITHUB_REPOSITORY": "octo/tools",
    "GITHUB_RUN_ID": "50",
    "GITHUB_RUN_ATTEMPT": "2",
    "GITHUB_API_URL": "https://ghes.example/api/v3",
    "GITHUB_SERVER_URL": "https://ghes.example",
}


def test_a_run_has_a_page_on_its_own_server() -> None:
    run = read_run(VARIABLES)

    assert run.id == RunId(50, 2)
    assert run.page == "https://ghes.example/octo/tools/actions/runs/50/attempts/2"


@pytest.mark.parametrize("name", VARIABLES)
def test_a_missing_variable_is_named(name: str) -> None:
    with pytest.raises(UsageError, match=name):
        read_run({**VARIABLES, name: ""})


def test_a_run_that_is_no_number_is_refused() -> None:
    with pytest.raises(UsageError, match="GITHUB_RUN_ID is not a number"):
        read_run({**VARIABLES, "GITHUB_RUN_ID": "../1"})


def test_the_token_is_needed_and_not_shown() -> None:
    with pytest.raises(UsageError, match="GITHUB_TOKEN is not set"):
        read_token({})
    assert "s3cret" not in repr(read_token({"GITHUB_TOKEN": "s3cret"}))


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "ACTIONS_RUNTIME_TOKEN", "ACTIONS_CACHE_URL"])
def test_a_review_does_not_start_beside_a_token(name: str) -> None:
    with pytest.raises(UsageError, match=name) as caught:
        check_without_tokens({name: "s3cret"})
    assert "s3cret" not in caught.value.message
    check_without_tokens({"GITHUB_ACTIONS": "true"})
