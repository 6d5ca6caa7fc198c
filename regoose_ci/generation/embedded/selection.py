"""The fewest and plainest inputs that show what a function does on head."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from regoose_ci.comparison.source import has_address, last_name
from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.observations import Observation, Outcome, OutcomeKind
from regoose_ci.domain.revisions import Revision
from regoose_ci.generation.embedded.catching import difference_of
from regoose_ci.generation.embedded.features import feature_of
from regoose_ci.generation.embedded.naming import is_direct
from regoose_ci.generation.embedded.size import plainness
from regoose_ci.guest.protocol import Reach

Feature = tuple[str, ...]

_VARYING = re.compile(r"'[^']*'|\d+")
"""What a message repeats of the input: no reason to show one more input."""

_MAX_INPUTS = 20
_LONG = 160
"""Characters from which on an input or a result is long to read."""
_ALIKE = 3
_SHOWN_RESULTS = 8
"""So many inputs are shown for their different results alone, once all code is reached."""


@dataclass(frozen=True, slots=True)
class _Scored:
    observation: Observation
    features: frozenset[Feature]
    differs: bool
    is_told: bool
    """It calls the function itself, where any does: what other functions return is not shown."""


def select_inputs(
    function: ChangedFunction, observations: Sequence[Observation]
) -> list[Observation]:
    """Choose inputs for hardening tests, those needed to reach code first.

    Together they reach every line and jump of the function that any input reached on head
    (changed ones before others), and show its different kinds of outcome. Calls of something
    else that comes to the function, and inputs on which base and head disagree, are taken only
    for code that no other input reaches: whether head is right there is not known yet.
    """
    direct = any(is_direct(function, o.call) and is_assertable(o) for o in observations)
    pool = [
        _scored(function, o, is_told=not direct or is_direct(function, o.call))
        for o in sorted(observations, key=plainness)
        if is_assertable(o)
    ]
    agreed = [s for s in pool if not s.differs]
    told = [s for s in agreed if s.is_told]
    chosen: list[_Scored] = []
    for part in ([s for s in told if _is_short(s)], told, agreed):
        chosen += _cover(part, _reached(chosen))
    disputed = [s for s in pool if s.differs]
    chosen += _cover([_only_code(s) for s in disputed], _reached(chosen))
    chosen = _pruned(chosen)
    if not any(s.observation.kills for s in pool):
        chosen += _other_results(chosen, pool)  # without mutants, results stand in for them
    return [s.observation for s in chosen[:_MAX_INPUTS]]


def most_telling(
    function: ChangedFunction, groups: Sequence[list[Observation]], most: int
) -> list[list[Observation]]:
    """Choose the groups of inputs that together show most, and leave them in their order."""
    told = [frozenset(f for o in group for f in _features(function, o)) for group in groups]
    shown: frozenset[Feature] = frozenset()
    chosen: list[int] = []
    for _ in groups[:most]:
        others = [n for n in range(len(groups)) if n not in chosen]
        best = max(others, key=lambda n: len(told[n] - shown))
        chosen.append(best)
        shown |= told[best]
    return [groups[n] for n in sorted(chosen)]


def _scored(function: ChangedFunction, observation: Observation, *, is_told: bool) -> _Scored:
    differs = difference_of(observation) is not None
    scored = _Scored(observation, frozenset(_features(function, observation)), differs, is_told)
    return scored if is_told else _only_code(scored)


def _reached(chosen: Sequence[_Scored]) -> frozenset[Feature]:
    return frozenset(f for s in chosen for f in s.features)


def _is_short(scored: _Scored) -> bool:
    """Whether a reader sees the whole of the input and of its outcome at a glance."""
    outcome = scored.observation.outcomes[Revision.HEAD]
    whole = outcome.value is None or len(outcome.value.source or " " * _LONG) < _LONG
    return whole and _size(scored) < _LONG


def _size(scored: _Scored) -> int:
    call = scored.observation.call
    return sum(map(len, [*call.args, *(value for _, value in call.kwargs), call.receiver or ""]))


def is_assertable(observation: Observation) -> bool:
    """Whether head's outcome can be asserted: stable, finished, and no accident of bad input."""
    outcome = observation.outcomes.get(Revision.HEAD)
    if outcome is None or not observation.stable:
        return False
    if outcome.kind is OutcomeKind.RAISED:
        return outcome.raised is not None and (
            outcome.raised.deliberate and bool(outcome.raised.name)
        )
    if outcome.kind is not OutcomeKind.RETURNED or outcome.value is None:
        return False
    if last_name(outcome.value.type) == "NotImplementedType":
        return False
    return not has_address(outcome.value.source or "") and not has_address(outcome.stdout)


