from __future__ import annotations

import pytest

from regoose_ci.comparison.calls import render_call
from regoose_ci.domain.candidates import CandidateKind, CandidateTest
from regoose_ci.generation.base import FunctionContext
from regoose_ci.generation.llm.calls import UnusableError
from regoose_ci.generation.llm.freeform import draft_of, settle
from regoose_ci.generation.llm.negation import negated_code
from tests.unit.generation.llm.laboratory import changed_function, observe

IMPORTS = ("from pkg.text import slugify",)
BASE = 'def slugify(text):\n    return "-".join(text.split())\n'
HEAD = 'def slugify(text):\n    return "-".join(text.lower().split())\n'
FUNCTION = changed_function(BASE, HEAD, [2])


def settled(*lines: str) -> CandidateTest:
    code = "def test_slugify():\n" + "".join(f"    {line}\n" for line in lines)
    draft = draft_of(code, IMPORTS)
    observed = {claim.call: observe(FUNCTION, claim.call) for claim in draft.claims}
    return settle(FunctionContext(FUNCTION), draft, observed)


def test_right_test_stays_as_it_is() -> None:
    test = settled("# lower case stays", "text = 'a b'", 'assert slugify(text) == "a-b"')

    assert test.kind is CandidateKind.HARDENING
    assert test.origin == "model"
    assert "# lower case stays" in test.code
    assert [o.call.args for o in test.observations] == [("'a b'",)]
    assert test.negated is not None
    assert "assert not slugify(text) == 'a-b'" in test.negated


def test_wrong_literal_is_replaced_by_what_head_gives() -> None:
    test = settled("text = 'a  b'", 'assert slugify(text) == "a--b"', 'assert slugify("") == ""')

    assert test.origin == "repaired"
    assert test.kind is CandidateKind.HARDENING
    assert 'assert slugify(text) == "a-b"\n' in test.code
    assert "a--b" not in test.code


def test_several_wrong_literals_over_several_lines_are_replaced() -> None:
    test = settled("assert slugify(", "    'a'", ") == 'x', 'why'", "assert slugify('b') == 'y'")

    assert test.code == (
        'def test_slugify():\n    assert slugify("a") == "a"\n\n    assert slugify("b") == "b"\n'
    )


def test_literal_that_base_gives_makes_a_catching_test() -> None:
    test = settled('assert slugify("A") == "A"')

    assert test.kind is CandidateKind.CATCHING
    assert test.origin == "model"
    assert test.observations[0].call.args == ("'A'",)


def test_wrong_singleton_becomes_an_equality() -> None:
    assert 'assert slugify("a") == "a"' in settled("assert slugify('a') is None").code


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["assert slugify(1) == '1'"], "ends otherwise: builtins.AttributeError"),
        (["with pytest.raises(ValueError):", "    slugify('a')"], "does not"),
        (["assert len(slugify('a')) > 3"], "does not hold on head"),
        (["assert slugify('a') == ''.join(['b'])"], "does not hold on head"),
    ],
)
def test_other_faults_are_not_repaired(lines: list[str], reason: str) -> None:
    with pytest.raises(UnusableError, match=reason):
        settled(*lines)


def test_expected_exception_that_comes_is_kept() -> None:
    test = settled("with pytest.raises(AttributeError, match='split'):", "    slugify(1)")

    assert test.negated is not None
    assert "except AttributeError as error:" in test.negated
    assert "import pytest" in test.imports


@pytest.mark.parametrize(
    "lines",
    [
        ["store = []", "store.append(1)", "assert slugify('a') == 'z'"],
        ["for text in ['a']:", "    assert slugify(text) == 'z'"],
        ["assert slugify('a') == 'z' or slugify('b')"],
        ["assert slugify('a') is not None"],
        ["text = 'a'", "assert slugify(text) is text"],
    ],
)
def test_claims_that_cannot_be_looked_up_are_left_to_the_run(lines: list[str]) -> None:
    test = settled(*lines)

    assert test.origin == "model"
    assert test.observations == ()


def test_test_without_assertions_has_no_twin() -> None:
    assert negated_code("def test_a():\n    slugify('a')\n") is None


def test_property_that_only_base_keeps_makes_a_catching_test() -> None:
    test = settled("result = slugify('A b')", "assert 'A' in result")

    assert test.kind is CandidateKind.CATCHING
    assert render_call(test.observations[0].call) == "'A' in slugify('A b')"


def test_property_that_head_keeps_makes_a_hardening_test() -> None:
    test = settled("assert slugify('a b') == slugify('a  b')")

    assert test.kind is CandidateKind.HARDENING
    assert test.origin == "model"
