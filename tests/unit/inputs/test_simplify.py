from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings

from regoose_ci.domain.observations import Call
from regoose_ci.inputs.expressions import parse, size
from regoose_ci.inputs.simplify import call_size, simpler, simpler_expressions
from tests.unit.generation.observing import call
from tests.unit.inputs.test_mutate import CALLS, IMPORTS, SOURCES


@settings(max_examples=80)
@given(SOURCES)
def test_simpler_expressions_are_smaller_and_parse(source: str) -> None:
    for simpler_source in simpler_expressions(source):
        ast.parse(simpler_source, mode="eval")
        assert size(simpler_source) < size(source)


@settings(max_examples=50)
@given(CALLS)
def test_simpler_calls_are_of_the_same_callable(made: Call) -> None:
    for smaller in simpler(made):
        assert (smaller.kind, smaller.name, smaller.imports) == (made.kind, made.name, IMPORTS)
        assert smaller != made


@settings(max_examples=60, deadline=None)
@given(CALLS)
def test_taking_the_smallest_again_and_again_ends(made: Call) -> None:
    for _ in range(500):
        smaller = [c for c in simpler(made) if call_size(c) < call_size(made)]
        if not smaller:
            break
        made = min(smaller, key=call_size)
    else:
        pytest.fail("it did not end")


def shrunk(made: Call, fails: str) -> Call:
    """The smallest call that still has ``fails`` in it, as exploration shrinks."""
    while True:
        smaller = [c for c in simpler(made) if call_size(c) < call_size(made)]
        shown = [c for c in smaller if fails in " ".join([*c.args, *(v for _, v in c.kwargs)])]
        if not shown:
            return made
        made = min(shown, key=call_size)


@pytest.mark.parametrize(
    ("made", "fails", "smallest"),
    [
        (call("f", "'hello -- world'", sep="'_'"), "--", call("f", "'--'")),
        (call("f", "[1, 2, ['a', 'needle']]", "5"), "needle", call("f", "[['needle']]")),
        (call("f", "{'a': 1, 'needle': 2}"), "needle", call("f", "{'needle': 0}")),
        (call("f", "Box(1, name='needle', size=3)"), "needle", call("f", "Box(1, name='needle')")),
    ],
)
def test_witnesses_lose_what_does_not_matter(made: Call, fails: str, smallest: Call) -> None:
    found = shrunk(made, fails)
    assert call_size(found) <= call_size(smallest)
    assert fails in str(found)


def test_usual_arguments_count_nothing_and_stay() -> None:
    usual = {"f": {0: "'https://example.com/a'"}}
    made = call("f", "'https://example.com/a'", "7")
    assert call_size(made, usual) < call_size(call("f", "'x'", "7"), usual)
    assert all(c.args[0] == usual["f"][0] for c in simpler(made, usual) if c.args)


def test_what_does_not_parse_cannot_be_simplified() -> None:
    assert list(simpler_expressions("f(")) == []


def test_a_number_loses_its_sign_when_nothing_is_left_of_it() -> None:
    assert "0" in simpler_expressions("-50")
    assert "-0" not in simpler_expressions("-50")


def test_what_is_made_smaller_stays_as_it_was() -> None:
    source = "[[-0.0, 1], 2]"
    list(simpler_expressions(source))
    tree = parse(source)
    assert tree is not None
    assert ast.unparse(tree) == source
