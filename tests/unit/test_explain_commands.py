from __future__ import annotations

import io
import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from regoose_ci.assembly.experiment import Experiment
from regoose_ci.cli import run
from regoose_ci.commands import Doors
from regoose_ci.config import Settings
from regoose_ci.demo.repository import make_sample_repository
from regoose_ci.domain.candidates import RunOutcome, RunRecord
from regoose_ci.domain.report import ReviewReport
from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import RepositoryError
from regoose_ci.reports import to_json
from tests.unit.reports.sample import SUGGESTED_SLUGIFY, sample_review, slugify_function

pytestmark = pytest.mark.usefixtures("bare_start")

SAMPLE_TESTS = {"tests/test_slugify.py": SUGGESTED_SLUGIFY}


@dataclass
class FakeLaboratory:
    """Answers runs with prepared outcomes, and remembers what it was asked."""

    outcomes: Mapping[Revision, RunOutcome] = field(default_factory=dict)
    experiments: list[Experiment] = field(default_factory=list)
    settings: list[Settings] = field(default_factory=list)
    shells: list[Revision] = field(default_factory=list)

    def repeat(self, experiment: Experiment, settings: Settings) -> Mapping[Revision, RunRecord]:
        self.experiments.append(experiment)
        self.settings.append(settings)
        return {
            revision: RunRecord(revision, outcome, detail="E  assert 11 == 10")
            for revision, outcome in self.outcomes.items()
        }

    def open_shell(self, experiment: Experiment, settings: Settings, revision: Revision) -> None:
        self.experiments.append(experiment)
        self.settings.append(settings)
        self.shells.append(revision)

    def run(self, *arguments: str) -> int:
        return run(["explain", *arguments], Doors(repeat=self.repeat, open_shell=self.open_shell))


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def leave(report: ReviewReport, directory: Path = Path("regoose-report")) -> None:
    (directory / "tests").mkdir(parents=True)
    (directory / "report.json").write_text(to_json(report), encoding="utf-8")
    for name, source in SAMPLE_TESTS.items():
        (directory / name).write_text(source, encoding="utf-8")


def reviewed_here(tmp_path: Path) -> ReviewReport:
    """A report of two commits that are in the current directory."""
    make_sample_repository(tmp_path)
    shas = subprocess.check_output(
        ["git", "rev-parse", "main", "HEAD"], cwd=tmp_path, text=True
    ).split()
    report = sample_review().model_copy(update={"base_sha": shas[0], "head_sha": shas[1]})
    leave(report)
    return report


def test_everything_about_a_change_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reviewed_here(tmp_path)

    assert FakeLaboratory().run("b7f") == 0

    printed = capsys.readouterr()
    for part in (
        "slugify('Tom & Jerry')",
        "slugify in src/slugger/core.py:41, modified · id b7f3a1",
        "Looks unintended (86% sure). The title speaks of a faster split;",
        "  base  returns 'tom-jerry'",
        "  head  returns 'tom---jerry'",
        "  The report does not say where the input came from.",
        '      assert slugify("Tom & Jerry") == "tom-jerry"',
        "  regoose explain b7f3a1 --run",
        "  regoose explain b7f3a1 --shell",
    ):
        assert part in printed.out
    assert printed.err == ""


def test_json_has_the_parts_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reviewed_here(tmp_path)
    outcomes = {Revision.BASE: RunOutcome.PASSED, Revision.HEAD: RunOutcome.PASSED}

    assert FakeLaboratory(outcomes).run("b7f3a1", "--json", "--run") == 0

    parts = json.loads(capsys.readouterr().out)
    assert (parts["kind"], parts["title"]) == ("behaviour_change", "slugify('Tom & Jerry')")
    assert [run["outcome"] for run in parts["runs"]] == ["passed", "passed"]
    assert parts["test"]["node"] == "test_slugify_joins_words_across_repeated_punctuation"


