from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from regoose_ci.reports import ReportFormatError, parse, schema, schema_text, to_json
from regoose_ci.reports.json_report import MAX_BYTES
from tests.unit.reports.sample import review, sample_review

PUBLISHED = Path(__file__).parents[3] / "docs" / "schema" / "report-1.json"


MINIMAL = '{{"session_id": "a", "started_at": "2026-01-01T00:00:00Z", "duration_s": {}}}'


def test_numbers_are_read():
    assert parse(MINIMAL.format(2.5)).duration_s == 2.5


def test_the_report_survives_the_way_there_and_back():
    assert parse(to_json(sample_review())) == sample_review()


def test_the_text_keeps_the_order_of_the_models_and_ends_its_line():
    text = to_json(sample_review())
    assert text.startswith('{\n  "schema_version": "1",\n  "session_id"')
    assert text.endswith("}\n")


@pytest.mark.parametrize("report", [review(), sample_review()])
def test_every_report_matches_the_schema(report):
    validator = jsonschema.Draft202012Validator(schema())
    validator.check_schema(schema())
    validator.validate(json.loads(to_json(report)))


def test_the_schema_requires_every_field():
    report = json.loads(to_json(sample_review()))
    del report["timings"]["first_change_s"]
    with pytest.raises(jsonschema.ValidationError, match="first_change_s"):
        jsonschema.validate(report, schema())


def test_the_published_schema_is_current():
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text()


def test_half_a_surrogate_pair_is_written_as_its_escape():
    report = review().model_copy(update={"title": "caf\udce9"})
    assert (
        parse(to_json(report).encode()).title
        == "caf\udce9".encode(errors="backslashreplace").decode()
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        b"\xff\xfe",
        '{"schema_version": "2"}',
        "[" * 100_000,
        MINIMAL.format("1e999"),
        MINIMAL.format("NaN"),
        MINIMAL.format(f'1, "totals": {{"tests": {"9" * 4_300}}}'),
        MINIMAL.format('1, "totals": {"tests": -1}'),
    ],
    ids=[
        "empty",
        "list",
        "cut",
        "not-utf8",
        "newer",
        "deep",
        "infinite",
        "nan",
        "4300-digits",
        "negative",
    ],
)
def test_what_is_no_report_is_refused(text):
    with pytest.raises(ReportFormatError):
        parse(text)


def test_a_refusal_does_not_repeat_the_value():
    text = to_json(review()).replace('"partial": false', '"partial": "SECRET"')
    with pytest.raises(ReportFormatError, match="at 'partial'") as refused:
        parse(text)
    assert "SECRET" not in str(refused.value)


def test_a_huge_report_is_refused_unread():
    with pytest.raises(ReportFormatError, match="more than"):
        parse(b" " * (MAX_BYTES + 1))
