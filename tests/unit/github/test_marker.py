from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regoose_ci.github.marker import (
    LONGEST_MARKER,
    MOST_IGNORED,
    CommentState,
    RunId,
    read_marker,
    write_marker,
)

STATE = CommentState(RunId(12, 2), "a" * 40, "result", ("3f9a0c1b2d", "x.y-z"))
GOOD = {"run": 12, "attempt": 2, "head": "a" * 40, "phase": "result", "ignored": ["x"]}


def marker(value: object) -> str:
    return f"<!-- regoose:1 {base64.b64encode(json.dumps(value).encode()).decode()} -->"


def test_what_is_written_is_read():
    assert read_marker(f"{write_marker(STATE)}\r\nrest\n<!-- x -->") == STATE
    assert read_marker(write_marker(STATE)) == STATE


def test_the_largest_state_is_read():
    state = STATE
    for number in range(MOST_IGNORED + 50):
        state = state.ignoring(f"{number:064d}")
    line = write_marker(state)
    assert len(line) <= LONGEST_MARKER
    assert read_marker(line) == state
    assert (state.ignored[0], len(state.ignored)) == (f"{50:064d}", MOST_IGNORED)


def test_an_id_is_remembered_once():
    assert STATE.ignoring("new").ignoring("3f9a0c1b2d").ignored == ("x.y-z", "new", "3f9a0c1b2d")


@pytest.mark.parametrize(
    "change",
    [
        {"run": 0}, {"run": "12"}, {"run": 10**30}, {"run": True}, {"attempt": -1},
        {"head": "a" * 39}, {"head": "A" * 40}, {"head": f"{'a' * 40}\n"},
        {"phase": "done"}, {"ignored": "x"}, {"ignored": ["-->"]}, {"ignored": ["@all"]},
        {"ignored": ["x" * 65]}, {"ignored": ["x\n"]}, {"ignored": ["x"] * (MOST_IGNORED + 1)},
        {"extra": 1},
    ],
)  # fmt: skip
def test_a_forged_state_is_nothing(change: dict[str, object]):
    assert read_marker(marker(GOOD)) is not None
    assert read_marker(marker({**GOOD, **change})) is None


@pytest.mark.parametrize(
    "body",
    [
        "", "text", f"text\n{marker(GOOD)}", f" {marker(GOOD)}", f"{marker(GOOD)} more",
        "<!-- regoose:1  -->", "<!-- regoose:1 !!!! -->", "<!-- regoose:1 AAA -->",
        "<!-- regoose:1 /w== -->", marker([]), marker("x"), marker({}),
        marker({"run": 1}) .replace("regoose:1", "regoose:2"),
        f"<!-- regoose:1 {'A' * 50_000} -->",
        f"<!-- regoose:1 {base64.b64encode(b'[' * 9_000).decode()} -->",
    ],
)  # fmt: skip
def test_a_broken_marker_is_nothing(body: str):
    assert read_marker(body) is None


@given(st.text())
def test_no_text_makes_the_reader_fail(text: str):
    read_marker(text)
    read_marker(f"<!-- regoose:1 {base64.b64encode(text.encode('utf-8', 'replace')).decode()} -->")


@given(
    st.lists(st.text("abc019._-", min_size=1, max_size=9).filter(lambda id_: id_[0] not in "._-"))
)
def test_nothing_ends_the_marker_early(ids: list[str]):
    line = write_marker(CommentState(RunId(1), "a" * 40, "working", tuple(ids[:MOST_IGNORED])))
    assert line.index("-->") == len(line) - 3
    assert "--" not in line[4:-3]


def test_a_state_that_could_not_be_read_is_not_written():
    with pytest.raises(ValueError, match="ignored"):
        write_marker(STATE.ignoring("-->"))


def test_runs_are_ordered_by_number_then_attempt():
    assert RunId(9, 3) < RunId(10, 1) < RunId(10, 2)
