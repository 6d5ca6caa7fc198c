"""Repeats observations in fresh guests: another process, another hash seed, another time."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

from regoose_ci.domain.observations import Call, Observation, Origin, Outcome, OutcomeKind, Value
from regoose_ci.domain.revisions import Revision
from regoose_ci.execution.endings import Ending, ending_of
from regoose_ci.execution.findings import FunctionFindings, noteworthy_difference
from regoose_ci.execution.jobs import evaluate
from regoose_ci.execution.pairs import GuestPair
from regoose_ci.execution.patience import CALL_TIMEOUT
from regoose_ci.inputs.simplify import call_size

MAX_CONFIRMED = 240


Repeated = dict[Call, Mapping[Revision, Outcome]]
"""What came of calls when they were made again."""


async def confirm(
    pair: GuestPair, findings: FunctionFindings, known: Repeated | None = None
) -> None:
    """Repeat witnesses and kept observations; drop what does not come out the same.

    Calls that were lost on some revision are not made again: they take long and show nothing.
    Nor are those that are ``known`` from other functions; what is made is added there.
    """
    ended = [o for o in findings.kept if ending_of(o.outcomes.values()) is not Ending.LOST]
    known = {} if known is None else known
    witnesses, kept = findings.witnesses, spread(ended, MAX_CONFIRMED)
    shown = await repeat(pair, list(witnesses.values()), known)
    by_call = {observation.call: observation for observation in shown}
    again = {kind: by_call[w.call] for kind, w in witnesses.items() if w.call in by_call}
    findings.witnesses = {
        kind: o for kind, o in again.items() if o.stable and noteworthy_difference(o) is not None
    }
    repeated = await repeat(pair, kept, known)
    findings.kept = [o for o in repeated if o.stable]
    findings.unstable = sum(not o.stable for o in (*shown, *repeated))


def spread(observations: Sequence[Observation], count: int) -> list[Observation]:
    """Choose inputs of all sizes: what takes new ways through the code, then the project's own.

    After these come the smallest and some of the others, whose results differ first.
    """
    ordered = sorted(observations, key=lambda o: call_size(o.call))
    own = [o for o in ordered if o.origin in (Origin.CARVED, Origin.CALL_SITE)]
    third = count // 3
    first = [*_first_with(_arcs, ordered), *own[:third], *ordered[:third]]
    chosen = set(list(dict.fromkeys(map(id, first)))[:count])
    for group in (_first_with(_result, ordered), ordered):
        others = [o for o in group if id(o) not in chosen]
        room = count - len(chosen)
        step = max(1.0, len(others) / max(1, room))
        chosen |= {id(others[int(n * step)]) for n in range(min(room, len(others)))}
    return [o for o in ordered if id(o) in chosen]


def _first_with(
    features: Callable[[Observation], Iterator[Hashable]], ordered: Sequence[Observation]
) -> list[Observation]:
    """Return the observations that show a feature that none before them does."""
    seen: set[Hashable] = set()
    chosen = []
    for observation in ordered:
        new = set(features(observation)) - seen
        if new:
            seen |= new
            chosen.append(observation)
    return chosen


def _arcs(observation: Observation) -> Iterator[Hashable]:
    for revision, reach in observation.reached.items():
        for path, arcs in reach.arcs.items():
            yield from ((revision, path, arc) for arc in arcs)


def _result(observation: Observation) -> Iterator[Hashable]:
    for revision, outcome in observation.outcomes.items():
        value = outcome.value
        told = (value.type, value.source) if value is not None else None
        yield (revision, outcome.kind, told, outcome.raised, outcome.stdout)


async def repeat(
    pair: GuestPair, observations: list[Observation], known: Repeated | None = None
) -> list[Observation]:
    """Make the calls again and keep what was the same; those that vary are not ``stable``.

    Calls that there was no time for are left out.
    """
    known = {} if known is None else known
    calls = [call for call in dict.fromkeys(o.call for o in observations) if call not in known]
    if calls:
        results = await pair.on_each(lambda _, guest: evaluate(guest, calls, (), 2 * CALL_TIMEOUT))
        made = min(map(len, results.values()))
        for index, call in enumerate(calls[:made]):
            known[call] = {revision: found[index].outcome for revision, found in results.items()}
    return [_with_common(o, known[o.call]) for o in observations if o.call in known]


def _with_common(observation: Observation, again: Mapping[Revision, Outcome]) -> Observation:
    """Keep of each outcome what was the same both times."""
    outcomes: dict[Revision, Outcome] = {}
    for revision, outcome in observation.outcomes.items():
        common = common_outcome(outcome, again[revision])
        if common is None:
            return dataclasses.replace(observation, stable=False)
        outcomes[revision] = common
    return dataclasses.replace(observation, outcomes=outcomes)


def common_outcome(one: Outcome, other: Outcome) -> Outcome | None:
    """Return what two outcomes of the same call share; ``None`` when they are not alike."""
    if one == other:
        return one
    same_kind = _way(one) == _way(other)
    if not same_kind or (one.raised is None) != (other.raised is None):
        return None
    raised = one.raised
    if raised is not None and other.raised is not None and raised != other.raised:
        if raised.type != other.raised.type:
            return None
        raised = dataclasses.replace(raised, message="")
    value = None
    if one.value is not None and other.value is not None:
        value = common_value(one.value, other.value)
        if value is None:
            return None
    arguments = {
        name: common
        for name, before in one.changed_arguments.items()
        if name in other.changed_arguments
        and (common := common_value(before, other.changed_arguments[name])) is not None
    }
    return dataclasses.replace(
        one,
        value=value,
        raised=raised,
        changed_arguments=arguments,
        stdout=one.stdout if one.stdout == other.stdout else "",
    )


def common_value(one: Value, other: Value) -> Value | None:
    """Return a value with the parts that are the same in both; ``None`` when there are none."""
    if one == other:
        return one
    if one.type != other.type:
        return None
    parts = {
        template: common
        for template, part in one.parts.items()
        if template in other.parts
        and (common := common_value(part, other.parts[template])) is not None
    }
    if one.source is not None and one.source == other.source:
        return Value(one.type, one.source, one.imports, parts)
    return Value(one.type, parts=parts) if parts else None


def _way(outcome: Outcome) -> tuple[OutcomeKind, bool, bool, bool]:
    return (outcome.kind, outcome.awaited, outcome.iterated, outcome.entered)
