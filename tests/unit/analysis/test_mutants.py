from __future__ import annotations

import ast
import textwrap

import pytest

from regoose_ci.analysis.mutants import MAX_MUTANTS, Mutant, make_mutants
from regoose_ci.domain.changes import FunctionSource


def mutants_of(text: str, changed: frozenset[int] = frozenset()) -> tuple[Mutant, ...]:
    source = textwrap.dedent(text).strip()
    return make_mutants(FunctionSource("a.py", "a", "f", 10, 40, source, changed))


def body_of(mutant: Mutant) -> str:
    return ast.unparse(ast.parse(mutant.source).body[0])


@pytest.mark.parametrize(
    ("line", "mutated"),
    [
        ("return a < b", "return a <= b"),
        ("return a == b", "return a != b"),
        ("return a not in b", "return a in b"),
        ("return a + b", "return a - b"),
        ("return a and b", "return a or b"),
        ("return not a", "return not not a"),
        ("return -a", "return +a"),
        ("return a", "return None"),
        ("return True", "return False"),
        ("return 7", "return 8"),
        ("return 'x'", "return 'xXX'"),
        ("return a.lower()", "return a.upper()"),
        ("a += b", "a -= b"),
        ("a.sort()", "..."),
        ("a += b", "pass"),
        ("a = a.lower()", "pass"),
        ("return a == b", "return a <= b"),
        ("return a <= b", "return a == b"),
        ("for b in a: b()", "break"),
        ("return a[1:b]", "return a[:b]"),
        ("return a[1:b]", "return a[1:]"),
    ],
)
def test_a_line_has_its_fault(line: str, mutated: str) -> None:
    bodies = [body_of(m).splitlines() for m in mutants_of(f"def f(a, b):\n    {line}")]
    assert mutated in [part.strip() for body in bodies for part in body]


def test_texts_are_not_put_into_an_order() -> None:
    bodies = [body_of(m) for m in mutants_of("def f(a):\n    return a == 'x'")]
    assert not any("<" in body or ">" in body for body in bodies)


def test_conditions_are_negated_and_exceptions_left_out() -> None:
    found = mutants_of(
        """
        def f(a):
            if a:
                raise ValueError("no")
            while a:
                break
        """
    )
    descriptions = [m.description for m in found]
    assert descriptions.count("condition negated") == 2
    assert "exception not raised" in descriptions
    assert "becomes continue" in descriptions
    assert not any("no" in d and "becomes" in d for d in descriptions), "messages stay"


@pytest.mark.parametrize(
    "text",
    [
        'def f():\n    """Say 1."""\n    pass',
        "def f(a: 'x' = None) -> 'y':\n    pass",
        "def f(a):\n    logger.info('got %s', 1)",
        "def f(:",
    ],
)
def test_what_cannot_change_behaviour_is_left_alone(text: str) -> None:
    assert mutants_of(text) == ()


def test_only_changed_lines_have_faults() -> None:
    text = "def f(a):\n    b = a + 1\n    return b * 2"
    assert {m.line for m in mutants_of(text, frozenset({12}))} == {12}


def test_faults_are_different_from_each_other_and_compile() -> None:
    found = mutants_of("def f(a, b=1):\n    return [x + 1 for x in a if x > b or x == 2]")
    assert len({m.source for m in found}) == len(found) > 5
    for mutant in found:
        compile(mutant.source, "mutant", "exec")


def test_many_faults_are_thinned_out_evenly() -> None:
    text = "def f(a):\n" + "".join(f"    a = a + {n}\n" for n in range(100)) + "    return a"
    found = mutants_of(text)
    assert len(found) == MAX_MUTANTS
    assert max(m.line for m in found) - min(m.line for m in found) > 80
