from __future__ import annotations

from pathlib import Path

import pytest

from regoose_ci.errors import InfrastructureError
from regoose_ci.reports import parse, write_report
from tests.unit.reports.sample import TESTS, sample_review


def test_every_file_of_the_report_is_written(tmp_path: Path):
    out = tmp_path / "deep" / "report"
    write_report(sample_review(), TESTS, out)
    written = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert written == {
        "report.json",
        "report.html",
        "comment.md",
        "summary.md",
        "junit.xml",
        *TESTS,
    }
    assert (out / "tests/test_slugify.py").read_text("utf-8") == TESTS["tests/test_slugify.py"]


def test_the_report_knows_how_long_it_took(tmp_path: Path):
    write_report(sample_review(), TESTS, tmp_path)
    before = sample_review()
    after = parse((tmp_path / "report.json").read_bytes())
    assert after.timings.report_s > before.timings.report_s
    assert after.model_copy(update={"timings": before.timings}) == before


@pytest.mark.parametrize(
    "name",
    [
        "../test_x.py",
        "tests/../../test_x.py",
        "/tmp/test_x.py",
        "report.json",
        "conftest.py",
        "tests/run.sh",
        "tests\\..\\..\\test_x.py",
        "C:/tests/test_x.py",
        "tests/test_\n.py",
        "tests",
        "",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str):
    out = tmp_path / "report"
    with pytest.raises(InfrastructureError, match="cannot be written"):
        write_report(sample_review(), {name: "pass\n"}, out)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["report.json"]
    assert parse((out / "report.json").read_bytes()) == sample_review()


def test_links_left_by_a_repository_are_replaced_not_followed(tmp_path: Path):
    outside = tmp_path / "outside"
    outside.mkdir()
    victim = outside / "victim.txt"
    victim.write_text("precious")
    out = tmp_path / "report"
    out.mkdir()
    (out / "tests").symlink_to(outside)
    (out / "report.html").symlink_to(victim)
    write_report(sample_review(), TESTS, out)
    assert [path.name for path in outside.iterdir()] == ["victim.txt"]
    assert victim.read_text() == "precious"
    assert not (out / "report.html").is_symlink()


def test_a_file_in_the_way_is_named(tmp_path: Path):
    (tmp_path / "report").write_text("taken")
    with pytest.raises(InfrastructureError, match="File exists"):
        write_report(sample_review(), TESTS, tmp_path / "report")


def test_what_was_there_is_replaced_whole(tmp_path: Path):
    (tmp_path / "report.json").write_text("x" * 100_000)
    write_report(sample_review(), TESTS, tmp_path)
    assert parse((tmp_path / "report.json").read_bytes()).session_id == "01J9Z3V6M8"
    assert not list(tmp_path.glob(".regoose-*"))
