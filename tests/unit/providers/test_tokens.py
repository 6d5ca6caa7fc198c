from __future__ import annotations

import pytest

from regoose_ci.providers.base import AnswerSchema, Message, Role
from regoose_ci.providers.tokens import likely_tokens, most_tokens


@pytest.mark.parametrize("text", ["", "a", "é", "🙂" * 50, "def f(x):\n    return x\n", "\ud800"])
def test_no_prompt_has_more_tokens_than_bytes(text: str) -> None:
    size = len(text.encode("utf-8", "surrogatepass"))
    assert most_tokens([Message(Role.USER, text)], None) > size


def test_a_schema_and_every_message_count() -> None:
    one = most_tokens([Message(Role.USER, "x")], None)
    two = most_tokens([Message(Role.USER, "x"), Message(Role.USER, "y")], None)
    with_schema = most_tokens([Message(Role.USER, "x")], AnswerSchema("a", "{}" * 100))
    assert one < two < with_schema
    assert with_schema - one >= 400


def test_an_estimate_is_rounded_up() -> None:
    assert [likely_tokens([text]) for text in ("", "a", "abc", "abcd")] == [0, 1, 1, 2]
