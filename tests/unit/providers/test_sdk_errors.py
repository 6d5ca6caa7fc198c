from __future__ import annotations

import pytest

from regoose_ci.providers.sdk_errors import retry_after, room_in_context

NOON = "Sun, 22 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-4"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"retry-after": "Sun, 22 Nov 2026 12:00:09 GMT", "date": NOON}, 9),
        ({"retry-after": "Sun, 22 Nov 2026 11:00:00 GMT", "date": NOON}, 0),
        ({"retry-after": "Sun, 22 Nov 2026 12:00:09 GMT"}, None),
        ({"retry-after": "Sun, 99 Nov 99999 12:00:09 GMT", "date": NOON}, None),
    ],
)
def test_reads_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


@pytest.mark.parametrize(
    ("complaint", "room"),
    [
        (
            "this model's maximum context length is 4097 tokens. however, you requested 5000 "
            "tokens (1000 in the messages, 4000 in the completion).",
            3097,
        ),
        (
            "'max_tokens' is too large: 4096. this model's maximum context length is 4096 tokens "
            "and your request has 1000 input tokens",
            3096,
        ),
        ("maximum context length is 100 tokens, 300 in the messages", None),
        ("prompt is too long", None),
    ],
)
def test_reads_how_much_room_is_left(complaint: str, room: int | None) -> None:
    assert room_in_context(complaint) == room
