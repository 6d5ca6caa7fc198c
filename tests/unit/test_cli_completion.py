from __future__ import annotations

from pathlib import Path

import pytest

from regoose_ci.cli import run
from regoose_ci.reports.writer import write_report
from tests.unit.reports.sample import TESTS, sample_review


@pytest.fixture
def completed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """What bash is told may stand where these words end."""

    def complete(words: str) -> list[str]:
        monkeypatch.setenv("_REGOOSE_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", str(len(words.split(" ")) - 1))
        assert run([]) == 0
        return capsys.readouterr().out.split()

    return complete


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("regoose rev", ["review"]),
        ("regoose review --provider open", ["openai", "openai-compatible"]),
        ("regoose review --fail-on ", ["behaviour-change", "unintended-change"]),
        ("regoose explain --report gone ", []),
    ],
)
def test_completes(completed, words: str, expected: list[str]) -> None:
    assert completed(words) == expected


def test_completes_ids_of_the_report_unless_a_shell_could_obey_them(
    completed, tmp_path: Path
) -> None:
    report = sample_review()
    changed = next(f for f in report.functions if f.behaviour_changes)
    change = changed.behaviour_changes[0]
    ids = ("3f2a00000000", "$(touch$IFS x)", "`x`")
    changes = tuple(change.model_copy(update={"id": identity}) for identity in ids)
    changed = changed.model_copy(update={"behaviour_changes": changes, "tests": ()})
    report = report.model_copy(update={"functions": (changed,)})
    write_report(report, TESTS, tmp_path)
    assert completed(f"regoose explain --report {tmp_path} ") == ["3f2a00000000"]
    (tmp_path / "report.json").write_text("no report")
    assert completed(f"regoose explain --report {tmp_path} ") == []
