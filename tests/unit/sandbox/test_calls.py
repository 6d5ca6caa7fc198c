from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from regoose_ci.sandbox.calls import OUTPUT_LIMIT, EngineCallError, call_engine, within


def test_output_and_exit_code_come_back(tmp_path: Path) -> None:
    called = call_engine(["sh", "-c", "echo out; echo err >&2; exit 3"], tmp_path, 10)

    assert (called.exit_code, called.stdout, called.stderr) == (3, b"out\n", b"err\n")


def test_a_client_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    began = time.monotonic()

    with pytest.raises(EngineCallError, match=r"did not answer within 0\.2 s"):
        call_engine(["sh", "-c", "sleep 60 & sleep 60"], tmp_path, 0.2)
    assert time.monotonic() - began < 2


def test_a_child_that_keeps_the_output_open_does_not_hold_us_up(tmp_path: Path) -> None:
    began = time.monotonic()

    assert call_engine(["sh", "-c", "sleep 3 & echo done"], tmp_path, 10).stdout == b"done\n"
    assert time.monotonic() - began < 2


def test_long_output_is_cut(tmp_path: Path) -> None:
    called = call_engine(["head", "-c", "1000000", "/dev/zero"], tmp_path, 10)

    assert len(called.stdout) == OUTPUT_LIMIT


def test_a_client_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(EngineCallError, match="cannot start /nonexistent"):
        call_engine(["/nonexistent"], tmp_path, 1)


def test_the_client_gets_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "planted")
    monkeypatch.setenv("GITHUB_TOKEN", "planted")
    monkeypatch.setenv("REGOOSE_TEST_PLAIN", "kept")

    said = call_engine(["env"], tmp_path, 10).stdout
    assert b"planted" not in said
    assert b"REGOOSE_TEST_PLAIN=kept" in said


def test_work_of_a_library_is_bounded() -> None:
    done: list[int] = []
    within(5, lambda: done.append(1))
    assert done == [1]

    never = threading.Event()
    with pytest.raises(EngineCallError, match=r"did not answer within 0\.1 s"):
        within(0.1, lambda: never.wait(30) and None)
    never.set()


def test_what_a_library_raises_reaches_the_caller() -> None:
    def fail() -> None:
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        within(5, fail)
