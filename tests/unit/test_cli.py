from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal

import pytest

from regoose_ci import __version__
from regoose_ci.cli import run
from regoose_ci.commands import INTERRUPTED_REASON, Doors
from regoose_ci.config import Settings
from regoose_ci.domain.diagnosis import Check, Diagnosis
from regoose_ci.domain.events import Stage, StageFinished
from regoose_ci.domain.report import (
    BehaviourChangeReport,
    FunctionReport,
    ReportError,
    ReviewReport,
    SandboxInfo,
)
from regoose_ci.domain.request import RequestKind, ReviewRequest
from regoose_ci.errors import SandboxUnavailableError
from regoose_ci.observability.bus import EventBus

pytestmark = pytest.mark.usefixtures("bare_start")

EMPTY = ReviewReport(session_id="s", started_at=datetime(2026, 3, 9, tzinfo=timezone.utc))


@dataclass
class FakeApplication:
    """Answers with a prepared report and remembers what it was asked."""

    report: ReviewReport = EMPTY
    level: Literal["rootless", "none"] = "rootless"
    requests: list[ReviewRequest] = field(default_factory=list)
    settings: list[Settings] = field(default_factory=list)

    def run_session(
        self, request: ReviewRequest, settings: Settings, bus: EventBus
    ) -> ReviewReport:
        self.requests.append(request)
        self.settings.append(settings)
        bus.publish(StageFinished(Stage.ANALYSIS, 0.5, "1 changed function"))
        return self.report

    def diagnose(self, settings: Settings) -> Diagnosis:
        self.settings.append(settings)
        check = Check("podman", "missing", "not found", "apt-get install podman")
        return Diagnosis((check,), SandboxInfo(level=self.level))

    def run(self, *arguments: str) -> int:
        return run(arguments, Doors(self.run_session, self.diagnose))


def changed(intended: Literal["yes", "no", "unknown"]) -> ReviewReport:
    change = BehaviourChangeReport(
        id="b", call="f(1)", base="returns 1", head="returns 2", test="", intended=intended
    )
    function = FunctionReport(
        path="a.py", qualname="f", change="modified", line=1, status="tested",
        behaviour_changes=(change,),
    )  # fmt: skip
    return EMPTY.model_copy(update={"functions": (function,)})


def ended(kind: str) -> ReviewReport:
    error = ReportError(kind=kind, message="It ended.", remedy="Mend it.")
    return EMPTY.model_copy(update={"error": error})


def test_review_passes_everything_on(tmp_path: Path) -> None:
    application = FakeApplication()
    (tmp_path / "d.txt").write_text("Half up.\n", encoding="utf-8")

    code = application.run(
        "review", "repo", "--base", "v1", "--head", "v2", "--only", "a*.py", "--only", "f",
        "--with", "numpy>=2,<3", "--with", "tzdata", "--env", "A=1", "--env", "B=x y",
        "--title", "Round half up", "--description-file", "d.txt", "--budget", "5",
        "--jobs", "3", "--out", "out", "--no-require-sandbox", "--python", "venv",
    )  # fmt: skip

    assert code == 0
    assert application.requests == [
        ReviewRequest(
            kind=RequestKind.REVIEW,
            repository=tmp_path / "repo",
            out=tmp_path / "out",
            base="v1",
            head="v2",
            only=("a*.py", "f"),
            title="Round half up",
            description="Half up.\n",
            python=tmp_path / "venv",
            requirements=("numpy>=2,<3", "tzdata"),
            env=(("A", "1"), ("B", "x y")),
            budget=5,
            jobs=3,
            require_sandbox=False,
        )
    ]


def test_review_without_options_asks_for_the_current_directory(tmp_path: Path) -> None:
    application = FakeApplication()

    assert application.run("review") == 0

    (request,) = application.requests
    assert request == ReviewRequest(
        kind=RequestKind.REVIEW, repository=tmp_path, out=tmp_path / "regoose-report"
    )


def test_compare_hands_over_both_releases() -> None:
    application = FakeApplication()

    assert application.run("compare", "Python_Slugify==7.0", "python-slugify==8.0") == 0

    (request,) = application.requests
    assert request.kind is RequestKind.COMPARE
    assert request.packages == ("Python_Slugify==7.0", "python-slugify==8.0")


