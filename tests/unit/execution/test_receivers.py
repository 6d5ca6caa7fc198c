from __future__ import annotations

import dataclasses

import pytest

from regoose_ci.domain.observations import Call, Observation, Outcome
from regoose_ci.execution.receivers import MAX_KNOWN, Receivers, class_of
from regoose_ci.guest.protocol import Recorded
from regoose_ci.inputs.standard import Written
from tests.unit.execution.changed import changed
from tests.unit.generation.observing import call, method, observation, opaque, returned

IMPORTS = ("from shop import Till",)
ADD = changed("Till.add")
TILL = class_of(ADD)


def recorded(made: Call, *, direct: bool = True, in_contract: bool = True) -> Recorded:
    return Recorded(ADD.id, made, direct, in_contract, "tests/test_shop.py::test_it")


A_TILL = returned(opaque(TILL))


def seen(made: Call, outcome: Outcome = A_TILL) -> Observation:
    return observation(made, None, outcome)


def test_methods_of_a_class_share_what_tests_called_one_on() -> None:
    receivers = Receivers()
    of_method = recorded(method("Till(1)", "add", "5", imports=IMPORTS))
    through = recorded(method("Till(2)", "close", imports=IMPORTS), direct=False)
    wrong = recorded(method("Till(3)", "add", "5", imports=IMPORTS), in_contract=False)
    unbound = recorded(call("price", "5"))
    receivers.add_recorded(ADD, [of_method, of_method, through, wrong, unbound])
    assert receivers.of(class_of(changed("Till.close"))) == (Written("Till(1)", IMPORTS),)
    assert receivers.of(class_of(changed("Box.add"))) == ()


def test_what_a_call_returns_can_be_called() -> None:
    receivers = Receivers()
    receivers.add_returned([seen(method("Shop()", "till", "1", imports=IMPORTS))])
    assert receivers.of(TILL) == (Written("Shop().till(1)", IMPORTS),)


@pytest.mark.parametrize("taken_apart", ["awaited", "iterated", "entered"])
def test_what_only_holds_it_cannot_be_called(taken_apart: str) -> None:
    receivers = Receivers()
    outcome = dataclasses.replace(A_TILL, **{taken_apart: True})
    receivers.add_returned([seen(call("make"), outcome)])
    assert receivers.of(TILL) == ()


def test_neither_statements_nor_plain_values_nor_long_calls_are_remembered() -> None:
    receivers = Receivers()
    receivers.add_returned(
        [
            seen(method("Shop()", "__setitem__", "1", "2")),
            seen(call("count"), returned(1)),
            seen(call("make", repr("x" * 300))),
        ]
    )
    assert receivers.of(TILL) == receivers.of("int") == ()


def test_they_are_bounded() -> None:
    receivers = Receivers()
    made = [recorded(method(f"Till({n})", "add", "5")) for n in range(MAX_KNOWN + 5)]
    receivers.add_recorded(ADD, made)
    assert len(receivers.of(TILL)) == MAX_KNOWN
    assert class_of(changed("price")) == ""
