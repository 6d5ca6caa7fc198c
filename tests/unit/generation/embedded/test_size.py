from __future__ import annotations

import pytest

from regoose_ci.domain.observations import Call, Observation, Origin
from regoose_ci.generation.embedded.size import complexity, plainness
from tests.unit.generation.observing import call, method, observation, returned


@pytest.mark.parametrize(
    ("smaller", "larger"),
    [
        (call("f", "1"), call("f", "1", "2")),
        (call("f", "1"), call("f", "1", key="2")),
        (call("f", "[1]"), call("f", "[1, 2]")),
        (call("f", "'abc'"), call("f", "'a\\n'")),
        (call("f", "'abcd'"), call("f", "'\u00e9'")),
        (call("f", "'a'"), call("f", "'ab'")),
        (call("f", "'a'"), call("f", "'b'")),
        (call("f", "'abc'"), call("f", "').'")),
        (method("A()", "f"), method("A(1)", "f")),
    ],
)
def test_what_is_smaller_and_plainer_comes_first(smaller: Call, larger: Call) -> None:
    assert complexity(smaller) < complexity(larger)


def seen(source: str, origin: Origin) -> Observation:
    return observation(call("f", source), None, returned(1), origin=origin)


def test_of_equals_the_better_origin_is_plainer() -> None:
    assert plainness(seen("'b'", Origin.CARVED)) < plainness(seen("'a'", Origin.MUTATION))


def test_a_value_somebody_wrote_may_be_a_little_longer() -> None:
    assert plainness(seen("'ab cd'", Origin.CARVED)) < plainness(seen("'a'", Origin.LITERALS))
    assert plainness(seen("[" + "1, " * 20 + "]", Origin.CARVED)) > plainness(
        seen("[1]", Origin.LITERALS)
    )


@pytest.mark.parametrize(
    ("told", "hollow"),
    [
        (call("f", "'a'"), call("f", "''")),
        (call("f", "'a'"), call("f", "' '")),
        (call("f", "[1]"), call("f", "[]")),
        (call("f", "{'a': 1}"), call("f", "{}")),
        (method("Till({'a': 1})", "f"), method("Till()", "f")),
        (method("Till({'a': 1})", "f"), method("Till({'': 1})", "f")),
    ],
)
def test_what_holds_something_tells_more(told: Call, hollow: Call) -> None:
    more, less = (observation(made, None, returned(1)) for made in (told, hollow))
    assert plainness(more) < plainness(less)


def test_the_name_of_the_module_under_test_is_a_poor_input() -> None:
    imports = ("from shop.money import f",)
    assert complexity(call("f", "'some text'", imports=imports)) < complexity(
        call("f", "'shop.money'", imports=imports)
    )
