from __future__ import annotations

import pytest

from regoose_ci.analysis.habits import Habits
from regoose_ci.generation.embedded.dressing import dress

PLAIN = "def test_join_of_url():\n    assert join('http://a', 'b') == 'http://a/b'"
TABLE = """@pytest.mark.parametrize(
    ("text", "size", "expected"),
    [
        ("é", 1, None),
        ("b", 2.5, ["x"]),
    ],
)
def test_cut(text, size, expected):
    assert cut(text, size) == expected"""


def test_a_project_without_habits_of_its_own_gets_the_code_as_it_is() -> None:
    assert dress(PLAIN, Habits()) == PLAIN
    assert dress(TABLE, Habits()) == TABLE


def test_annotations_come_from_the_values() -> None:
    dressed = dress(TABLE, Habits(is_annotated=True))
    header = "def test_cut(text: str, size: float, expected: list[str] | None) -> None:"
    assert header in dressed.splitlines()


def test_fixtures_have_their_types() -> None:
    dressed = dress("def test_f(capsys):\n    f()", Habits(is_annotated=True))
    assert dressed.startswith("def test_f(capsys: pytest.CaptureFixture[str]) -> None:\n")


def test_a_header_over_several_lines_is_replaced_whole() -> None:
    code = "def test_f(\n    text,\n    size={1: 2},\n):\n    pass"
    assert dress(code, Habits(is_annotated=True)).count("\n") == 1


def test_a_docstring_says_what_the_name_says() -> None:
    lines = dress(PLAIN, Habits(documents_tests=True)).splitlines()
    assert lines[1] == '    """Check join of url."""'
    verbal = "def test_join_rejects_none():\n    pass"
    assert '"""Check that join rejects none."""' in dress(verbal, Habits(documents_tests=True))


@pytest.mark.parametrize(
    ("form", "names"),
    [
        ("csv", '"text, size, expected",'),
        ("list", '["text", "size", "expected"],'),
        ("tuple", '("text", "size", "expected"),'),
    ],
)
def test_names_of_parameters_take_the_usual_form(form: str, names: str) -> None:
    assert dress(TABLE, Habits(names_of_parameters=form)).splitlines()[1].strip() == names


def test_rows_of_parameters_take_the_usual_form() -> None:
    dressed = dress(TABLE, Habits(rows_of_parameters="tuple"))
    assert '    (\n        ("é", 1, None),\n        ("b", 2.5, ["x"]),\n    ),\n' in dressed
    single = '@pytest.mark.parametrize("a", [1])\ndef test_f(a):\n    pass'
    assert dress(single, Habits(rows_of_parameters="tuple")).startswith(
        '@pytest.mark.parametrize("a", (1,))'
    )
