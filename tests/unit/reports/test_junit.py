from __future__ import annotations

from xml.etree import ElementTree as ET

from hypothesis import given, settings

from regoose_ci.domain.report import ReportError, ReviewReport
from regoose_ci.reports import render_junit
from tests.unit.reports.hostile import hostile, hostile_review
from tests.unit.reports.sample import (
    review,
    sample_review,
    skipped_function,
    slugify_function,
    unchanged_function,
)


def parsed(report: ReviewReport) -> ET.Element:
    return ET.fromstring(render_junit(report))  # noqa: S314 - our own text


def test_one_suite_per_file_with_its_counts():
    root = parsed(sample_review())
    counted = {s.get("name"): (s.get("tests"), s.get("failures"), s.get("skipped")) for s in root}
    assert counted == {
        "src/slugger/core.py": ("5", "2", "0"),
        "src/slugger/registry.py": ("1", "0", "0"),
        "src/slugger/words.py": ("1", "0", "1"),
        "src/slugger/server.py": ("1", "0", "1"),
    }
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("8", "2", "0")


def test_a_catching_test_fails_with_before_and_after():
    root = parsed(review(slugify_function()))
    (failure,) = root.iter("failure")
    assert failure.get("message") == "before: returns 'tom-jerry'; after: returns 'tom---jerry'"
    assert "slugify('Tom & Jerry')" in (failure.text or "")


def test_a_behaviour_change_without_an_accepted_test_is_a_failure_too():
    function = slugify_function().model_copy(update={"tests": ()})
    (case,) = parsed(review(function)).iter("testcase")
    assert case.get("name") == "behaviour_change_b7f3a1"
    assert case.find("failure") is not None


def test_a_hardening_test_carries_its_outcome_on_head():
    function = slugify_function()
    tests = tuple(
        function.tests[1].model_copy(update={"head": head})
        for head in ("failed", "timeout", "not_run")
    )
    function = function.model_copy(update={"tests": tests, "behaviour_changes": ()})
    tags = [case[0].tag for case in parsed(review(function)).iter("testcase")]
    assert tags == ["failure", "error", "skipped"]


def test_left_out_functions_are_skipped_and_failed_ones_are_errors():
    failed = unchanged_function().model_copy(update={"status": "failed", "reason": "import_failed"})
    root = parsed(review(skipped_function(), failed))
    (skipped,) = root.iter("skipped")
    (error,) = root.iter("error")
    assert skipped.get("message") == "it needs something that is not available here"
    assert error.get("message") == "its module could not be imported"


def test_an_early_end_is_an_error():
    error = ReportError(kind="no_sandbox", message="Podman does not start.")
    root = parsed(review().model_copy(update={"error": error}))
    assert root.get("errors") == "1"


@settings(max_examples=40, deadline=None)
@given(hostile)
def test_any_text_gives_well_formed_xml(text):
    assert parsed(hostile_review(text)).tag == "testsuites"
