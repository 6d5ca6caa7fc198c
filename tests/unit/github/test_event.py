from __future__ import annotations

import contextlib
import os
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regoose_ci.github import (
    CommandRequest,
    EventError,
    Ignored,
    ManualRequest,
    PublishRequest,
    Request,
    ReviewRequest,
    parse_event,
    read_event,
)
from regoose_ci.github.command import Run, Unknown
from regoose_ci.github.event import LARGEST_EVENT, PULL_REQUEST_ACTIONS
from tests.unit.github.payloads import (
    BASE,
    HEAD,
    ISSUE_COMMENT,
    PULL_REQUEST,
    WORKFLOW_DISPATCH,
    WORKFLOW_RUN,
    Json,
    payload,
    without,
)


def review(**changes: object) -> ReviewRequest:
    request = parse_event("pull_request", payload(PULL_REQUEST, **changes))  # type: ignore[arg-type]
    assert isinstance(request, ReviewRequest)
    return request


def reason(request: Request) -> str:
    assert isinstance(request, Ignored)
    assert request.reason.endswith(".")
    assert request.reason.count(". ") == 0
    return request.reason


@pytest.mark.parametrize("action", PULL_REQUEST_ACTIONS)
def test_a_pull_request_is_reviewed(action: str):
    request = review(action=action)
    assert (request.repository, request.number) == ("octo/tools", 7)
    assert (request.base_sha, request.head_sha) == (BASE, HEAD)
    assert (request.title, request.description) == ("Mend the slug", "It had two hyphens.")
    assert not any(
        [request.is_fork, request.is_draft, request.author_is_bot, request.sender_is_bot,
         request.is_read_only]
    )  # fmt: skip


@pytest.mark.parametrize("repository", [{"full_name": "mallory/tools"}, None])
def test_forks_are_recognised(repository: Json | None):
    request = review(pull_request__head__repo=repository)
    assert request.is_fork
    assert request.is_read_only


def test_the_case_of_a_name_makes_no_fork():
    assert not review(pull_request__head__repo={"full_name": "Octo/Tools"}).is_fork


def test_drafts_bots_and_missing_texts_are_told():
    bot = {"login": "dependabot[bot]", "type": "Bot"}
    request = review(
        pull_request__draft=True, pull_request__user=bot, sender=bot, pull_request__body=None
    )
    assert request.is_draft
    assert request.author_is_bot
    assert request.sender_is_bot
    assert request.is_read_only
    assert request.description == ""


def test_a_deleted_author_is_the_ghost():
    assert review(pull_request__user=None).author == "ghost"


def test_long_texts_are_cut():
    request = review(pull_request__title="x" * 5_000, pull_request__body="y" * 100_000)
    assert (len(request.title), len(request.description)) == (1_000, 65_536)


def test_a_command_is_read():
    request = parse_event("issue_comment", payload(ISSUE_COMMENT))
    assert request == CommandRequest("octo/tools", 7, 5, "alice", False, Run(function="slugify"))


def test_an_unknown_command_is_still_for_us():
    request = parse_event("issue_comment", payload(ISSUE_COMMENT, comment__body="/regoose dance"))
    assert isinstance(request, CommandRequest)
    assert isinstance(request.command, Unknown)


@pytest.mark.parametrize(("given", "number"), [("7", 7), ("#7", 7), (" 7 ", 7), (7, 7), ("", None)])
def test_a_run_by_hand_may_name_a_pull_request(given: str | int, number: int | None):
    request = parse_event("workflow_dispatch", payload(WORKFLOW_DISPATCH, inputs={
        "pull-request": given}))  # fmt: skip
    assert request == ManualRequest("octo/tools", "refs/heads/main", "main", number)


def test_a_run_by_hand_needs_no_inputs():
    request = parse_event("workflow_dispatch", payload(WORKFLOW_DISPATCH, inputs=None))
    assert request == ManualRequest("octo/tools", "refs/heads/main", "main", None)


@pytest.mark.parametrize("given", ["x", "-1", "0", "1.5", "\u0667", "9" * 5_000, [7], True])
def test_a_run_by_hand_with_something_else_is_wrong(given: str):
    with pytest.raises(EventError, match="not a pull request's number"):
        parse_event("workflow_dispatch", payload(WORKFLOW_DISPATCH, inputs={"pull-request": given}))


@pytest.mark.parametrize("conclusion", ["success", "failure"])
def test_the_review_of_a_fork_is_published(conclusion: str):
    request = parse_event(
        "workflow_run", payload(WORKFLOW_RUN, workflow_run__conclusion=conclusion)
    )
    assert request == PublishRequest("octo/tools", 99, 2, "mallory/tools", "fix", HEAD)


def test_dependabots_review_is_published_as_a_forks():
    request = parse_event(
        "workflow_run",
        payload(
            WORKFLOW_RUN,
            workflow_run__head_repository={"full_name": "octo/tools"},
            workflow_run__actor={"login": "dependabot[bot]", "type": "Bot"},
        ),
    )
    assert isinstance(request, PublishRequest)


