from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings

from regoose_ci.domain.report import Explored, ReviewReport
from regoose_ci.reports import render_html
from tests.unit.reports.hostile import hostile, hostile_review
from tests.unit.reports.sample import (
    TESTS,
    large_review,
    review,
    sample_review,
    skipped_function,
    slugify_function,
    unchanged_function,
)

VOID = {"meta", "input", "br", "rect"}


class Page(HTMLParser):
    """Elements, attributes and text of a page; fails on an element that is not closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.inside: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self._open.pop() == tag
        if tag in {"pre", "dt", "dd", "td", "p"}:
            self.words.append(" ")

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in {"style", "script"}:
            self.inside[self._open[-1]] = data
        else:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def values(self, name: str) -> list[str]:
        return [value for _, attribute, value in self.attributes if attribute == name]


def test_the_verdict_is_the_heading():
    html = render_html(sample_review(), TESTS)
    assert (
        "<strong>2 behaviour changes</strong> (1 looks unintended) in 5 changed functions" in html
    )
    assert html.count("<h1") == 1


def test_a_behaviour_change_shows_call_both_outcomes_and_its_test():
    text = Page(render_html(review(slugify_function()), TESTS)).text
    assert "slugify('Tom & Jerry') Before returns 'tom-jerry' After returns 'tom---jerry'" in text
    assert 'assert slugify("Tom & Jerry") == "tom-jerry"' in text


def test_of_one_function_three_changes_are_in_sight_and_a_reason_is_given_once():
    (shown,) = slugify_function().behaviour_changes
    changes = tuple(shown.model_copy(update={"id": f"change{number}"}) for number in range(5))
    function = slugify_function().model_copy(update={"behaviour_changes": changes})
    html = render_html(review(function), TESTS)
    fold = html.index("2 more behaviour changes of functions shown above")
    assert html.index("change2") < fold < html.index("change3")
    assert html.count("The title speaks of a faster split") == 1


def test_of_many_functions_the_first_changes_are_told_at_a_glance():
    def page(functions: int) -> str:
        report = review(
            *(slugify_function().model_copy(update={"path": f"m{n}.py"}) for n in range(functions))
        )
        return render_html(report, TESTS)

    assert 'class="stacks glance"' not in page(3)
    rows = re.findall(r'<tr>\s*<th scope="row"><a href="#change-(\d+)">', page(40))
    assert rows == [str(number) for number in range(1, 31)]
    assert "… and 10 more functions below." in page(40)


def test_changed_lines_carry_coverage_and_surviving_mutants():
    text = Page(render_html(sample_review(), TESTS)).text
    assert "48✓ if max_length and len(slug) > max_length:survived: > became >=" in text
    assert "62✗ return cut" in text


def test_a_tested_function_whose_change_was_not_reached_is_not_called_unchanged():
    function = unchanged_function().model_copy(update={"explored": Explored(inputs=9)})
    text = Page(render_html(review(function), {})).text
    assert "impacted not known: no input reached the changed lines" in text


def test_what_was_not_kept_and_how_it_ran_is_there():
    text = Page(render_html(sample_review(), TESTS)).text
    for part in (
        "not run: imports subprocess, which starts programs",
        "test_unique_threads Registry.unique not the same result each time",
        "Not held here cpus",
        "First behaviour change after 4.6 s",
        "$0.0134 for 3 requests",
        "Skipped: it needs something that is not available here. ConnectionRefusedError",
    ):
        assert part in text


def test_only_our_style_and_script_may_run():
    page = Page(render_html(sample_review(), TESTS))
    (policy,) = (value for value in page.values("content") if "default-src" in value)
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(page.inside[tag].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_the_page_asks_the_network_for_nothing():
    page = Page(render_html(sample_review(), TESTS))
    assert page.values("src") == []
    assert page.values("style") == []
    assert all(value.startswith("#") for value in page.values("href"))
    assert not re.search(
        r"url\(|@import|fetch\(|https?:", page.inside["style"] + page.inside["script"]
    )


def test_addresses_on_the_page_lead_somewhere():
    page = Page(render_html(sample_review(), TESTS))
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    targets = [value[1:] for value in page.values("href")] + page.values("aria-labelledby")
    assert set(targets + page.values("for")) <= set(ids)


@pytest.mark.parametrize(
    "report",
    [review(), review(unchanged_function()), review(skipped_function())],
    ids=["nothing", "silent", "skipped"],
)
def test_a_poor_report_is_a_whole_page(report):
    assert Page(render_html(report, {})).tags.count("main") == 1


@settings(max_examples=40, deadline=None)
@given(hostile)
def test_hostile_text_adds_no_element_and_no_attribute(text):
    def shape(report: ReviewReport) -> tuple[set[str], set[tuple[str, str]]]:
        page = Page(render_html(report, {"tests/test_slugify.py": report.functions[0].qualname}))
        return set(page.tags), {(tag, name) for tag, name, _ in page.attributes}

    tags, attributes = shape(hostile_review("word @decorated('x', 1) # comment"))
    found_tags, found_attributes = shape(hostile_review(text))
    assert found_tags <= tags
    assert found_attributes <= attributes


def test_a_thousand_functions_stay_below_five_megabytes():
    report, tests = large_review(1_000)
    assert len(render_html(report, tests).encode()) < 5_000_000
