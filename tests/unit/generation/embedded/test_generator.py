from __future__ import annotations

import ast
import dataclasses

import anyio

from regoose_ci.domain.candidates import CandidateKind, CandidateTest
from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.observations import Call, CallKind, Observation, Origin, Outcome, OutcomeKind
from regoose_ci.generation.base import FunctionContext
from regoose_ci.generation.embedded.generator import EmbeddedGenerator
from tests.unit.generation.observing import (
    TIMEOUT,
    call,
    function,
    method,
    observation,
    raised,
    returned,
)

IMPORTS = ("from pkg.text import slugify",)


def slug(*args: str, **kwargs: str) -> Call:
    return call("slugify", *args, imports=IMPORTS, **kwargs)


def generate(
    *observations: Observation,
    changed: ChangedFunction | None = None,
) -> list[CandidateTest]:
    context = FunctionContext(changed or function("slugify", "text", "separator"))
    return list(anyio.run(EmbeddedGenerator().generate, context, observations))


def of_kind(kind: CandidateKind, *observations: Observation) -> list[CandidateTest]:
    return [t for t in generate(*observations) if t.kind is kind]


def test_one_catching_test_per_kind_of_difference_on_the_smallest_input() -> None:
    tests = of_kind(
        CandidateKind.CATCHING,
        observation(slug("'a long  text'"), returned("a-long-text"), returned("a-long--text")),
        observation(slug("'a  b'"), returned("a-b"), returned("a--b")),
        observation(slug("''"), returned(""), raised("ValueError", "no text")),
    )
    assert [t.code for t in tests] == [
        'def test_slugify_of_text_with_repeated_space():\n    assert slugify("a  b") == "a-b"\n',
        'def test_slugify_accepts_empty_string():\n    assert slugify("") == ""\n',
    ]
    assert tests[0].imports == IMPORTS
    assert "slugify('a  b') != 'a-b'" in (tests[0].negated or "")


def test_unstable_observations_are_never_asserted() -> None:
    varying = observation(slug("'a'"), returned("1"), returned("2"), stable=False)
    assert generate(varying) == []


def test_functions_that_no_longer_finish() -> None:
    (test,) = generate(observation(slug("''"), returned(""), TIMEOUT))
    assert test.name == "test_slugify_finishes_for_empty_string"
    assert 'assert slugify("") == ""' in test.code


def test_an_exception_that_is_gone() -> None:
    base = raised("ValueError", "text must not be empty")
    (catching,) = generate(observation(slug("''"), base, returned("")))
    assert catching.code == (
        "def test_slugify_rejects_empty_string():\n"
        '    with pytest.raises(ValueError, match="text must not be empty"):\n'
        '        slugify("")\n'
    )
    assert "import pytest" in catching.imports
    assert "raise AssertionError" in (catching.negated or "")


def test_an_argument_that_head_leaves_alone_or_changes() -> None:
    made = call("sort", "[2, 1]")
    leaves = observation(made, returned(None, _0=[1, 2]), returned(None))
    changes = observation(made, returned(None), returned(None, _0=[1, 2]))
    changed = function("sort", "items")
    assert [generate(o, changed=changed)[0].code for o in (leaves, changes)] == [
        "def test_sort_changes_items():\n"
        "    items = [2, 1]\n"
        "    sort(items)\n"
        "    assert items == [1, 2]\n",
        "def test_sort_keeps_items():\n"
        "    items = [2, 1]\n"
        "    sort(items)\n"
        "    assert items == [2, 1]\n",
    ]


def test_inputs_of_one_behaviour_share_a_table() -> None:
    (test,) = of_kind(
        CandidateKind.HARDENING,
        *(
            observation(slug(repr(text)), None, returned(text.lower()), lines=(1, line))
            for line, text in enumerate(("Ab", "Cd"), start=2)
        ),
    )
    assert test.code == (
        '@pytest.mark.parametrize(\n    ("text", "expected"),\n    [\n'
        '        ("Ab", "ab"),\n        ("Cd", "cd"),\n    ],\n)\n'
        "def test_slugify_lowercases_text(text, expected):\n"
        "    assert slugify(text) == expected\n"
    )
    assert len(test.observations) == 2


def test_equal_results_need_no_column() -> None:
    (test,) = of_kind(
        CandidateKind.HARDENING,
        observation(call("is_slug", "'a'"), None, returned(True), lines=(1, 2)),
        observation(call("is_slug", "'b'"), None, returned(True), lines=(1, 3)),
    )
    assert '@pytest.mark.parametrize("value", ["a", "b"])' in test.code
    assert "assert is_slug(value) is True" in test.code


