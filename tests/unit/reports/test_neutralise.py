from __future__ import annotations

import re

import pytest
from hypothesis import given
from markdown_it import MarkdownIt

from regoose_ci.reports.neutralise import cell_code, clip, code, fence, html_code, prose, reveal
from tests.unit.reports.hostile import hostile

MARKDOWN = MarkdownIt("commonmark").enable("table").enable("strikethrough")
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def outside_code(markdown: str) -> list[str]:
    """The texts that GitHub would look through for mentions and links."""
    texts = []
    for block in MARKDOWN.parse(markdown):
        for token in block.children or []:
            assert token.type in {"text", "code_inline", "softbreak"}, token
            if token.type == "text":
                texts.append(token.content)
    return texts


@given(hostile)
def test_a_fence_is_one_fence(text):
    blocks = MARKDOWN.parse(f"before\n\n{fence(text, 'python')}\n\nafter")
    assert [block.type for block in blocks if block.level == 0 and block.nesting >= 0] == [
        "paragraph_open",
        "fence",
        "paragraph_open",
    ]


@given(hostile)
def test_a_code_span_is_one_code_span(text):
    span = code(text)
    if span:
        (inline,) = (token for token in MARKDOWN.parse(f"x {span} y") if token.type == "inline")
        assert [child.type for child in inline.children or []] == ["text", "code_inline", "text"]


@given(hostile)
def test_prose_has_no_structure_and_nothing_to_link(text):
    blocks = MARKDOWN.parse(f"Note: {prose(text)}")
    assert [block.type for block in blocks] == ["paragraph_open", "inline", "paragraph_close"]
    for part in outside_code(f"Note: {prose(text)}"):
        assert not re.search(r"[@#<>\[\]|]|://|www\.|GH-\d|\b[0-9a-f]{7,40}\b", part)


@given(hostile)
def test_a_table_cell_stays_one_cell(text):
    blocks = MARKDOWN.parse(f"| a | b |\n| --- | --- |\n| {cell_code(text)} | end |")
    cells = [token for token in blocks if token.type == "td_open"]
    assert len(cells) == 2
    assert blocks[-1].type == "table_close"


@given(hostile)
def test_a_summary_keeps_its_element(text):
    inner = html_code(text).removeprefix("<code>").removesuffix("</code>")
    assert not re.search("[<>\"'\n]", inner)


@given(hostile)
@pytest.mark.parametrize("neutralise", [fence, code, cell_code, prose, html_code, reveal])
def test_nothing_is_hidden(neutralise, text):
    assert not UNSEEN.search(neutralise(text))


@given(hostile)
@pytest.mark.parametrize("neutralise", [fence, code, cell_code, prose, html_code])
def test_no_line_is_a_command_to_the_runner(neutralise, text):
    for line in neutralise(text).split("\n"):
        assert not line.lstrip().startswith("::")
        assert "##[" not in line


def test_ordinary_sentences_are_left_alone():
    text = "Splits at runs of punctuation (since 2.1), 86% sure: it's \"fine\", isn't it?"
    assert prose(text) == text


def test_punctuation_stays_outside_the_code_span():
    assert prose("see make_slug, @octocat and #12.") == "see `make_slug`, `@octocat` and `#12`."


@pytest.mark.parametrize(
    "word", ["@octocat", "#123", "GH-12", "JIRA-7", "deadbeef1", "org/repo#4", "www.evil.example"]
)
def test_what_github_would_link_is_code(word):
    assert prose(f"see {word}, please") == f"see `{word}`, please"


def test_a_sentence_may_bring_its_own_code():
    assert prose("Run `regoose doctor` (or `podman info`).") == (
        "Run `regoose doctor` (or `podman info`)."
    )


def test_code_next_to_code_stays_apart():
    assert prose("`a b`@c") == "`a b` `@c`"


def test_hidden_characters_are_shown_as_escapes():
    assert reveal("a\u200bb\u202ec\x1b\U000e0041") == "a\\u200bb\\u202ec\\x1b\\U000e0041"


def test_ordinary_unicode_is_left_alone():
    assert reveal("Crème brûlée 日本語 🦆\n\tש") == "Crème brûlée 日本語 🦆\n\tש"


def test_clip_shows_that_something_is_missing():
    assert clip("abcdef", 4) == "abc…"
    assert clip("abcd", 4) == "abcd"