def test_a_test_is_run_again_where_it_ran(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = reviewed_here(tmp_path)
    laboratory = FakeLaboratory(
        {Revision.BASE: RunOutcome.PASSED, Revision.HEAD: RunOutcome.FAILED}
    )

    assert laboratory.run("test_slugify_uses", "--run", "--with", "numpy", "--env", "A=1") == 0

    (experiment,) = laboratory.experiments
    assert experiment.node == "test_slugify_uses_the_separator"
    assert experiment.source == SUGGESTED_SLUGIFY
    assert experiment.shas == {Revision.BASE: report.base_sha, Revision.HEAD: report.head_sha}
    assert (experiment.request.requirements, experiment.request.env) == (("numpy",), (("A", "1"),))
    printed = capsys.readouterr()
    assert "  base  passed, as in the report\n" in printed.out
    assert "  head  failed, but passed in the report\n    E  assert 11 == 10\n" in printed.out


def test_the_demo_can_be_repeated_although_its_repository_is_gone(tmp_path: Path) -> None:
    sample = make_sample_repository(tmp_path / "elsewhere")
    command = ["git", "rev-parse", "main", "HEAD"]
    base, head = subprocess.check_output(command, cwd=sample, text=True).split()
    leave(sample_review().model_copy(update={"base_sha": base, "head_sha": head}))
    laboratory = FakeLaboratory({Revision.BASE: RunOutcome.PASSED})

    assert laboratory.run("b7f3a1", "--run") == 0

    assert laboratory.experiments[0].request.repository != tmp_path


@pytest.mark.parametrize("option", [(), ("--run",), ("--json",)])
def test_without_the_commits_the_report_is_still_shown(
    option: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    leave(sample_review())
    laboratory = FakeLaboratory()

    assert laboratory.run("b7f3a1", *option) == 2

    printed = capsys.readouterr()
    assert "slugify('Tom & Jerry')" in printed.out
    assert "no repository with the report's commits (5f1c9ab0d2 and c3d21e77a9)" in printed.err
    assert "a clone of example/slugger" in printed.err
    assert laboratory.experiments == []


def test_where_the_work_tree_is_another_one_by_now_the_report_is_still_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reviewed_here(tmp_path)

    def repeat(_: Experiment, __: Settings) -> Mapping[Revision, RunRecord]:
        raise RepositoryError("the repository no longer gives the commits", "Review it again.")

    assert run(["explain", "b7f3a1", "--run"], Doors(repeat=repeat)) == 2

    printed = capsys.readouterr()
    assert "slugify('Tom & Jerry')" in printed.out
    assert "error: the repository no longer gives the commits\n" in printed.err


@pytest.mark.parametrize(
    ("identity", "said", "listed"),
    [
        ("zz", "'zz' is no id of this report", "  b7f3a1  slugify('Tom & Jerry')"),
        ("test_slugify_", "'test_slugify_' may mean 3 things", "  h-slugify_uses"),
    ],
)
def test_an_id_that_says_nothing_is_answered_with_those_there_are(
    identity: str, said: str, listed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    leave(sample_review())

    assert FakeLaboratory().run(identity) == 2

    printed = capsys.readouterr()
    assert printed.err.startswith(f"error: {said}\n")
    assert listed in printed.err.splitlines()
    assert printed.out == ""


def test_long_lists_of_ids_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    function = slugify_function()
    many = [function.tests[1].model_copy(update={"id": f"t{n}"}) for n in range(50)]
    function = function.model_copy(update={"tests": tuple(many)})
    leave(sample_review().model_copy(update={"functions": (function,)}))

    FakeLaboratory().run("zz")

    assert capsys.readouterr().err.splitlines()[-1] == "  … and 31 more in its report.json"


@pytest.mark.parametrize(
    ("functions", "said"),
    [((), "the report has no behaviour change and no test"), (None, "there is no report.json in")],
)
def test_a_report_with_nothing_in_it_and_none_at_all_are_told(
    functions: tuple[()] | None, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if functions is not None:
        leave(sample_review().model_copy(update={"functions": functions}))

    assert FakeLaboratory().run("b7f3a1") == 2
    assert said in capsys.readouterr().err


def test_a_test_whose_file_is_gone_cannot_be_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reviewed_here(tmp_path)
    Path("regoose-report/tests/test_slugify.py").unlink()

    assert FakeLaboratory().run("test_slugify_uses", "--run") == 2
    assert "tests/test_slugify.py is not in the report directory" in capsys.readouterr().err


def test_a_shell_without_a_terminal_is_refused_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reviewed_here(tmp_path)
    laboratory = FakeLaboratory()

    assert laboratory.run("b7f3a1", "--shell") == 2

    printed = capsys.readouterr()
    assert printed.err.startswith("error: --shell needs a terminal, and this is none\n")
    assert printed.out == ""
    assert laboratory.shells == []


@pytest.mark.parametrize(
    ("options", "revision"),
    [((), Revision.HEAD), (("--revision", "base"), Revision.BASE)],
)
def test_a_shell_is_opened_on_the_chosen_revision(
    options: tuple[str, ...],
    revision: Revision,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    reviewed_here(tmp_path)
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("sys.stdout", Terminal())
    laboratory = FakeLaboratory()

    assert laboratory.run("b7f3a1", "--shell", *options) == 0

    assert laboratory.shells == [revision]
    assert "python -m pytest" in capsys.readouterr().err


def test_a_report_of_harden_has_no_base_to_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    report = reviewed_here(tmp_path).model_copy(update={"base_sha": None})
    Path("regoose-report/report.json").write_text(to_json(report), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("sys.stdout", Terminal())

    assert FakeLaboratory().run("b7f3a1", "--shell", "--revision", "base") == 2
    assert "this report has no base" in capsys.readouterr().err


def test_settings_of_the_repository_hold_for_what_is_run_again(tmp_path: Path) -> None:
    reviewed_here(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[tool.regoose]\nmemory_mb = 321\n")
    laboratory = FakeLaboratory()

    laboratory.run("b7f3a1", "--run")

    assert laboratory.settings[0].memory_mb == 321