def test_harden_hands_over_paths() -> None:
    application = FakeApplication()

    assert application.run("harden", "a.py", "b.py", "--worktree", "--jobs", "1") == 0

    (request,) = application.requests
    assert (request.kind, request.paths) == (RequestKind.HARDEN, ("a.py", "b.py"))
    assert (request.worktree, request.jobs) == (True, 1)


@pytest.mark.parametrize("kind", ["usage", "repository", "recording"])
def test_wrong_use_found_during_the_session_is_2(
    kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert FakeApplication(ended(kind)).run("review") == 2
    assert capsys.readouterr().err.splitlines()[-2:] == ["error: It ended.", "  Mend it."]


@pytest.mark.parametrize("kind", ["no_sandbox", "guest", "environment", "internal"])
def test_failures_around_the_review_are_3(kind: str) -> None:
    assert FakeApplication(ended(kind)).run("review", "--fail-on", "behaviour-change") == 3


def test_an_interrupted_session_is_130() -> None:
    report = changed("no").model_copy(
        update={"partial": True, "partial_reason": INTERRUPTED_REASON}
    )

    assert FakeApplication(report).run("review", "--fail-on", "behaviour-change") == 130


@pytest.mark.parametrize(
    ("intended", "conditions", "code"),
    [
        ("no", (), 0),
        ("yes", ("behaviour-change",), 1),
        ("yes", ("unintended-change",), 0),
        ("unknown", ("unintended-change",), 0),
        ("no", ("unintended-change",), 1),
        ("yes", ("unintended-change", "behaviour-change"), 1),
    ],
)
def test_conditions_that_hold_are_1(
    intended: Literal["yes", "no", "unknown"], conditions: tuple[str, ...], code: int
) -> None:
    options = [word for condition in conditions for word in ("--fail-on", condition)]

    assert FakeApplication(changed(intended)).run("review", *options) == code


@pytest.mark.parametrize("condition", ["behaviour-change", "unintended-change"])
def test_no_condition_holds_without_a_change(condition: str) -> None:
    assert FakeApplication().run("review", "--fail-on", condition) == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("review", "--budgett", "5"), "No such option: --budgett"),
        (("review", "--budget", "soon"), "Invalid value for '--budget'"),
        (("review", "--budget", "0"), "error: --budget 0.0: Input should be greater than 0"),
        (("review", "--provider", "oracle"), "--provider 'oracle': no such provider; there are"),
        (("review", "--fail-on", "rain"), "error: --fail-on 'rain': "),
        (("review", "--env", "TZ"), "error: --env: an entry is not of the form NAME=VALUE"),
        (("review", "--head", "a", "--worktree"), "--head and --worktree exclude each other"),
        (("review", "--description-file", "no"), "--description-file no cannot be read: No such"),
        (("compare", "a==1", "b==2"), "error: a and b are different packages"),
        (("compare", "a", "a==2"), "error: 'a' is not one release of a package"),
        (("compare", "a==1", "a>=2"), "error: 'a>=2' is not one release of a package"),
        (("compare", "a==1"), "Missing argument"),
        (("harden",), "Missing argument"),
        (("revue",), "No such command 'revue'"),
        ((), "Usage: regoose"),
    ],
)
def test_wrong_use_is_2_and_starts_nothing(
    arguments: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    application = FakeApplication()

    assert application.run(*arguments) == 2

    printed = capsys.readouterr()
    assert sentence in printed.err
    assert printed.out == ""
    assert application.requests == []


def raising(error: BaseException) -> Callable[[ReviewRequest, Settings, EventBus], ReviewReport]:
    def run_session(request: ReviewRequest, settings: Settings, bus: EventBus) -> ReviewReport:
        raise error

    return run_session


def test_an_error_before_the_report_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    error = SandboxUnavailableError("No engine \x1b[2J works", "Install podman.")

    assert run(["review"], Doors(run_session=raising(error))) == 3

    expected = "error: No engine \\x1b[2J works\n  Install podman.\n"
    assert capsys.readouterr().err == expected


def test_a_defect_is_3_and_shows_where(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["review"], Doors(run_session=raising(ZeroDivisionError("x")))) == 3

    printed = capsys.readouterr().err
    assert "Traceback" in printed
    assert "error: internal error: ZeroDivisionError" in printed


def test_ctrl_c_outside_a_session_is_130() -> None:
    assert run(["review"], Doors(run_session=raising(KeyboardInterrupt()))) == 130


def test_json_is_alone_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert FakeApplication(changed("no")).run("review", "--json") == 0

    printed = capsys.readouterr()
    assert ReviewReport.model_validate_json(printed.out) == changed("no")
    assert printed.err == "analysis: 1 changed function (500 ms)\n"


def test_quiet_prints_the_verdict_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert FakeApplication(changed("no")).run("review", "--quiet") == 0

    printed = capsys.readouterr()
    assert printed.out.startswith("1 behaviour change that looks unintended, in 1 changed")
    assert "report.html" not in printed.out
    assert printed.err == ""


def test_the_summary_is_on_stdout_and_progress_on_stderr(
    capsys: pytest.CaptureFixture[str],
) -> None:
    FakeApplication(changed("no")).run("review", "--out", "here")

    printed = capsys.readouterr()
    assert "f(1)  looks unintended · a.py" in printed.out
    assert printed.out.endswith("Report: here/report.html\n")
    assert printed.err.startswith("analysis: ")


def test_settings_of_the_reviewed_repository_hold(tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()
    (tmp_path / "repo" / "pyproject.toml").write_text("[tool.regoose]\njobs = 7\npids = 99\n")
    application = FakeApplication()

    application.run("review", "repo", "--jobs", "4")

    assert application.requests[0].jobs == 4
    assert application.settings[0].pids == 99


def test_settings_of_the_reviewed_repository_do_not_hold_in_actions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "repo").mkdir()
    (tmp_path / "repo" / "pyproject.toml").write_text("[tool.regoose]\npids = 99\n")
    (tmp_path / "repo" / ".env").write_text("REGOOSE_MEMORY_MB=99\n")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("REGOOSE_JOBS", "7")
    application = FakeApplication()

    application.run("review", "repo")

    settings = application.settings[0]
    assert (settings.pids, settings.memory_mb, settings.jobs) == (128, 1024, 7)


def test_demo_reviews_the_sample_and_removes_it(tmp_path: Path) -> None:
    application = FakeApplication()

    assert application.run("demo", "--out", "here") == 0

    (request,) = application.requests
    assert (request.base, request.head, request.out) == ("main", "HEAD", tmp_path / "here")
    assert "half up" in request.title
    assert not request.repository.exists()


@pytest.mark.parametrize(("level", "code"), [("rootless", 0), ("none", 3)])
def test_doctor_is_3_without_a_sandbox(
    level: Literal["rootless", "none"], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert FakeApplication(level=level).run("doctor") == code
    assert "apt-get install podman" in capsys.readouterr().out


def test_schema_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert FakeApplication().run("schema") == 0
    assert json.loads(capsys.readouterr().out)["properties"]["schema_version"]["const"] == "1"


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert FakeApplication().run("--version") == 0
    assert capsys.readouterr().out == f"regoose {__version__}\n"


def test_help_shows_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert FakeApplication().run("review", "--help") == 0
    assert "  regoose review --base v2.1 --head v2.2" in capsys.readouterr().out


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; from regoose_ci.cli import run; run(['review', '--help']);"
        "print([m for m in ('rich', 'anyio', 'pydantic', 'openai') if m in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("provider", "statuses", "code"),
    [
        ("embedded", ("ok", "missing"), 0),
        ("embedded", ("missing", "missing"), 3),
        ("openai", ("ok", "missing"), 3),
        ("openai", ("ok", "ok"), 0),
    ],
)
def test_a_check_of_providers_fails_when_one_that_was_chosen_does(
    provider: str,
    statuses: tuple[Literal["ok", "missing"], ...],
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("REGOOSE_PROVIDER", provider)
    checks = [Check(f"vendor{n}", status, "told") for n, status in enumerate(statuses)]
    doors = Doors(list_providers=lambda _: (), check_providers=lambda _: checks)

    assert run(("providers", "--check"), doors) == code
    assert "vendor1" in capsys.readouterr().out


def test_a_committed_env_file_may_not_say_where_keys_go(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".env").write_text("REGOOSE_BASE_URL=http://attacker.example\n")
    for command in (("init", "-q"), ("add", "-f", ".env"), ("commit", "-q", "-m", "Add")):
        names = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
        subprocess.run(["git", *names, *command], cwd=tmp_path, check=True)
    application = FakeApplication()

    assert application.run("review", str(tmp_path)) == 2
    assert application.requests == []
    assert "REGOOSE_BASE_URL stands in a committed .env" in capsys.readouterr().err
