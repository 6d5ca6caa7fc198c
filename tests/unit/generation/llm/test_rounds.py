from __future__ import annotations

import pytest

from regoose_ci.generation.base import FunctionContext
from regoose_ci.generation.llm.answers import FreeTest, Proposal, Scenario
from regoose_ci.generation.llm.evidence import Surroundings
from regoose_ci.generation.llm.rounds import Prepared, prepare
from tests.unit.generation.llm.laboratory import changed_function
from tests.unit.generation.test_screening import SAMPLES, Sample

SOURCE = "def slugify(text):\n    return text.lower()\n"
CONTEXT = FunctionContext(changed_function(SOURCE, SOURCE, [2]), first_party=("pkg",))


def prepared(*scenarios: Scenario, tests: tuple[FreeTest, ...] = ()) -> Prepared:
    proposal = Proposal(scenarios=list(scenarios), tests=list(tests))
    return prepare(CONTEXT, proposal, Surroundings(), [])


@pytest.mark.parametrize(
    "sample", [s for s in SAMPLES if s.label == "hostile"], ids=lambda s: s.name
)
def test_hostile_samples_of_the_bag_are_neither_drafted_nor_observed(sample: Sample) -> None:
    found = prepared(tests=(FreeTest(imports=list(sample.imports), code=sample.code),))

    assert found.drafts == ()
    assert found.calls == ()
    assert len(found.dropped) == 1


@pytest.mark.parametrize("sample", [s for s in SAMPLES if s.label == "good"], ids=lambda s: s.name)
def test_good_samples_of_the_bag_are_drafted(sample: Sample) -> None:
    found = prepared(tests=(FreeTest(imports=list(sample.imports), code=sample.code),))

    assert found.dropped == ()
    assert len(found.drafts) == 1


def test_forgotten_import_of_the_function_is_added() -> None:
    (trial,) = prepared(Scenario(name="test_a", call="slugify('A')")).trials

    assert trial.call.imports == ("from pkg.text import slugify",)


def test_same_call_is_tried_once() -> None:
    one = Scenario(name="test_a", call="slugify('A')")
    found = prepared(one, one.model_copy(update={"imports": ["import math"]}))

    assert len(found.calls) == 1
    assert [d.reasons for d in found.repeated] == [("this call was tried already",)]


@pytest.mark.parametrize("depth", [50, 150, 2000])
def test_deep_nesting_is_no_error(depth: int) -> None:
    deep = "[" * depth + "]" * depth
    found = prepared(
        Scenario(name="test_a", call=f"slugify({deep})"),
        tests=(FreeTest(code=f"def test_a():\n    assert slugify({deep}) == {deep}\n"),),
    )

    assert len(found.trials) + len(found.drafts) + len(found.dropped) == 2


def test_more_than_was_asked_for_is_left_out() -> None:
    many = [Scenario(name="test_a", call=f"slugify('{n}')") for n in range(200)]

    assert len(prepared(*many).calls) == 12


@pytest.mark.parametrize(
    "code",
    [
        "def test_slugify(:\n    assert slugify('A') == 'a'\n",
        "def test_slugify():\nassert slugify('A') == 'a'\n",
        "test('slugify', () => { expect(slugify('A')).toBe('a'); });\n",
        'assertEquals("a", Text.slugify("A"));\n',
        "Der Test prüft, ob slugify kleinschreibt.\n",
        "def test_slugify():\n    assert slugify('\x00') == ''\n",
    ],
    ids=["syntax", "indentation", "JavaScript", "Java", "German", "a null byte"],
)
def test_what_is_not_python_is_neither_drafted_nor_observed(code: str) -> None:
    found = prepared(tests=(FreeTest(code=code),))

    assert (found.drafts, found.calls) == ((), ())
    assert len(found.dropped) == 1
