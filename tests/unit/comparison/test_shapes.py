from __future__ import annotations

import pytest

from regoose_ci.comparison.differences import difference
from regoose_ci.comparison.shapes import Kind, is_told_by_inputs, kind_of_change, skeleton
from regoose_ci.domain.observations import Call, CallKind, Outcome, OutcomeKind, Value


def kind(argument: str, base: str, head: str) -> Kind:
    call = Call(CallKind.FUNCTION, "f", None, (argument,))
    outcomes = [
        Outcome(OutcomeKind.RETURNED, Value(type(eval(s)).__name__, s))  # noqa: S307
        for s in (base, head)
    ]
    found = difference(*outcomes)
    assert found is not None
    return kind_of_change(found, call)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("user:pass@", "w:w@"),
        ("1.18.0", "d.d.d"),
        ("  \n", " "),
        ("ćć", "u"),
        ("---", "-"),
        ("", ""),
    ],
)
def test_text_is_told_by_its_kinds_of_characters(text: str, expected: str) -> None:
    assert skeleton(text) == expected


def test_the_same_edit_on_other_words_is_the_same_shape() -> None:
    one = kind("'x'", "'http://user:pass@host/'", "'http://host/'")
    other = kind("'y'", "'ftp://me:secret@example/'", "'ftp://example/'")
    assert one == other


def test_another_edit_is_another_shape() -> None:
    lost = kind("'x'", "'http://user:pass@host/'", "'http://host/'")
    lowered = kind("'x'", "'http://Host/'", "'http://host/'")
    assert lost[:-1] == lowered[:-1]
    assert lost != lowered


def test_numbers_that_change_alike_are_the_same_shape() -> None:
    zero = kind("0.0", "'0 Bytes'", "'0.0 Bytes'")
    assert zero == kind("0.3", "'0 Bytes'", "'0.3 Bytes'")
    assert zero == kind("235.05", "'235 Bytes'", "'235.05 Bytes'")
    assert zero != kind("-0.1", "'0 Bytes'", "'-0.1 Bytes'")


def test_without_text_the_input_gives_the_shape() -> None:
    assert kind("'~=1.0'", "False", "True") != kind("'==1.0'", "False", "True")
    assert kind("'~=1.0'", "False", "True") == kind("'~=2.5'", "False", "True")
    assert kind("-1", "1", "2") != kind("1.5", "1", "2")


def test_two_texts_are_told_by_what_sets_them_apart() -> None:
    def shape(receiver: str, argument: str) -> Kind:
        outcomes = [Outcome(OutcomeKind.RETURNED, Value("bool", s)) for s in ("False", "True")]
        found = difference(*outcomes)
        assert found is not None
        return kind_of_change(
            found, Call(CallKind.METHOD, "__eq__", f"Spec({receiver})", (f"Spec({argument})",))
        )

    assert shape("'~=2.0'", "'~=2.0.0'") == shape("'~=1.18'", "'~=1.18.0'")
    assert shape("'~=2.0'", "'~=2.0.0'") != shape("'~=2.0'", "'~=02.0'")


def test_an_edit_far_inside_a_long_text_is_the_same_shape() -> None:
    filler = "word " * 200
    assert kind("'x'", "'a (1)'", "'a [1]'") == kind(
        "'x'", f"'{filler}(1) {filler}'", f"'{filler}[1] {filler}'"
    )


def test_inputs_tell_kinds_apart_where_results_are_no_texts() -> None:
    assert is_told_by_inputs(kind("'a-b'", "[0, 0]", "[0]"))
    assert not is_told_by_inputs(kind("'a-b'", "'a b'", "'ab'"))
    assert not is_told_by_inputs(kind("'a-b'", "True", "False"))  # the input is all there is


def test_nothing_is_no_other_input_for_its_sign() -> None:
    assert kind("0.0", "1", "2") == kind("-0.0", "1", "2")
    assert kind("1.0", "1", "2") != kind("-1.0", "1", "2")
