from __future__ import annotations

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt

from regoose_ci.domain.report import Explored, MutationReport
from regoose_ci.reports import render_comment, render_explanation, render_summary
from regoose_ci.reports.markdown import COMMENT_LIMIT
from tests.unit.reports.hostile import hostile, hostile_review
from tests.unit.reports.sample import (
    TESTS,
    large_review,
    review,
    sample_review,
    slugify_function,
    truncate_function,
    unchanged_function,
)

MARKDOWN = MarkdownIt("commonmark").enable("table")


def assert_balanced(markdown: str) -> None:
    tokens = MARKDOWN.parse(markdown)
    html = "".join(token.content for token in tokens if token.type == "html_block")
    assert html.count("<details>") == html.count("</details>")
    assert tokens[-1].type == "paragraph_close"


def assert_inert(markdown: str) -> None:
    assert_balanced(markdown)
    tokens = MARKDOWN.parse(markdown)
    html = "".join(token.content for token in tokens if token.type == "html_block")
    assert "<img" not in html
    assert "<script" not in html
    assert "<!--" not in html
    inline = [child for token in tokens for child in token.children or []]
    assert {child.type for child in inline} <= {
        "text", "code_inline", "softbreak", "strong_open", "strong_close",
    }  # fmt: skip
    for line in markdown.split("\n"):
        assert not line.lstrip().startswith("::")


def test_the_parts_come_in_order():
    comment = render_comment(sample_review(), TESTS)
    parts = [
        "**2 behaviour changes** (1 looks unintended) in 5 changed functions",
        "slugify('Tom & Jerry')",
        "- returns 'tom-jerry'\n+ returns 'tom---jerry'",
        "def test_slugify_joins_words_across_repeated_punctuation",
        "truncate('tom-jerry', 0)",
        "| Function | Tests | Base → head | Changed lines covered | Mutants killed |",
        "<summary>3 suggested tests for <code>slugify</code>",
        "`5f1c9ab0d2` → `c3d21e77a9`",
    ]
    places = [comment.index(part) for part in parts]
    assert places == sorted(places)
    assert_balanced(comment)


def test_an_unintended_change_comes_before_an_intended_one():
    report = sample_review()
    turned = report.model_copy(update={"functions": tuple(reversed(report.functions))})
    comment = render_comment(turned, TESTS)
    assert comment.index("looks unintended") < comment.index("looks intended (92% sure)")


def test_without_mutants_there_is_no_column_for_them():
    function = slugify_function().model_copy(update={"mutation": MutationReport()})
    assert "Mutants" not in render_comment(review(function), TESTS)


def test_a_silent_review_says_why_its_silence_counts():
    comment = render_comment(review(unchanged_function()), {})
    assert comment.startswith("**No behaviour change found:** 312 inputs reached the changed lines")
    assert "same for 312 inputs" in comment


def test_a_tested_function_whose_change_was_not_reached_is_not_called_the_same():
    function = slugify_function().model_copy(
        update={"behaviour_changes": (), "explored": Explored(inputs=9)}
    )
    assert "(3); no input reached the changed lines |" in render_comment(review(function), TESTS)


def test_limits_that_are_not_held_are_said():
    assert "rootless podman sandbox (limits not held by the engine: cpus)" in render_comment(
        sample_review(), TESTS
    )


def test_a_summary_has_the_environment_and_no_commands():
    summary = render_summary(sample_review(), TESTS)
    assert "Python 3.12.7" in summary
    assert "its src folder is on the path instead." in summary
    assert "/regoose" not in summary


def test_sixty_functions_fit_and_the_comment_says_what_is_missing():
    report, tests = large_review(60)
    comment = render_comment(report, tests)
    assert len(comment) <= COMMENT_LIMIT
    assert comment.count("| `slugify_") == 60
    assert "Left out for length: " in comment
    assert "`report.html`" in comment
    assert_balanced(comment)


@pytest.mark.parametrize("limit", [1_500, 3_000, 9_000, 30_000, 65_536])
def test_any_limit_is_held_without_cutting_a_block(limit):
    report, tests = large_review(200)
    for render in (render_comment, render_summary):
        text = render(report, tests, limit=limit)
        assert len(text.encode()) <= limit + 2 * text.count("→") + 2 * text.count("·")
        assert len(text) <= limit
        assert_balanced(text)


def test_a_summary_is_measured_in_bytes():
    report, tests = large_review(50)
    tests = dict.fromkeys(tests, "# " + "é" * 5000)
    assert len(render_summary(report, tests, limit=60_000).encode()) <= 60_000


@settings(max_examples=40, deadline=None)
@given(hostile)
def test_hostile_text_stays_text(text):
    comment = render_comment(hostile_review(text), {"tests/test_slugify.py": text})
    assert_inert(comment)


def test_long_values_are_shortened():
    long = "x" * 100_000
    function = slugify_function()
    change = function.behaviour_changes[0].model_copy(update={"call": long, "base": long})
    report = review(function.model_copy(update={"behaviour_changes": (change,)}))
    comment = render_comment(report, TESTS)
    assert len(comment) <= COMMENT_LIMIT
    assert "returns 'tom---jerry'" in comment


def test_an_explanation_without_room_leaves_its_source_out():
    whole = render_explanation(sample_review(), TESTS, "b7f3a1")
    assert whole is not None
    assert "def test_slugify_joins_words" in whole
    assert_balanced(whole + "\nend")
    short = render_explanation(sample_review(), TESTS, "b7f3a1", limit=len(whole) - 1)
    assert short is not None
    assert "def test_slugify_joins_words" not in short
    assert "214 inputs were tried" in short


@settings(max_examples=40, deadline=None)
@given(hostile.filter(bool))
def test_a_hostile_explanation_stays_text(text):
    explanation = render_explanation(hostile_review(text), {"tests/test_slugify.py": text}, text)
    assert explanation is not None
    assert_inert(explanation + "\nend\n")


def test_what_is_much_is_folded():
    report, tests = large_review(30)
    comment = render_comment(report, tests)
    assert "<summary>22 more behaviour changes</summary>" in comment
    assert "<summary>30 functions</summary>" in comment
    assert comment.index("slugify_7`") < comment.index("22 more") < comment.index("slugify_8`")
    assert "<summary>25 more suggested test files</summary>" in comment
    assert comment.index("_4.py<") < comment.index("25 more") < comment.index("_5.py<")
    assert_balanced(comment)


def test_of_one_function_three_changes_are_in_sight_and_a_reason_is_given_once():
    (shown,) = slugify_function().behaviour_changes
    changes = tuple(shown.model_copy(update={"id": f"change{number}"}) for number in range(5))
    function = slugify_function().model_copy(update={"behaviour_changes": changes})
    comment = render_comment(review(function, truncate_function()), TESTS)
    places = [comment.index(part) for part in ("change2", "c09d5e", "2 more", "change3", "change4")]
    assert places == sorted(places)
    assert comment.count("The title speaks of a faster split") == 2  # c09d5e has another
    assert_balanced(comment)


def test_names_are_code_wherever_they_stand():
    functions = [
        slugify_function().model_copy(update={"qualname": name, "behaviour_changes": ()})
        for name in ("one", "Two.two", "three", "four")
    ]
    comment = render_comment(review(*functions), TESTS)
    assert "<code>one</code>, <code>Two.two</code>, <code>three</code> and 1 more in" in comment
