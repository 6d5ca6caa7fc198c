"""The main job, as a user starts it: from a git range to tests that ran on base and head."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from regoose_ci.demo.repository import make_sample_repository
from regoose_ci.domain.report import FunctionReport, ReviewReport
from tests.e2e.plain import pytest_outcomes
from tests.e2e.program import FILES, SCHEMA, Ended, Program
from tests.e2e.project import Project

pytestmark = pytest.mark.sandbox
CONDITION_HOLDS = 1


@pytest.fixture(scope="module")
def demo_program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return Program(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def demo(demo_program: Program) -> Ended:
    """One run of ``regoose demo``, shared."""
    return demo_program.run("demo")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository that the demo reviews, with head checked out."""
    return make_sample_repository(tmp_path_factory.mktemp("sample") / "tillroll")


def function(report: ReviewReport, qualname: str) -> FunctionReport:
    return next(f for f in report.functions if f.qualname == qualname)


def test_the_demo_finds_the_regression_and_the_intended_change(demo: Ended) -> None:
    assert demo.code == 0, demo.stderr
    report = demo.report
    assert (report.error, report.partial) == (None, False)
    regression = function(report, "split_bill").behaviour_changes
    intended = function(report, "add_tax").behaviour_changes
    assert {change.intended for change in regression} == {"no"}
    assert {change.intended for change in intended} == {"yes"}
    assert "split_bill" in demo.stdout
    assert "unintended" in demo.stdout


def test_the_demo_is_silent_on_the_refactoring(demo: Ended) -> None:
    line = function(demo.report, "receipt_line")
    assert line.behaviour_changes == ()
    assert line.status == "tested"
    assert line.explored.reached_change_on_base > 0
    assert line.explored.reached_change_on_head > 0


def test_the_demo_protects_what_is_new(demo: Ended) -> None:
    points = function(demo.report, "loyalty_points")
    assert points.change == "added"
    assert {test.kind for test in points.tests} == {"hardening"}
    assert set(points.coverage.covered) >= set(points.coverage.changed_lines) - {points.line}


def test_every_file_of_a_report_is_there(demo: Ended) -> None:
    for name in FILES:
        assert (demo.out / name).stat().st_size > 0, name
    files = {test.file for f in demo.report.functions for test in f.tests}
    assert files
    assert {f"tests/{path.name}" for path in (demo.out / "tests").iterdir()} == files


def test_the_report_is_of_one_self_contained_page(demo: Ended) -> None:
    page = (demo.out / "report.html").read_text()
    assert re.findall(r"""(?:src|href)=["'](?!#|data:)([^"']+)""", page) == []
    assert "split_bill" in page


def test_no_report_file_knows_the_machine(demo: Ended, demo_program: Program) -> None:
    private = [str(demo_program.place), str(Path.home()), "/tmp/", "/root", "/home/"]
    for path in demo.out.rglob("*"):
        if path.is_file():
            text = path.read_text()
            assert [p for p in private if p in text] == [], path.name


def test_the_log_holds_no_code(demo: Ended) -> None:
    text = (demo.out / "session.jsonl").read_text()
    entries = [json.loads(line) for line in text.splitlines()]
    assert {entry["session"] for entry in entries} == {demo.report.session_id}
    assert "divmod" not in text
    for change in function(demo.report, "split_bill").behaviour_changes:
        assert change.call not in text


def test_nothing_of_the_demo_is_left(demo: Ended, demo_program: Program) -> None:
    assert demo.code == 0
    demo_program.assert_nothing_left()


@pytest.mark.parametrize(("revision", "outcome"), [("main", "base"), ("loyalty", "head")])
def test_accepted_tests_do_as_the_report_says(
    demo: Ended, sample: Path, revision: str, outcome: str
) -> None:
    subprocess.run(["git", "checkout", "-q", revision], cwd=sample, check=True)
    tests = [test for f in demo.report.functions for test in f.tests]
    if outcome == "base":  # files of hardening tests import what is only on head
        tests = [test for test in tests if test.kind == "catching"]
    found = pytest_outcomes(sample, *{demo.out / test.file for test in tests})
    expected = {t.id.removeprefix("tests/"): getattr(t, outcome) for t in tests}
    assert {test: found.get(test) for test in expected} == expected
    catching = {expected[t.id.removeprefix("tests/")] for t in tests if t.kind == "catching"}
    assert catching == {"passed" if outcome == "base" else "failed"}


