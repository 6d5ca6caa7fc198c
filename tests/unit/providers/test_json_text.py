from __future__ import annotations

import pytest

from regoose_ci.providers.json_text import find_object


@pytest.mark.parametrize(
    "text",
    [
        '{"a": {"b": 1}}',
        '\n {"a": {"b": 1}} \n',
        'Here it is:\n```json\n{"a": {"b": 1}}\n```\nEnjoy.',
        '```\n{"a": {"b": 1}}\n```',
        'Sure! {"a": {"b": 1}} is my answer.',
        'In f"{x}" I see:\n{"a": {"b": 1}}',
        '<think>maybe {"a": 2}?</think>\n{"a": {"b": 1}}',
    ],
)
def test_finds_the_object_wherever_it_stands(text: str) -> None:
    assert find_object(text) == '{"a": {"b": 1}}'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "No.",
        "[1, 2]",
        '"a"',
        '{"a": {"b": 1}, "c"',
        '{\n  "a": [\n    {"b": 1},\n    {"b"',
        "{" * 5000,
        '{"a": ' * 3000,
    ],
)
def test_a_part_of_an_object_is_none(text: str) -> None:
    assert find_object(text) is None
