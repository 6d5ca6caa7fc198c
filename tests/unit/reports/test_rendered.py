from __future__ import annotations

import pytest
from hypothesis import given, settings

from regoose_ci.reports import render_comment, render_explanation, render_summary
from regoose_ci.reports.neutralise import code, fence, prose
from tests.unit.reports.hostile import hostile, hostile_review
from tests.unit.reports.rendered import assert_inert, render
from tests.unit.reports.sample import TESTS, large_review, sample_review

FILE = "tests/test_slugify.py"


@pytest.mark.parametrize(
    "text",
    ["@octocat", "#12", "https://x.example", "![a](https://x.example/a.png)", "<b>x</b>",
     "<!-- x -->", "</details>", "deadbeef1"],
)  # fmt: skip
def test_the_check_notices_what_is_live(text: str) -> None:
    with pytest.raises(AssertionError):
        assert_inert(f"some {text} here\n")


def test_a_reports_own_text_is_inert() -> None:
    assert_inert(render_comment(sample_review(), TESTS))
    assert_inert(render_summary(sample_review(), TESTS))
    assert {"table", "details", "pre", "strong"} <= render(
        render_comment(sample_review(), TESTS)
    ).tags


@settings(max_examples=60, deadline=None)
@given(hostile)
def test_no_code_output_title_or_file_name_comes_alive(text: str) -> None:
    report = hostile_review(text).model_copy(update={"title": text, "description": text})
    assert_inert(render_comment(report, {FILE: text}))
    assert_inert(render_summary(report, {FILE: text}))
    assert_inert(render_explanation(report, {FILE: text}, text) or "")


@settings(max_examples=300, deadline=None)
@given(hostile)
def test_no_piece_comes_alive(text: str) -> None:
    assert_inert(fence(text, "python"))
    assert_inert(f"a {code(text)} b")
    assert_inert(f"a {prose(text)} b")


@pytest.mark.parametrize("text", ["1. ", "2) two", "1.", "- a", "+ a", "* a", "# a", "> a"])
def test_a_sentence_is_no_list_heading_or_quotation(text: str) -> None:
    assert render(prose(text)).tags <= {"p", "code"}


@pytest.mark.parametrize("limit", [3_000, 20_000, 65_536])
def test_what_is_cut_is_still_whole(limit: int) -> None:
    report, tests = large_review(60)
    assert_inert(render_comment(report, tests, limit))
