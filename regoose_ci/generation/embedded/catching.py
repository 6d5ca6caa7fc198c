"""Catching tests: base's outcome asserted on the smallest input of each kind of difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from regoose_ci.comparison.calls import is_statement
from regoose_ci.comparison.differences import (
    Difference,
    DifferenceKind,
    difference,
)
from regoose_ci.comparison.shapes import kind_of_change
from regoose_ci.comparison.telling import is_worth_telling
from regoose_ci.comparison.wellformed import is_well_formed
from regoose_ci.domain.candidates import CandidateKind, CandidateTest
from regoose_ci.domain.observations import Observation, Value
from regoose_ci.domain.revisions import Revision
from regoose_ci.generation.base import FunctionContext
from regoose_ci.generation.embedded.assertions import (
    Check,
    Relation,
    checks_of,
    checks_of_difference,
)
from regoose_ci.generation.embedded.behaviours import behaviour_of_difference
from regoose_ci.generation.embedded.bodies import (
    Body,
    argument_body,
    raising_body,
    stdout_body,
    value_body,
)
from regoose_ci.generation.embedded.formatting import UnwritableTestError, render_test
from regoose_ci.generation.embedded.messages import match_of
from regoose_ci.generation.embedded.naming import Names, names_for, parameters_of
from regoose_ci.generation.embedded.size import complexity

ORIGIN: Final = "embedded"
_MAX_TESTS = 8
_RAISED_ON_BASE = frozenset(
    {
        DifferenceKind.EXCEPTION_GONE,
        DifferenceKind.EXCEPTION_TYPE,
        DifferenceKind.EXCEPTION_MESSAGE,
    }
)


def difference_of(observation: Observation) -> Difference | None:
    """The noteworthy difference an observation shows, if it is stable and shows one."""
    base = observation.outcomes.get(Revision.BASE)
    head = observation.outcomes.get(Revision.HEAD)
    if base is None or head is None or not observation.stable:
        return None
    found = difference(base, head)
    if found is None or not is_worth_telling(found, observation.call):
        return None
    return found


def catching_tests(
    context: FunctionContext, observations: Sequence[Observation], names: Names
) -> list[CandidateTest]:
    """One test per kind of difference, the most telling kinds first."""
    tests: list[CandidateTest] = []
    shown: set[tuple[str, ...]] = set()
    for observation, found in _by_telling(observations):
        kind = kind_of_change(found, observation.call)
        if kind in shown or len(tests) == _MAX_TESTS:
            continue
        test = _catching_test(context, observation, found, names)
        if test is not None:
            shown.add(kind)
            tests.append(test)
    return tests


def _by_telling(
    observations: Sequence[Observation],
) -> Iterator[tuple[Observation, Difference]]:
    formed = [o for o in observations if is_well_formed(o)]
    pairs = [(o, found) for o in formed if (found := difference_of(o)) is not None]
    yield from sorted(pairs, key=lambda pair: (pair[1].kind.rank, complexity(pair[0].call)))


def _catching_test(
    context: FunctionContext, observation: Observation, found: Difference, names: Names
) -> CandidateTest | None:
    call = observation.call
    parameters = parameters_of(context.function, call)
    body = _body(context, observation, found, parameters)
    if body is None:
        return None
    behaviour = behaviour_of_difference(found, call, parameters)
    name = names.pick(names_for([call], behaviour, parameters, found.base.value))
    try:
        code, negated = render_test(name, body, context.style.line_length)
    except UnwritableTestError:
        return None
    return CandidateTest(
        function_id=context.function.id,
        name=name,
        kind=CandidateKind.CATCHING,
        code=code,
        imports=tuple(dict.fromkeys(body.imports)),
        origin=ORIGIN,
        observations=(observation,),
        negated=negated,
    )


def _body(
    context: FunctionContext,
    observation: Observation,
    found: Difference,
    parameters: tuple[str, ...],
) -> Body | None:
    call, base = observation.call, found.base
    if base.raised is not None:
        if found.kind not in _RAISED_ON_BASE or not base.raised.name:
            return None
        is_message = found.kind is DifferenceKind.EXCEPTION_MESSAGE
        return raising_body(call, base, base.raised, match_of(base.raised, whole=is_message))
    if found.kind is DifferenceKind.STDOUT:
        return stdout_body(call, base, Check("{}", Relation.EQUAL, repr(base.stdout)))
    if found.argument is not None:
        check = _argument_check(found, observation, found.argument)
        if check is None:
            return None
        return argument_body(call, base, {found.argument: check}, parameters)
    if base.value is None or is_statement(call):
        return None
    if found.base_part is None and _is_silent(base.value) and base.changed_arguments:
        changed = {key: checks_of(value)[0] for key, value in base.changed_arguments.items()}
        return argument_body(call, base, changed, parameters)
    width = context.style.line_length - 4
    checks = checks_of_difference(found)
    return value_body(call, base, checks, parameters, width) if checks else None


def _is_silent(value: Value) -> bool:
    return value.source == "None"


def _argument_check(found: Difference, observation: Observation, key: str) -> Check | None:
    if found.base_part is not None:
        if found.head_part is None:
            return checks_of(found.base_part)[0]
        return checks_of_difference(found)[0]
    source = _written(observation, key)
    unchanged = Value(type="object", source=source) if source else None
    return checks_of(unchanged)[0] if unchanged is not None else None


def _written(observation: Observation, key: str) -> str | None:
    """The source an argument was given as; a receiver's need not compare equal to itself."""
    call = observation.call
    if key.isdigit():
        return call.args[int(key)] if int(key) < len(call.args) else None
    return dict(call.kwargs).get(key)
