from __future__ import annotations

from regoose_ci.analysis.examples import Corpus
from regoose_ci.analysis.open_calls import find_open_calls
from regoose_ci.domain.observations import Call, CallKind


def found(text: str) -> list[tuple[tuple[str, ...], tuple[tuple[str, str], ...]]]:
    calls = find_open_calls("markdown", "markdown", Corpus({"tests/test_it.py": text}))
    assert all(c.imports == ("from markdown import markdown",) for c in calls)
    return [(c.args, c.kwargs) for c in calls]


def test_variables_become_holes_and_options_stay() -> None:
    text = "def test_it(text):\n    markdown.markdown(text, extensions=['tables'], safe=flag)\n"
    assert found(text) == [(("''",), (("extensions", "['tables']"),))]


def test_closed_calls_are_found_elsewhere() -> None:
    assert found("markdown('a', extensions=['tables'])\n") == []


def test_unpacked_arguments_and_other_functions_are_left_out() -> None:
    assert found("markdown(*texts)\nother(text)\nthing.part.markdown(text)\n") == []


def test_calls_that_expect_an_exception_are_left_out() -> None:
    assert found("with pytest.raises(ValueError):\n    markdown(text)\n") == []


def test_the_same_call_is_returned_once() -> None:
    (call,) = find_open_calls("m", "f", Corpus({"a.py": "f(x)\nf(y)\n", "b.py": "f(z)\n"}))
    assert call == Call(CallKind.FUNCTION, "f", None, ("''",), (), ("from m import f",))
