from __future__ import annotations

import dataclasses

import pytest

from regoose_ci.domain.observations import Call, Observation, Outcome
from regoose_ci.execution.learning import LONGEST, learn_made, learn_receivers, learn_returned
from regoose_ci.guest.protocol import Made, Recorded, TypeForm
from regoose_ci.inputs.known import KnownObjects
from regoose_ci.inputs.standard import Written
from tests.unit.execution.changed import changed
from tests.unit.generation.observing import call, method, observation, opaque, raised, returned

IMPORTS = ("from shop import Till",)
ADD = changed("Till.add")
TILL = TypeForm("class", name="Till")


def recorded(made: Call, *, direct: bool = True, in_contract: bool = True) -> Recorded:
    return Recorded(ADD.id, made, direct, in_contract, "tests/test_shop.py::test_it")


A_TILL = returned(opaque("Till"))


def seen(made: Call, outcome: Outcome = A_TILL) -> Observation:
    return observation(made, None, outcome)


def test_methods_of_a_class_share_what_tests_called_one_on() -> None:
    objects = KnownObjects()
    of_method = recorded(method("Till(1)", "add", "5", imports=IMPORTS))
    through = recorded(method("Till(2)", "close", imports=IMPORTS), direct=False)
    wrong = recorded(method("Till(3)", "add", "5", imports=IMPORTS), in_contract=False)
    unbound = recorded(call("price", "5"))
    learn_receivers(objects, ADD, [of_method, of_method, through, wrong, unbound])
    assert objects.of(TILL) == (Written("Till(1)", IMPORTS),)
    learn_receivers(objects, changed("price"), [of_method])
    assert objects.of(TypeForm("class")) == ()


def test_what_tests_make_is_known() -> None:
    objects = KnownObjects()
    learn_made(objects, [Made("Till", "Till(1)", IMPORTS)])
    assert objects.of(TILL) == (Written("Till(1)", IMPORTS),)


def test_what_a_call_returns_is_known() -> None:
    objects = KnownObjects()
    learn_returned(objects, [seen(method("Shop()", "till", "1", imports=IMPORTS))])
    assert objects.of(TILL) == (Written("Shop().till(1)", IMPORTS),)


@pytest.mark.parametrize("taken_apart", ["awaited", "iterated", "entered"])
def test_what_only_holds_it_is_none(taken_apart: str) -> None:
    objects = KnownObjects()
    outcome = dataclasses.replace(A_TILL, **{taken_apart: True})
    learn_returned(objects, [seen(call("make"), outcome)])
    assert objects.of(TILL) == objects.of(TypeForm("class", name="int")) == ()


@pytest.mark.parametrize(
    ("made", "outcome"),
    [
        (method("Shop()", "__setitem__", "1", "2"), A_TILL),
        (call("make", repr("x" * LONGEST)), A_TILL),
        (call("make"), raised("ValueError")),
        (call("count"), returned(1)),
    ],
)
def test_neither_statements_nor_long_calls_nor_exceptions_make_one(
    made: Call, outcome: Outcome
) -> None:
    objects = KnownObjects()
    learn_returned(objects, [seen(made, outcome)])
    assert objects.of(TILL) == ()
