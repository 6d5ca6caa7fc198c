from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path

from regoose_ci.domain.events import (
    BehaviourChangeFound,
    Event,
    FunctionFinished,
    FunctionStarted,
    Notice,
    SessionFinished,
    SessionStarted,
    Stage,
    StageFinished,
    StageStarted,
)
from regoose_ci.domain.report import ReportError, ReviewReport, Totals
from regoose_ci.observability.bus import EventBus
from regoose_ci.observability.log import SessionLog

REPORT = ReviewReport(
    session_id="s-1",
    started_at=datetime(2026, 3, 9, tzinfo=timezone.utc),
    duration_s=2.5,
    totals=Totals(functions=1, tests=2, behaviour_changes=3),
)
EVENTS: tuple[Event, ...] = (
    SessionStarted("s-1", "/home/robin/shop"),
    StageStarted(Stage.EXPLORATION, 1),
    FunctionStarted(Stage.EXPLORATION, "shop.py::total"),
    BehaviourChangeFound("shop.py::total", "total('CALL')", "returns 'BASE'", "returns 'HEAD'"),
    FunctionFinished(Stage.EXPLORATION, "shop.py::total", "1 change"),
    Notice("memory is degraded in /home/robin/shop"),
    StageFinished(Stage.EXPLORATION, 0.12345, "1 change"),
    SessionFinished(REPORT),
)


def logged(path: Path, *events: Event, secrets: tuple[str, ...] = ()) -> list[dict[str, object]]:
    bus = EventBus()
    with SessionLog(path / "session.jsonl", "s-1", secrets) as log:
        bus.subscribe(log)
        for event in events:
            bus.publish(event)
    text = (path / "session.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_each_event_is_one_line_with_session_level_and_time(tmp_path: Path) -> None:
    lines = logged(tmp_path, *EVENTS)

    assert [(line["level"], line["event"]) for line in lines] == [
        ("info", "session_started"),
        ("info", "stage_started"),
        ("debug", "function_started"),
        ("info", "behaviour_change_found"),
        ("debug", "function_finished"),
        ("warning", "notice"),
        ("info", "stage_finished"),
        ("info", "session_finished"),
    ]
    assert {line["session"] for line in lines} == {"s-1"}
    times = [
        datetime.fromisoformat(str(line["timestamp"]).replace("Z", "+00:00")) for line in lines
    ]
    assert times == sorted(times)


def test_calls_values_and_home_directories_are_not_logged(tmp_path: Path) -> None:
    logged(tmp_path, *EVENTS)

    text = (tmp_path / "session.jsonl").read_text(encoding="utf-8")
    for word in ("CALL", "BASE", "HEAD", "robin"):
        assert word not in text


def test_the_last_line_counts(tmp_path: Path) -> None:
    *_, last = logged(tmp_path, SessionFinished(REPORT))

    assert (last["functions"], last["tests"], last["behaviour_changes"]) == (1, 2, 3)
    assert (last["seconds"], last["partial"]) == (2.5, False)


def test_a_session_that_ended_early_logs_why_without_keys(tmp_path: Path) -> None:
    error = ReportError(kind="environment", message="refused my-own-key")
    failed = REPORT.model_copy(update={"error": error})

    first, _ = logged(tmp_path, SessionFinished(failed), secrets=("my-own-key",))

    assert first["level"] == "error"
    assert (first["error"], first["text"]) == ("environment", "refused [redacted]")


def test_a_full_disk_does_not_end_the_review() -> None:
    full = Path("/dev/full")

    with SessionLog(full, "s-1") as log:
        log(SessionStarted("s-1", "repository"))
