from __future__ import annotations

from collections.abc import Sequence

import anyio

from regoose_ci.analysis.material import FunctionMaterial
from regoose_ci.domain.observations import Call, Origin
from regoose_ci.domain.revisions import Revision
from regoose_ci.execution.harvest import Harvest, harvest, recorded_seeds, usual_arguments
from regoose_ci.guest.protocol import Made, Recorded
from regoose_ci.inputs.seeds import Seed
from tests.fakes.guests import FunctionGuest, pair_of
from tests.unit.execution.changed import changed
from tests.unit.generation.observing import call

PRICE = changed("price")
TESTS = dict.fromkeys(Revision, ("tests/test_prices.py",))


def recorded(
    made: Call, *, target: str = PRICE.id, direct: bool = True, in_contract: bool = True
) -> Recorded:
    return Recorded(target, made, direct, in_contract, "tests/test_prices.py::test_it")


def harvested(
    base: Sequence[Recorded], head: Sequence[Recorded], tests: dict[Revision, tuple[str, ...]]
) -> list[Call]:
    pair = pair_of(FunctionGuest({}, recorded=base), FunctionGuest({}, recorded=head))
    material = FunctionMaterial(PRICE, tests, (), ())
    found = anyio.run(harvest, pair, [material], 1.0).calls
    assert list(found) == [PRICE.id]
    return [r.call for r in found[PRICE.id]]


def test_calls_of_both_revisions_are_merged() -> None:
    one, two, three = (recorded(call("price", str(n))) for n in range(3))
    assert harvested([one, two], [two, three], TESTS) == [r.call for r in (one, two, three)]


def test_direct_and_legal_calls_come_first() -> None:
    wrong = recorded(call("price", "'x'"), in_contract=False)
    through = recorded(call("bill", "5"), direct=False)
    direct = recorded(call("price", "5"))
    assert harvested([wrong, through, direct], [], TESTS) == [
        direct.call,
        through.call,
        wrong.call,
    ]


def test_calls_of_functions_that_nobody_asked_about_are_left_out() -> None:
    assert harvested([recorded(call("other"), target="other.py::other")], [], TESTS) == []


def test_without_tests_nothing_is_run() -> None:
    assert harvested([recorded(call("price", "5"))], [], {}) == []


def test_calls_out_of_contract_are_seeds_only_when_there_are_no_others() -> None:
    wrong, right = recorded(call("price", "'x'"), in_contract=False), recorded(call("price", "5"))
    assert recorded_seeds([right, wrong]) == [Seed(right.call, Origin.CARVED)]
    assert recorded_seeds([wrong]) == [Seed(wrong.call, Origin.CARVED)]


def test_examples_are_run_where_there_are_no_tests_and_objects_told_once() -> None:
    made = recorded(call("price", "5"))
    documents = dict.fromkeys(Revision, ("README.rst",))
    till, box = Made("Till", "Till(1)", ("from shop import Till",)), Made("Box", "Box()")
    base, head = FunctionGuest({}, recorded=[made, till]), FunctionGuest({}, recorded=[till, box])
    material = FunctionMaterial(PRICE, {}, (), (), documents)
    found = anyio.run(harvest, pair_of(base, head), [material], 1.0)
    assert found == Harvest({PRICE.id: [made]}, (till, box))


def test_what_most_calls_give_is_usual() -> None:
    made = [
        recorded(call("price", *args)) for args in (("'EUR'", "1"), ("'EUR'", "2"), ("'USD'", "3"))
    ]
    assert usual_arguments(made) == {"price": {0: "'EUR'"}}
    assert usual_arguments(made[:1]) == {}