def test_json_on_stdout_a_condition_that_holds_and_ids_that_stay(
    program: Program, changed_shop: Project
) -> None:
    ended = program.run(
        "review", "--json", "--budget", "4", "--fail-on", "unintended-change",
        cwd=changed_shop.path,
    )  # fmt: skip
    assert ended.code == CONDITION_HOLDS, ended.stderr
    printed = json.loads(ended.stdout)
    SCHEMA.validate(printed)
    assert printed == json.loads((ended.out / "report.json").read_text())
    (total,) = ended.report.functions
    assert total.behaviour_changes
    assert {change.intended for change in total.behaviour_changes} == {"no"}
    assert "exploration:" in ended.stderr
    again = program.run("review", "--quiet", "--budget", "4", cwd=changed_shop.path).report
    ids = {change.id for change in total.behaviour_changes}
    assert ids & {change.id for change in again.functions[0].behaviour_changes}


def test_a_dirty_work_tree_is_reviewed(program: Program, shop: Project) -> None:
    shop.write(
        {
            "shop/prices.py": "def total(prices, discount=0):\n    return sum(prices)\n",
            "shop/new.py": "def double(n: int) -> int:\n    return n * 2\n",
        }
    )
    ended = program.run("review", "--worktree", "--budget", "4", cwd=shop.path)
    assert ended.code == 0, ended.stderr
    report = ended.report
    assert {f.qualname: f.change for f in report.functions} == {
        "total": "modified",
        "double": "added",
    }
    assert function(report, "total").behaviour_changes
    assert function(report, "double").tests
    assert report.head_sha.endswith("-worktree")
    assert shop.git("status", "--short") == "M shop/prices.py\n?? shop/new.py"


def test_a_report_in_the_repository_is_no_change_of_it(program: Program, shop: Project) -> None:
    place = ("--out", "regoose-report")
    program.start("harden", "shop/prices.py", "--budget", "2", *place, cwd=shop.path)
    assert (shop.path / "regoose-report/tests").is_dir()
    assert shop.git("status", "--short") == ""


def test_a_directory_that_was_there_is_not_hidden_from_git(program: Program, shop: Project) -> None:
    program.out.mkdir()
    program.run("review", "--worktree", cwd=shop.path)
    assert not (program.out / ".gitignore").exists()


def test_without_changes_a_work_tree_has_nothing_to_review(program: Program, shop: Project) -> None:
    ended = program.run("review", "--worktree", cwd=shop.path)
    assert ended.code == 0
    assert "no function can behave differently" in ended.stdout


def test_modules_are_hardened_as_they_are(program: Program, shop: Project) -> None:
    ended = program.run("harden", "shop/prices.py", "--budget", "4", cwd=shop.path)
    assert ended.code == 0, ended.stderr
    report = ended.report
    assert report.base_sha is None
    (total,) = report.functions
    assert {test.kind for test in total.tests} == {"hardening"}
    assert {(test.base, test.head) for test in total.tests} == {("not_run", "passed")}
    outcomes = pytest_outcomes(shop.path, ended.out / "tests")
    assert {outcomes[test.id.removeprefix("tests/")] for test in total.tests} == {"passed"}


def test_uncommitted_modules_are_hardened_in_the_work_tree(program: Program, shop: Project) -> None:
    shop.write({"shop/points.py": "def points(cents):\n    return cents // 100\n"})

    ended = program.run("harden", "shop/points.py", "--worktree", "--budget", "2", cwd=shop.path)

    assert ended.code == 0, ended.stderr
    assert [(f.qualname, f.status) for f in ended.report.functions] == [("points", "tested")]


@pytest.mark.network
def test_releases_of_a_package_are_compared(program: Program) -> None:
    arguments = ("compare", "roman==4.1", "roman==4.2", "--budget", "4")
    ended = program.run(*arguments)
    assert ended.code == 0, ended.stderr
    assert ended.report.packages is not None
    assert ended.report.repository == "roman"
    program.assert_nothing_left()
