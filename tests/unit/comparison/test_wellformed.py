from __future__ import annotations

import dataclasses

import pytest

from regoose_ci.comparison.wellformed import is_definition, is_well_formed, is_well_formed_call
from regoose_ci.domain.observations import Call, CallKind, Outcome, OutcomeKind, Raised, Value
from tests.unit.generation.observing import call, method, observation, raised, returned, value


@pytest.mark.parametrize(
    "made",
    [
        call("f", "1); import os; print(1"),
        call("f", "1\n"),
        call("f", "1  # one"),
        call("f", "(1,\r2)"),
        call("f", "'\u202e'"),
        call("f", "not " * 2000 + "1"),
        call("f", "0x" + "f" * 6000),
        call("f(1)", "1"),
        call("f", "1", imports=("import os; os.remove('x')",)),
        call("f", "1", imports=("print()",)),
        Call(CallKind.FUNCTION, "f", kwargs=(("a b", "1"),)),
        Call(CallKind.METHOD, "f"),
        Call(CallKind.FUNCTION, "f", receiver="a"),
        method("a b", "f"),
    ],
)
def test_parts_that_are_not_expressions_are_refused(made: Call) -> None:
    assert not is_well_formed_call(made)


@pytest.mark.parametrize(
    "definition",
    [
        "__test__ = False",
        "pytest_plugins = 'evil'",
        "limit = -exit()",
        "class len:\n    pass",
        "def test_b():\n    pass",
        "def setup_module():\n    exit()",
        "def pytest_generate_tests(metafunc):\n    exit()",
        "class C:\n    text = '\x1b[2J'",
        "class C:  # \u202e\n    pass",
        "class C:\r    pass",
        "class C:\n    pass\nexit()",
        "async def f():\n    pass",
    ],
)
def test_definitions_that_change_what_a_file_means_are_refused(definition: str) -> None:
    assert not is_definition(definition)
    assert not is_well_formed_call(call("f", "C()", imports=(definition,)))


@pytest.mark.parametrize(
    "definition",
    ["LIMIT = -3", "class C:\n\tname = 'é'", "@deco\ndef helper(n):\n    return n"],
)
def test_ordinary_definitions_are_well_formed(definition: str) -> None:
    assert is_definition(definition)


def test_ordinary_calls_are_well_formed() -> None:
    assert is_well_formed_call(call("pkg.f", "[1, 2]", key="lambda x: x", imports=("import pkg",)))
    assert is_well_formed_call(method("URL('a')", "join", "URL('b')"))


@pytest.mark.parametrize(
    "outcome",
    [
        returned(Value("int", "1; import os")),
        returned(Value("int", "1  # one")),
        returned(Value("int", "1", ("import os; os.abort()",))),
        returned(Value("Url", parts={"{}; exit()": value(1)})),
        returned(Value("Url", parts={"exit()": value(1)})),
        returned(Value("Url", parts={"{}.path": Value("str", "")})),
        Outcome(OutcomeKind.RETURNED, value(None), changed_arguments={"0": Value("int", "1 2")}),
        Outcome(OutcomeKind.RAISED, raised=Raised("E", "", "E); exit(")),
        Outcome(OutcomeKind.RAISED, raised=Raised("E", "", "E", ("exit()",))),
    ],
)
def test_outcomes_that_are_not_expressions_are_refused(outcome: Outcome) -> None:
    assert not is_well_formed(observation(call("f"), None, outcome))


def test_ordinary_outcomes_are_well_formed() -> None:
    url = Value("Url", parts={"{}.path": value("/x"), "{}['{{a}}']": value([1])})
    assert is_well_formed(observation(call("f"), returned(url), raised("ValueError", "no")))
    unnamed = Outcome(OutcomeKind.RAISED, raised=Raised("E", "", ""))
    assert is_well_formed(observation(call("f"), returned(1, _0=[2]), unnamed))


@pytest.mark.parametrize(
    ("category", "formed"),
    [
        ("", True),
        ("DeprecationWarning", True),
        ("print", False),
        ("ValueError", False),
        ('x")\nimport os  # ', False),
        ("shop.OldWarning", False),
    ],
)
def test_a_warning_is_named_as_python_names_it_or_not_at_all(category: str, formed: bool) -> None:
    outcome = dataclasses.replace(returned("a"), warned=(category,))
    assert is_well_formed(observation(call("f"), None, outcome)) is formed