@pytest.mark.parametrize(
    ("name", "event", "says"),
    [
        ("push", b"{}", "The event push starts"),
        ("pull_request_target", b"{}", "use pull_request"),
        ("x\n::error::", b"{}", "without a proper name"),
        ("pull_request", payload(PULL_REQUEST, action="labeled"), "is labeled"),
        ("pull_request", payload(PULL_REQUEST, action="a b@c"), "without a proper name"),
        ("pull_request", without(PULL_REQUEST, "action"), "without a proper name"),
        ("issue_comment", payload(ISSUE_COMMENT, action="edited"), "Only new comments"),
        ("issue_comment", without(ISSUE_COMMENT, "issue__pull_request"), "on an issue"),
        ("issue_comment", payload(ISSUE_COMMENT, comment__body="nice"), "not a /regoose"),
        ("workflow_run", payload(WORKFLOW_RUN, action="requested"), "not completed"),
        ("workflow_run", payload(WORKFLOW_RUN, workflow_run__event="push"), "not started by"),
        ("workflow_run", payload(WORKFLOW_RUN, workflow_run__head_repository=None), "is gone"),
        ("workflow_run", payload(WORKFLOW_RUN, workflow_run__head_branch=None), "is gone"),
        ("workflow_run", payload(WORKFLOW_RUN, workflow_run__conclusion="cancelled"), "its end"),
        ("workflow_run", payload(WORKFLOW_RUN, workflow_run__head_repository={
            "full_name": "octo/tools"}), "published its review itself"),
    ],
)  # fmt: skip
def test_other_events_end_with_a_sentence(name: str, event: bytes, says: str):
    assert says in reason(parse_event(name, event))


@pytest.mark.parametrize(
    "place",
    ["pull_request", "repository", "sender", "pull_request__number", "pull_request__title",
     "pull_request__head", "pull_request__head__sha", "pull_request__base__repo",
     "pull_request__state"],
)  # fmt: skip
def test_a_missing_part_is_named(place: str):
    with pytest.raises(EventError, match=f"{place.replace('__', '.')} is missing"):
        parse_event("pull_request", without(PULL_REQUEST, place))


@pytest.mark.parametrize(
    "change",
    [
        {"pull_request__head__sha": "$(id)"},
        {"pull_request__head__sha": f"{HEAD}\n"},
        {"pull_request__head__sha": HEAD.upper()},
        {"pull_request__head__ref": "--upload-pack=x"},
        {"pull_request__head__ref": "a\nb"},
        {"pull_request__head__repo": {"full_name": "../x"}},
        {"pull_request__number": -1},
        {"pull_request__number": 10**400},
        {"pull_request__number": "7"},
        {"pull_request__draft": "yes"},
        {"repository": {"full_name": "octo/tools/../../x"}},
        {"sender": {"login": "a b"}},
        {"sender": []},
        {"pull_request__base__repo": {"full_name": "other/tools"}},
    ],
)
def test_a_value_of_another_form_is_refused_and_not_repeated(change: dict[str, object]):
    with pytest.raises(EventError) as caught:
        review(**change)
    assert len(str(caught.value)) < 200
    assert "upload-pack" not in str(caught.value)


@pytest.mark.parametrize(
    "event", [b"", b"null", b"[]", b"{", b"\xff\xfe", b'{"action": 1}', b"[" * 200_000,
              b'{"a":' * 200_000]
)  # fmt: skip
@pytest.mark.parametrize(
    "name", ["pull_request", "issue_comment", "workflow_dispatch", "workflow_run"]
)
def test_what_is_no_event_is_an_error(name: str, event: bytes):
    with pytest.raises(EventError, match="not as GitHub sends it"):
        parse_event(name, event)


def test_an_event_larger_than_githubs_is_not_parsed():
    with pytest.raises(EventError, match="larger"):
        parse_event("pull_request", b" " * (LARGEST_EVENT + 1))


@given(st.binary(), st.sampled_from(["pull_request", "issue_comment", "workflow_run", "x"]))
def test_no_bytes_make_the_reader_fail_otherwise(event: bytes, name: str):
    with contextlib.suppress(EventError):
        parse_event(name, event)


def test_an_event_is_read_from_its_file(tmp_path: Path):
    file = tmp_path / "event.json"
    file.write_bytes(payload(PULL_REQUEST))
    assert read_event("pull_request", file) == review()


def test_an_event_without_a_proper_file_is_an_error(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "missing", tmp_path, tmp_path / "pipe"):
        with pytest.raises(EventError, match="file") as caught:
            read_event("pull_request", path)
        assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize(
    "kind", [ReviewRequest, CommandRequest, ManualRequest, PublishRequest, Ignored]
)
def test_requests_cannot_be_changed(kind: type[Request]):
    assert kind.__dataclass_params__.frozen  # type: ignore[union-attr]
    assert fields(kind)
