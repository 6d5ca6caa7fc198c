from __future__ import annotations

from regoose_ci.domain.observations import Call, CallKind
from regoose_ci.generation.base import FunctionContext
from regoose_ci.generation.llm.evidence import Surroundings, evidence_of, features_of, gaps_of
from tests.unit.generation.llm.laboratory import changed_function, observe

BASE = "def slugify(text):\n    return text.lower()\n"
HEAD = '''def slugify(text):
    """Doc."""
    if len(text) > 3:
        return text.upper()
    return text.lower()
'''
FUNCTION = changed_function(BASE, HEAD, [3, 4])


def slug(argument: str) -> Call:
    return Call(CallKind.FUNCTION, "slugify", None, (argument,))


def test_gaps_are_unreached_changed_lines_branches_and_surviving_mutants() -> None:
    gaps = gaps_of(FUNCTION.head, [observe(FUNCTION, slug("'A'"))], frozenset())

    assert gaps.lines == (4,)
    assert gaps.branches == (3,)
    assert "condition negated" not in [m.description for m in gaps.mutants]
    assert {m.line for m in gaps.mutants} == {3, 4}


def test_nothing_is_missing_when_all_was_shown() -> None:
    calls = [slug("'A'"), slug("'Aaaa'"), slug("'Aaa'")]
    gaps = gaps_of(FUNCTION.head, [observe(FUNCTION, c) for c in calls], frozenset())

    assert not gaps


def test_mutants_that_nobody_measured_are_no_survivors() -> None:
    assert gaps_of(FUNCTION.head, [], frozenset()).mutants == ()


def test_equivalent_mutants_are_left_out() -> None:
    observations = [observe(FUNCTION, slug("'A'"))]
    alive = gaps_of(FUNCTION.head, observations, frozenset()).mutants
    left = gaps_of(FUNCTION.head, observations, frozenset({alive[0].id})).mutants

    assert left == alive[1:]


def test_evidence_tells_differences_and_ordinary_calls_apart() -> None:
    observations = [observe(FUNCTION, slug("'Aaaa'")), observe(FUNCTION, slug("'A'"))]
    evidence = evidence_of(FunctionContext(FUNCTION), observations, Surroundings())

    assert [(s.call, s.base, s.head) for s in evidence.witnesses] == [
        ("slugify('Aaaa')", "returns 'aaaa'", "returns 'AAAA'")
    ]
    assert [s.call for s in evidence.samples] == ["slugify('A')"]


def test_features_grow_with_what_is_shown_for_the_first_time() -> None:
    first, second = observe(FUNCTION, slug("'A'")), observe(FUNCTION, slug("'Aaaa'"))
    same = observe(FUNCTION, slug("'B'"))

    assert features_of([same]) <= features_of([first])
    assert features_of([second]) - features_of([first])
