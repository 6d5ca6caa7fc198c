"""Hardening tests: what head does now, one test function per behaviour."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from regoose_ci.comparison.calls import is_statement
from regoose_ci.comparison.wellformed import is_well_formed
from regoose_ci.domain.candidates import CandidateKind, CandidateTest
from regoose_ci.domain.observations import Observation
from regoose_ci.domain.revisions import Revision
from regoose_ci.generation.base import FunctionContext
from regoose_ci.generation.embedded.arranging import has_recipes
from regoose_ci.generation.embedded.assertions import (
    Check,
    Relation,
    checks_of,
    says_enough,
)
from regoose_ci.generation.embedded.behaviours import behaviour_of_all
from regoose_ci.generation.embedded.bodies import (
    Body,
    argument_body,
    raising_body,
    stdout_body,
    value_body,
)
from regoose_ci.generation.embedded.catching import ORIGIN, difference_of
from regoose_ci.generation.embedded.definitions import definitions_of
from regoose_ci.generation.embedded.formatting import UnwritableTestError, render_test
from regoose_ci.generation.embedded.messages import common_match_of, match_of
from regoose_ci.generation.embedded.naming import Names, names_for, parameters_of
from regoose_ci.generation.embedded.selection import most_telling, select_inputs
from regoose_ci.generation.embedded.size import plainness
from regoose_ci.generation.embedded.tables import Row, shape, table_body
from regoose_ci.generation.embedded.warnings_of import warnings_filter

_MAX_TESTS = 5
_MAX_ROWS = 8
_LONGEST_OUTPUT = 200
_MODULE_HOOKS = frozenset({"__dir__", "__getattr__"})
"""What only the interpreter calls; nobody tests the list of a module's names."""


@dataclass(frozen=True, slots=True)
class _Case:
    """Inputs that show one behaviour: several when they share a table."""

    observations: tuple[Observation, ...]
    body: Body


def hardening_tests(
    context: FunctionContext, observations: Sequence[Observation], names: Names
) -> list[CandidateTest]:
    """A handful of tests of head's behaviour, from the inputs worth showing."""
    if context.function.current.qualname in _MODULE_HOOKS:
        return []
    formed = [o for o in observations if is_well_formed(o)]
    tests = []
    groups = _groups(select_inputs(context.function, formed))
    for group in most_telling(context.function, groups, _MAX_TESTS):
        case = _case(context, group)
        test = _test(context, case, names) if case is not None else None
        if test is not None:
            tests.append(test)
    return tests


def _test(context: FunctionContext, case: _Case, names: Names) -> CandidateTest | None:
    calls = [o.call for o in case.observations]
    outcomes = [o.outcomes[Revision.HEAD] for o in case.observations]
    parameters = parameters_of(context.function, calls[0])
    behaviour = behaviour_of_all(calls, outcomes, parameters)
    name = names.pick(names_for(calls, behaviour, parameters, outcomes[0].value))
    body = _tolerant(case.body, warnings_filter(case.observations))
    try:
        code, negated = render_test(name, body, context.style.line_length)
    except UnwritableTestError:
        return None
    return CandidateTest(
        function_id=context.function.id,
        name=name,
        kind=CandidateKind.HARDENING,
        code=code,
        imports=tuple(dict.fromkeys(body.imports)),
        origin=ORIGIN,
        observations=case.observations,
        negated=negated,
    )


def _tolerant(body: Body, decorator: str) -> Body:
    if not decorator:
        return body
    decorators = "\n".join(filter(None, [decorator, body.decorator]))
    return dataclasses.replace(body, decorator=decorators, imports=(*body.imports, "import pytest"))


def _groups(observations: Iterable[Observation]) -> list[list[Observation]]:
    """Inputs of one behaviour together; those base and head disagree on apart from the rest."""
    groups: dict[object, list[Observation]] = {}
    for observation in observations:
        row = _row(observation)
        key = (
            (difference_of(observation) is not None, shape(row), definitions_of(row.call.imports))
            if row
            else observation.call
        )
        groups.setdefault(key, []).append(observation)
    return [sorted(group[:_MAX_ROWS], key=plainness) for group in groups.values()]


def _row(observation: Observation) -> Row | None:
    """The observation as a row of a table; ``None`` when one assertion does not tell it."""
    call, outcome = observation.call, observation.outcomes[Revision.HEAD]
    if has_recipes(call):
        return None
    if outcome.raised is not None:
        inputs = [*call.args, *(value for _, value in call.kwargs)]
        return Row(call, outcome, common_match_of(outcome.raised, inputs))
    if outcome.stdout or outcome.value is None:
        return None
    changed, told = "", outcome.value
    if outcome.changed_arguments:
        (changed, told), *others = outcome.changed_arguments.items()
        if others or outcome.value.source != "None":
            return None
    checks = checks_of(told)
    says_one = len(checks) == 1 and says_enough(checks)
    if not says_one or (is_statement(call) and not changed):
        return None
    return Row(call, outcome, checks[0], changed)


def _case(context: FunctionContext, group: Sequence[Observation]) -> _Case | None:
    parameters = parameters_of(context.function, group[0].call)
    width = context.style.line_length - 4
    rows = [row for o in group if (row := _row(o)) is not None]
    if len(rows) > 1:
        body = table_body(rows, parameters, width)
        if body is not None:
            return _Case(tuple(group), body)
    single = _single_body(group[0], parameters, width)
    return _Case((group[0],), single) if single is not None else None


def _single_body(observation: Observation, parameters: tuple[str, ...], width: int) -> Body | None:
    call, outcome = observation.call, observation.outcomes[Revision.HEAD]
    if outcome.raised is not None:
        return raising_body(call, outcome, outcome.raised, match_of(outcome.raised))
    if outcome.changed_arguments:
        changed = {key: checks_of(value)[0] for key, value in outcome.changed_arguments.items()}
        return argument_body(call, outcome, changed, parameters)
    is_silent = outcome.value is None or outcome.value.source == "None"
    if outcome.stdout and is_silent:
        return stdout_body(call, outcome, _output_check(outcome.stdout))
    if outcome.value is None or is_statement(call):
        return None
    checks = checks_of(outcome.value)
    return value_body(call, outcome, checks, parameters, width) if says_enough(checks) else None


def _output_check(text: str) -> Check:
    if len(text) <= _LONGEST_OUTPUT:
        return Check("{}", Relation.EQUAL, repr(text))
    first = next((line for line in text.splitlines() if line.strip()), text[:_LONGEST_OUTPUT])
    return Check("{}", Relation.CONTAINS, repr(first[:_LONGEST_OUTPUT]))
