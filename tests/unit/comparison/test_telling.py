from __future__ import annotations

import pytest

from regoose_ci.comparison.differences import difference
from regoose_ci.comparison.telling import is_worth_telling
from regoose_ci.domain.observations import Outcome
from tests.unit.generation.observing import call, method, raised, returned

MISSING = raised("TypeError", "_encode() missing 1 required keyword-only argument")
UNEXPECTED = raised("TypeError", "C._encode() got an unexpected keyword argument 'x'")


@pytest.mark.parametrize("head", [MISSING, UNEXPECTED])
def test_other_parameters_of_a_private_function_are_not_told(head: Outcome) -> None:
    found = difference(returned("a"), head)
    assert found is not None
    assert not is_worth_telling(found, call("_encode", "'a'"))
    assert not is_worth_telling(found, method("C()", "_encode", "'a'"))


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("encode", raised("TypeError", "encode() missing 1 required positional argument: 'x'")),
        ("_encode", raised("TypeError", "_encode() wants text")),
        ("_encode", raised("TypeError", "join() missing 1 required positional argument: 'x'")),
        ("_encode", raised("ValueError", "_encode() takes no zero")),
        ("_encode", returned("b")),
    ],
)
def test_other_differences_are_told(name: str, head: Outcome) -> None:
    found = difference(returned("a"), head)
    assert found is not None
    assert is_worth_telling(found, call(name, "'a'"))
