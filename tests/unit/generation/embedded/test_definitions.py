from __future__ import annotations

import pytest

from regoose_ci.generation.embedded.definitions import SharedDefinitions, definitions_of

ONE = "class C:\n    n = 1"
OTHER = "class C:\n    n = 2"


def test_definitions_are_told_from_imports() -> None:
    assert definitions_of(["import attr", ONE, "LIMIT = 3", "def f():\n    return 1"]) == (
        ONE,
        "LIMIT = 3",
        "def f():\n    return 1",
    )


def test_a_definition_that_two_tests_need_stands_once() -> None:
    shared = SharedDefinitions()
    codes = [shared.take_from(f"{ONE}\n\n\ndef test_{n}():\n    assert C.n", ()) for n in "ab"]
    assert shared.used_by(codes) == [ONE]


def test_two_definitions_of_a_name_get_two_names() -> None:
    shared = SharedDefinitions()
    first = shared.take_from(f"{ONE}\n\ndef test_a():\n    assert C.n == 'C'", ())
    second = shared.take_from(
        f"{OTHER}\n\nclass D(C):\n    pass\n\ndef test_b():\n    assert C.n == D.n", ()
    )
    assert first == "def test_a():\n    assert C.n == 'C'"
    assert second == "def test_b():\n    assert C2.n == D.n"
    assert shared.used_by([first, second]) == [
        ONE,
        "class C2:\n    n = 2",
        "class D(C2):\n    pass",
    ]


def test_an_imported_name_is_not_taken_again() -> None:
    shared = SharedDefinitions()
    assert shared.take_from(f"{ONE}\n\ndef test_a():\n    assert C", {"C"}).endswith("assert C2")


def test_what_no_test_uses_is_left_out() -> None:
    shared = SharedDefinitions()
    code = shared.take_from(f"LIMIT = 3\n{ONE}\n\ndef test_a():\n    assert LIMIT", ())
    assert shared.used_by([code]) == ["LIMIT = 3"]


@pytest.mark.parametrize("separator", ["\x0c", "\x1c", "\x85", "\u2028"])
def test_a_separator_in_a_text_ends_no_line(separator: str) -> None:
    shared = SharedDefinitions()
    definition = f'class C:\n    text = "a{separator}b"\n    n = 1'
    code = shared.take_from(f"{definition}\n\n\ndef test_a():\n    assert C.n", ())
    assert code == "def test_a():\n    assert C.n"
    assert shared.used_by([code]) == [definition]
