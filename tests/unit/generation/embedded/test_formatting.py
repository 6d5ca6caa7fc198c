from __future__ import annotations

import ast

import pytest

from regoose_ci.generation.embedded.formatting import UnwritableTestError, format_source

PARAGRAPH = "a paragraph of words, " * 6 + "and an end"


def test_text_of_many_lines_is_broken_at_their_ends() -> None:
    text = "".join(f"line number {number}\n" for number in range(6))
    assert format_source(f"assert f(1) == {text!r}\n", 88) == (
        "assert f(1) == (\n"
        + "".join(f'    "line number {number}\\n"\n' for number in range(6))
        + ")\n"
    )


def test_a_short_text_of_many_lines_stays_on_its_line() -> None:
    source = 'assert f("| A |\\n|---|\\n| 1 |\\n") == 1\n'
    assert format_source(source, 88) == source


def test_repetitions_are_written_as_such() -> None:
    assert format_source(f"f({'ab' * 100!r})\n", 88) == 'f("ab" * 100)\n'
    assert format_source(f"f({b'ab' * 100!r})\n", 88) == 'f(b"ab" * 100)\n'


@pytest.mark.parametrize("width", [60, 79, 88, 100])
@pytest.mark.parametrize(
    "expression",
    [
        f"f({PARAGRAPH!r})",
        f"f({PARAGRAPH!r}, 1, key={PARAGRAPH!r})",
        f"f([{PARAGRAPH!r}, {{'a': {PARAGRAPH!r}}}])",
        f"f({PARAGRAPH.encode()!r})",
        f"f({PARAGRAPH.replace(' ', '_')!r})",
        f"f({PARAGRAPH.replace('w', chr(233))!r})",
        f"f({PARAGRAPH.replace('w', chr(34))!r})",
        f"f({bytes(range(200))!r})",
    ],
)
def test_long_text_is_split_to_fit_and_stays_equal(expression: str, width: int) -> None:
    source = f"def test_it():\n    assert {expression} == 1\n"
    formatted = format_source(source, width)
    assert max(map(len, formatted.splitlines())) <= width
    assert ast.dump(ast.parse(formatted)) == ast.dump(ast.parse(source))


@pytest.mark.parametrize("source", ["assert (", "x = \x00", "[" * 500 + "]" * 500])
def test_what_is_not_python_is_refused(source: str) -> None:
    with pytest.raises(UnwritableTestError, match="not valid Python"):
        format_source(source, 88)