def _features(function: ChangedFunction, observation: Observation) -> Iterator[Feature]:
    reach = observation.reached.get(Revision.HEAD, Reach())
    source = function.head
    if source is not None:
        inside = range(source.first_line, source.last_line + 1)
        for line in reach.lines.get(source.path, ()):
            if line in inside:
                yield ("line", str(line))
        for start, end in reach.arcs.get(source.path, ()):
            if start in inside or end in inside:
                yield ("arc", str(start), str(end))
    yield from (("mutant", mutant) for mutant in observation.kills)
    yield ("outcome", *_kind_of(observation.outcomes[Revision.HEAD]))


def _kind_of(outcome: Outcome) -> tuple[str, ...]:
    if outcome.raised is not None:
        return ("raised", outcome.raised.type)
    value = outcome.value
    if value is None:
        return ("nothing",)
    told = value.source if value.source in {"True", "False", "None", "''", "[]", "{}"} else None
    effects = "changes" if outcome.changed_arguments else "prints" if outcome.stdout else ""
    return (told or value.type, effects)


def _cover(pool: Sequence[_Scored], reached: frozenset[Feature]) -> list[_Scored]:
    """Greedy set cover; the pool's order decides between equals."""
    chosen: list[_Scored] = []
    missing = frozenset(f for s in pool for f in s.features) - reached
    while missing:
        best = max(pool, key=lambda s: len(s.features & missing))
        chosen.append(best)
        missing -= best.features
    return chosen


def _only_code(scored: _Scored) -> _Scored:
    code = frozenset(f for f in scored.features if f[0] != "outcome")
    return dataclasses.replace(scored, features=code)


def _pruned(chosen: Sequence[_Scored]) -> list[_Scored]:
    """Drop, least plain first, what the others show together."""
    kept = list(chosen)
    for scored in sorted(chosen, key=lambda s: (s.differs, plainness(s.observation)), reverse=True):
        others = frozenset(f for s in kept if s is not scored for f in s.features)
        if scored.features <= others:
            kept.remove(scored)
    return kept


def _other_results(chosen: Sequence[_Scored], pool: Sequence[_Scored]) -> list[_Scored]:
    """Inputs with results not shown yet: what kills mutants that reaching a line does not."""
    shown = Counter(_result(s) for s in chosen)
    kinds = Counter(feature_of(s.observation.call) for s in chosen)
    taken = {id(s) for s in chosen}
    more: list[_Scored] = []
    for scored in pool:
        if len(chosen) + len(more) >= _SHOWN_RESULTS:
            break
        result = _result(scored)
        is_yes_or_no = result[0] in {"True", "False"}
        kind = feature_of(scored.observation.call)
        is_out = not scored.is_told or id(scored) in taken or kinds[kind] >= _ALIKE
        if scored.differs or is_out or shown[result] >= (2 if is_yes_or_no else 1):
            continue
        shown[result] += 1
        kinds[kind] += 1
        more.append(scored)
    return more


def _result(scored: _Scored) -> tuple[str, ...]:
    outcome = scored.observation.outcomes[Revision.HEAD]
    if outcome.raised is not None:
        return ("raised", outcome.raised.type, _VARYING.sub("", outcome.raised.message))
    value = outcome.value
    effects = [v.source or v.type for v in outcome.changed_arguments.values()]
    return ((value.source or value.type) if value else "", outcome.stdout, *effects)
