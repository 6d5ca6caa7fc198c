from __future__ import annotations

import io
from datetime import datetime, timezone
from pathlib import Path

import pytest
from rich.console import Console

from regoose_ci.console import Screen, one_line
from regoose_ci.domain.report import (
    AcceptedTestReport,
    BehaviourChangeReport,
    Explored,
    FunctionReport,
    ReportError,
    ReviewReport,
    SandboxInfo,
)
from regoose_ci.summary import SCREEN_LINES, fit_pair, print_summary

STARTED = datetime(2026, 3, 9, tzinfo=timezone.utc)
OUT = Path("regoose-report")


def changed(number: int) -> FunctionReport:
    return FunctionReport(
        path="shop/money.py",
        qualname=f"split_bill_{number}",
        change="modified",
        line=number,
        status="tested",
        explored=Explored(inputs=9, reached_change_on_base=9, reached_change_on_head=9),
        behaviour_changes=(
            BehaviourChangeReport(
                id=f"b{number}",
                call="split_bill(1, 2)",
                base="returns [1, 0]",
                head="returns [0, 0]",
                test="",
                intended="no",
                confidence=0.9,
            ),
        ),
        tests=(
            AcceptedTestReport(
                id="t", name="test_it", file="tests/test_it.py", kind="hardening",
                origin="embedded", base="passed", head="passed",
            ),
        ),
    )  # fmt: skip


def quiet(number: int) -> FunctionReport:
    return FunctionReport(
        path="shop/receipt.py",
        qualname=f"receipt_line_{number}",
        change="modified",
        line=number,
        status="skipped",
        reason="change_not_reached",
    )


def report(*functions: FunctionReport, error: ReportError | None = None) -> ReviewReport:
    return ReviewReport(
        session_id="s",
        started_at=STARTED,
        base_sha="a" * 40,
        head_sha="b" * 40,
        functions=functions,
        sandbox=SandboxInfo(engine="podman", level="rootless"),
        error=error,
    )


def shown(found: ReviewReport, width: int) -> list[str]:
    stream = io.StringIO()
    console = Console(
        file=stream, width=width, height=SCREEN_LINES, force_terminal=True, color_system=None
    )
    print_summary(Screen(console, one_line), found, OUT)
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def test_one_change_of_each_function_goes_before_more_of_one() -> None:
    (change,) = changed(1).behaviour_changes
    several = tuple(change.model_copy(update={"call": f"first({n})"}) for n in range(3))
    first = changed(1).model_copy(update={"behaviour_changes": several})
    printed = "\n".join(shown(report(first, changed(2)), 80))
    places = [printed.index(call) for call in ("first(0)", "split_bill(1, 2)", "first(1)")]
    assert places == sorted(places)


def test_what_is_hardened_was_not_added() -> None:
    function = changed(1).model_copy(update={"change": "added", "behaviour_changes": ()})
    hardened = report(function).model_copy(update={"base_sha": None})
    assert "added: protected" in "\n".join(shown(report(function), 80))
    assert "added" not in "\n".join(shown(hardened, 80))


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize(("changes", "others"), [(0, 1), (1, 0), (2, 2), (4, 40), (60, 300)])
def test_summary_fits_a_screen(width: int, changes: int, others: int) -> None:
    functions = [quiet(n) for n in range(others)] + [changed(n) for n in range(changes)]

    lines = shown(report(*functions), width)

    assert len(lines) <= SCREEN_LINES - 1
    assert max(map(len, lines)) <= width
    assert lines[-1] == "Report: regoose-report/report.html"


def test_summary_shows_the_change_its_call_and_both_results() -> None:
    lines = shown(report(quiet(1), changed(2)), 100)

    assert lines[0].startswith("1 behaviour change that looks unintended, in 2 changed functions")
    assert "b2  split_bill(1, 2)  looks unintended (90% sure) · shop/money.py" in lines
    assert "  base returns [1, 0]" in lines
    assert "  head returns [0, 0]" in lines


def test_functions_with_findings_come_first_in_the_table() -> None:
    lines = shown(report(quiet(1), changed(2)), 120)

    start = next(i for i, line in enumerate(lines) if line.startswith("function"))
    assert lines[start + 1].split() == [
        "split_bill_2", "shop/money.py", "modified:", "1", "behaviour", "change", "1",
    ]  # fmt: skip
    assert "no input reached the changed lines" in lines[start + 2]


@pytest.mark.parametrize("width", [60, 80, 200])
def test_the_table_is_as_wide_as_what_it_says(width: int) -> None:
    *_, head, first, second, _ = shown(report(quiet(1), changed(2)), width)

    assert head.split() == ["function", "result", "tests"]
    assert first.endswith("1")
    assert second.endswith("0")
    assert len(head) == len(first) == len(second) < 100


def test_an_id_is_never_cut() -> None:
    (change,) = changed(1).behaviour_changes
    long = change.model_copy(update={"id": "0123456789ab", "call": "f(" + "1, " * 50 + ")"})
    function = changed(1).model_copy(update={"behaviour_changes": (long,)})

    assert any(line.startswith("01234567  f(1, 1,") for line in shown(report(function), 60))


def test_the_count_of_what_is_left_out_is_shown() -> None:
    lines = shown(report(*(changed(n) for n in range(60))), 80)

    calls = sum("  split_bill(1, 2)  " in line for line in lines)
    rows = sum(line.startswith("split_bill_") for line in lines)
    assert f"… and {60 - calls} more behaviour changes in the report" in lines
    assert any(line.startswith(f"… and {60 - rows} more") for line in lines)


def test_an_early_end_is_the_verdict() -> None:
    error = ReportError(kind="no_sandbox", message="No engine.", remedy="Install podman.")

    lines = shown(report(error=error), 100)

    assert lines[0] == "The review ended early: No engine. Install podman."


def test_long_outcomes_keep_the_difference_in_sight() -> None:
    base, head = fit_pair("returns " + "a" * 300 + "1 tail", "returns " + "a" * 300 + "2 tail", 40)

    assert (base, head) == ("…" + "a" * 12 + "1 tail", "…" + "a" * 12 + "2 tail")


def test_long_outcomes_that_differ_early_are_cut_at_the_end() -> None:
    base, head = fit_pair("returns 1" + "a" * 300, "returns 2", 20)

    assert (base, head) == ("returns 1" + "a" * 10 + "…", "returns 2")


def test_what_looks_unintended_comes_first() -> None:
    announced = (
        changed(1)
        .behaviour_changes[0]
        .model_copy(update={"intended": "yes", "call": "add_tax(1, 50)"})
    )
    meant = changed(1).model_copy(update={"behaviour_changes": (announced,)})

    lines = shown(report(meant, changed(2)), 100)

    calls = [line.split("  ")[1] for line in lines if "  looks " in line]
    assert calls == ["split_bill(1, 2)", "add_tax(1, 50)"]
