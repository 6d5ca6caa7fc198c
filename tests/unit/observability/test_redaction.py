from __future__ import annotations

from pathlib import Path

import pytest
from structlog.typing import EventDict

from regoose_ci.observability.redaction import LONGEST, redact_text, redactor


def redacted(**fields: object) -> EventDict:
    result = redactor(["hunter2"])(None, "info", dict(fields))
    assert isinstance(result, dict)
    return result


@pytest.mark.parametrize(
    "secret",
    [
        "sk-proj-abcdefghijklmnop",
        "ghp_abcdefghijklmnopqrst1234",
        "github_pat_11ABCDEFG0abcdefghij",
        "AKIAABCDEFGHIJKLMNOP",
        "AIzaSyA-abcdefghijklmnopqrstuvw",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    ],
)
def test_keys_are_recognised_by_their_form(secret: str) -> None:
    assert redact_text(f"refused {secret} today") == "refused [redacted] today"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://me:pw@host/simple", "https://[redacted]@host/simple"),
        ("Authorization: Bearer abcdefgh12", "Authorization: Bearer [redacted]"),
        ("OPENAI_API_KEY=abc next", "OPENAI_API_KEY=[redacted] next"),
        ("'password': 'a b'", "'password': [redacted]"),
        ("it said hunter2", "it said [redacted]"),
    ],
)
def test_keys_are_recognised_by_their_place(text: str, expected: str) -> None:
    assert redact_text(text, ["hunter2"]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in /home/robin/shop/a.py", "in ~/shop/a.py"),
        ("in /Users/robin/shop", "in ~/shop"),
        ("in /root/shop", "in ~/shop"),
        ("in /rootless", "in /rootless"),
    ],
)
def test_home_directories_are_shortened(text: str, expected: str) -> None:
    assert redact_text(text) == expected


def test_the_home_directory_of_this_user_is_shortened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))

    assert redact_text(f"in {tmp_path}/shop") == "in ~/shop"


def test_long_and_broken_lines_become_one_short_line() -> None:
    text = redact_text("a\nb " + "c" * 1000)

    assert text.startswith("a b ccc")
    assert len(text) == LONGEST


def test_fields_that_are_not_known_are_left_out() -> None:
    assert redacted(event="e", call="f(1)", source="def f(): ...", base="returns 1") == {
        "event": "e"
    }


def test_values_with_an_inside_are_left_out() -> None:
    assert redacted(event="e", text=["a"], summary={"a": 1}, total=3, error=None) == {
        "event": "e",
        "total": 3,
        "error": None,
    }


def test_known_fields_are_redacted_too() -> None:
    assert redacted(text="got hunter2", seconds=1.5) == {"text": "got [redacted]", "seconds": 1.5}
