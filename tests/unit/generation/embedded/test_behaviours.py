from __future__ import annotations

import pytest

from regoose_ci.generation.embedded.behaviours import behaviour_of
from tests.unit.generation.observing import call, raised


@pytest.mark.parametrize(
    ("error", "message", "words"),
    [
        ("ValueError", "invalid URI", "rejects_invalid_uri"),
        ("ValueError", "not a data URI", "rejects_what_is_not_a_data_uri"),
        (
            "UnicodeError",
            "Bad name (wrong number of parts): 'x'",
            "raises_unicode_error_for_wrong_number_of_parts",
        ),
        ("ValueError", "unknown format for: 'x'", "rejects_unknown_format"),
        ("ValueError", "size must not be negative", "raises_value_error"),
        ("ValueError", "invalid", "raises_value_error"),
        ("ValueError", "", "raises_value_error"),
        ("InvalidName", "Invalid name here", "raises_invalid_name_for_invalid_name_here"),
        ("InvalidName", "Invalid name: 'x'", "raises_invalid_name"),
    ],
)
def test_exceptions_are_named_for_what_their_message_complains_of(
    error: str, message: str, words: str
) -> None:
    assert behaviour_of(call("f", "'x'"), raised(error, message), ()).alone == words