def test_only_inputs_that_reach_more_or_show_more_are_chosen() -> None:
    plain = observation(slug("'a'"), None, returned("a"), lines=(1, 2))
    longer = observation(slug("'aaaa'", separator="'-'"), None, returned("a"), lines=(1, 2))
    mutated = observation(
        slug("'\\x00'"), None, returned("a"), lines=(1, 2), origin=Origin.MUTATION
    )
    (test,) = of_kind(CandidateKind.HARDENING, mutated, longer, plain)
    assert test.observations == (plain,)


def test_accidents_are_not_asserted() -> None:
    accident = raised("TypeError", "unsupported operand", deliberate=False)
    assert generate(observation(slug("None"), accident, accident, lines=(1, 5))) == []


def test_deliberate_exceptions_are() -> None:
    refused = raised("TypeError", "text must be a string")
    (test,) = generate(observation(slug("None"), refused, refused, lines=(1, 5)))
    assert test.name == "test_slugify_rejects_none"


def test_disputed_inputs_are_used_only_for_code_nothing_else_reaches() -> None:
    agreed = observation(slug("'a'"), returned("a"), returned("a"), lines=(1, 2))
    disputed = observation(slug("'b'"), returned("b"), returned("c"), lines=(1, 2))
    needed = observation(slug("' '"), returned("b"), returned("c"), lines=(1, 3))
    tests = of_kind(CandidateKind.HARDENING, agreed, disputed, needed)
    assert [t.observations for t in tests] == [(agreed,), (needed,)]


def test_printed_output_is_read_by_capsys() -> None:
    (test,) = generate(observation(call("greet"), None, returned(None, stdout="hi\n")))
    assert test.code == (
        "def test_greet_prints_text(capsys):\n"
        "    greet()\n"
        '    assert capsys.readouterr().out == "hi\\n"\n'
    )


def test_asynchronous_iterators_are_collected() -> None:
    outcome = Outcome(OutcomeKind.RETURNED, returned([1, 2]).value, awaited=True, iterated=True)
    (test,) = generate(observation(call("pages"), None, outcome))
    assert test.imports == ("import asyncio",)
    assert test.code == (
        "def test_pages():\n"
        "    async def collect():\n"
        "        return [item async for item in pages()]\n"
        "\n"
        "    assert asyncio.run(collect()) == [1, 2]\n"
    )


def test_operators_are_used_as_such() -> None:
    made = method("Version('1')", "__eq__", "Version('1.0')")
    changed = function("Version.__eq__", "other")
    (test,) = generate(observation(made, None, returned(True)), changed=changed)
    assert 'assert Version("1") == Version("1.0")' in test.code


def test_comparisons_with_none_name_it_for_the_linters() -> None:
    made = method("Version('1')", "__eq__", "None")
    changed = function("Version.__eq__", "other")
    (test,) = generate(observation(made, None, returned(False)), changed=changed)
    assert '    other = None\n    assert not (Version("1") == other)\n' in test.code


def test_long_inputs_get_a_name() -> None:
    text = "some words of a sentence that goes on for quite a while, up to its very end"
    (test,) = generate(observation(slug(repr(text)), None, returned("x")))
    assert f'    text = "{text}"\n    assert slugify(text) == "x"\n' in test.code


def test_source_that_is_no_expression_is_left_out() -> None:
    hostile = Call(CallKind.FUNCTION, "slugify", args=("1) or exit(0",))
    assert generate(observation(hostile, returned(1), returned(2))) == []


def test_all_code_and_its_twins_parse() -> None:
    seen = observation(slug("'a  b'", separator="'_'"), returned("a_b"), returned("a__b"))
    for test in generate(seen, dataclasses.replace(seen, outcomes={**seen.outcomes})):
        ast.parse(test.code)
        ast.parse(test.negated or "(")


def test_arguments_that_are_changed_share_a_table_too() -> None:
    (test,) = of_kind(
        CandidateKind.HARDENING,
        *(
            observation(
                call("merge", "{}", repr(more)), None, returned(None, _0=more), lines=(1, line)
            )
            for line, more in enumerate(({"a": 1}, {"b": 2}), start=2)
        ),
    )
    body = test.code.partition("def ")[2]
    assert body.splitlines()[1:] == [
        "    first = {}",
        "    merge(first, second)",
        "    assert first == expected",
    ]
    assert len(test.observations) == 2
