from __future__ import annotations

import pytest

from regoose_ci.analysis.evidence import Examples, added_examples


def added(path: str, *lines: str) -> Examples:
    return added_examples("\n".join([f"--- a/{path}", f"+++ b/{path}", *lines]))


def test_examples_are_lines_added_to_tests_and_documents_and_after_prompts() -> None:
    assert added("tests/test_a.py", "-f(1)", "+f(2)", " f(3)").text == "f(2)"
    assert added("CHANGES.rst", "+f now gives 2").text == "f now gives 2"
    lines = ("+    >>> f(1)", "+    2", "+    return 2")
    assert added("pkg/a.py", *lines).text == "    >>> f(1)\n    2"


@pytest.mark.parametrize(
    ("line", "value", "inputs", "shown"),
    [
        ('([1.5], "1 Bytes"),', "'1 Bytes'", ["2.5"], True),
        ('("http://a", "b"),', "'b'", ["'http://a'"], True),
        ('("http://a", "b"),', "'b'", ["'http://c'"], False),
        ('("a", "b"),', "'b'", ["'a'"], False),
        ("assert f(x) == [10, 20]", "[10,20]", [], True),
        ("assert f(x) == [110, 20]", "10, 20", [], False),
        ('assert Spec("~=1.18") != Spec("~=1.2")', "False", ["Spec('~=1.18')", "'~=1.2'"], True),
        ('assert Spec("~=1.18")', "False", ["Spec('~=1.18')", "'~=1.2'"], False),
        ("assert f(x)", "True", [], False),
    ],
)
def test_a_result_is_shown_for_its_inputs_or_when_it_is_no_accident(
    line: str, value: str, inputs: list[str], shown: bool
) -> None:
    assert added("tests/test_a.py", f"+{line}").show(value, inputs) is shown


def test_a_text_of_several_lines_is_found_in_a_file_of_test_data() -> None:
    examples = added("tests/tables.html", "+<table>", "+<td>1</td>", "+</table>")
    assert examples.show("'<table>\\n<td>1</td>\\n</table>'", [])
    assert not examples.show("'<table>\\n<td>2</td>\\n</table>'", [])


def test_an_exception_is_expected_of_a_function_by_name() -> None:
    examples = added("tests/test_a.py", "+with pytest.raises(BadBill):", "+    split({})")
    assert examples.expect("BadBill", "split")
    assert not examples.expect("BadBill", "join")
