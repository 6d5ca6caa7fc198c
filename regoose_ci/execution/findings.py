"""What exploring brought, function by function, and which differences are worth showing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle, zip_longest

from regoose_ci.analysis.mutants import Mutant
from regoose_ci.comparison.differences import (
    Difference,
    DifferenceKind,
    difference,
)
from regoose_ci.comparison.shapes import Kind, is_told_by_inputs, look_of, relation_of
from regoose_ci.comparison.telling import is_worth_telling
from regoose_ci.domain.changes import ChangedFunction, FunctionSource
from regoose_ci.domain.observations import Call, Observation, Reach
from regoose_ci.domain.report import Explored
from regoose_ci.domain.revisions import Revision
from regoose_ci.execution.endings import Ending
from regoose_ci.guest.protocol import Target

MAX_SHAPES = 6
"""Kinds of difference to show that differ in their shape alone."""
MAX_INPUTS = 3
"""The same where results say more than the inputs that tell kinds apart."""
MAX_ODD = 2
"""Kinds that only odd inputs show, beside natural ones; twice as many where there are none."""
ODD = 2
SHAPES_OF = {
    "exception_raised": 2,
    "exception_gone": 1,
    "exception_type": 1,
    "argument": 2,
    "stdout": 2,
}
"""Fewer where the input alone tells shapes apart, and where inputs are odd more often."""


@dataclass(slots=True)
class FunctionFindings:
    """What exploring one function brought: kept observations, and one witness a kind.

    ``inputs`` counts all that were tried, ``reached`` those that came to the changed lines.
    """

    function: ChangedFunction
    kept: list[Observation] = field(default_factory=list)
    witnesses: dict[Kind, Observation] = field(default_factory=dict)
    inputs: int = 0
    reached: dict[Revision, int] = field(default_factory=lambda: dict.fromkeys(Revision, 0))
    unbuildable: int = 0
    endings: Counter[Ending] = field(default_factory=Counter)
    unstable: int = 0
    """How many repeated calls came out differently."""
    mutants: tuple[Mutant, ...] = ()
    """Those that were tried and are not equivalent."""
    equivalent: frozenset[str] = frozenset()
    measured: set[Call] = field(default_factory=set)
    """Calls that mutants were tried on."""

    @property
    def explored(self) -> Explored:
        """The counts for the report."""
        return Explored(
            inputs=self.inputs,
            reached_change_on_base=self.reached[Revision.BASE],
            reached_change_on_head=self.reached[Revision.HEAD],
        )


def target_of(function: ChangedFunction, source: FunctionSource) -> Target:
    """Return a function on one revision as guests know it."""
    return Target(
        function.id,
        source.path,
        source.module,
        source.qualname,
        source.first_line,
        source.last_line,
    )


def sources_of(function: ChangedFunction) -> dict[Revision, FunctionSource]:
    """Return where a function stands, by revision."""
    both = {Revision.BASE: function.base, Revision.HEAD: function.head}
    return {revision: source for revision, source in both.items() if source is not None}


def reaches_function(source: FunctionSource, reach: Reach) -> bool:
    """Tell whether a call came into the function."""
    inside = range(source.first_line, source.last_line + 1)
    return any(line in inside for line in reach.lines.get(source.path, ()))


def reaches_change(source: FunctionSource, reach: Reach) -> bool:
    """Tell whether a call came to the function's changed lines; to any, where none stands there.

    Lines that were only taken away leave nothing behind that could be reached.
    """
    if not source.changed_lines:
        return reaches_function(source, reach)
    return not source.changed_lines.isdisjoint(reach.lines.get(source.path, ()))


def noteworthy_difference(observation: Observation) -> Difference | None:
    """Return the difference that an observation shows, if it is one to tell about.

    A changed wording of an error message alone is none.
    """
    outcomes = observation.outcomes
    if Revision.BASE not in outcomes or Revision.HEAD not in outcomes:
        return None
    found = difference(outcomes[Revision.BASE], outcomes[Revision.HEAD])
    if found is None or found.kind is DifferenceKind.EXCEPTION_MESSAGE:
        return None
    return found if is_worth_telling(found, observation.call) else None


def choose_kinds(seen: Counter[Kind], ranks: Mapping[Kind, int], most: int) -> list[Kind]:
    """Choose kinds of difference to show: coarse kinds in turn, the most frequent shape first.

    That is what the change's own tests are about; those that follow are as different from it and
    from each other as can be: one of them may be what nobody thought of. ``ranks`` tell how
    natural the best input of a kind is; natural ones come first, and of the odd ones (``ODD`` and
    more) a few are enough.
    """
    groups: dict[Kind, list[Kind]] = {}
    for kind in sorted(ranks, key=lambda kind: (ranks[kind], -seen[kind])):
        groups.setdefault(kind[:-1], []).append(kind)
    turns = [k for turn in zip_longest(*groups.values()) for k in turn if k is not None]
    chosen = list(_with_room(_diverse(turns, len(groups), ranks)))
    natural = [kind for kind in chosen if ranks[kind] < ODD]
    odd = [kind for kind in chosen if ranks[kind] >= ODD]
    return [*natural, *odd[: MAX_ODD if natural else 2 * MAX_ODD]][:most]


def _diverse(kinds: Sequence[Kind], leaders: int, ranks: Mapping[Kind, int]) -> list[Kind]:
    """Order kinds: the leaders, then such as show a character which none before does, then others.

    Those are found in turn by what natural inputs show most and by plainness, which is few other
    characters; what has all characters of another kind and more is likely explained by that one,
    and waits. Of kinds that look the same, one whose texts are set apart as a leader's are stands
    for all: it varies one thing at a time.
    """
    relations = {(kind[:-1], relation_of(kind)) for kind in kinds[:leaders]}
    looks: dict[tuple[Kind, str], Kind] = {}
    for kind in sorted(kinds[leaders:], key=lambda k: (k[:-1], relation_of(k)) not in relations):
        looks.setdefault((kind[:-1], look_of(kind)), kind)
    several = list(dict.fromkeys(looks[k[:-1], look_of(k)] for k in kinds[leaders:]))
    explained = {k for k in several if any(_explains(other, k) for other in kinds)}
    usual = sorted(several, key=lambda kind: (ranks[kind] >= ODD, kind in explained))
    plain = sorted(usual, key=lambda k: (ranks[k] >= ODD, k in explained, len(_marks(k))))
    chosen = list(kinds[:leaders])
    shown = {mark for kind in chosen for mark in _marks_in(kind)}
    orders = cycle((usual, plain))
    while new := [k for k in next(orders) if not shown.issuperset(_marks_in(k))]:
        kind = new[0]
        chosen.append(kind)
        shown |= _marks_in(kind)
    return list(dict.fromkeys((*chosen, *kinds)))


def _with_room(kinds: Sequence[Kind]) -> Iterator[Kind]:
    """Leave out what is beyond the number of shapes for one coarse kind."""
    taken: Counter[Kind] = Counter()
    for kind in kinds:
        taken[kind[:-1]] += 1
        most = MAX_INPUTS if is_told_by_inputs(kind) else MAX_SHAPES
        if taken[kind[:-1]] <= SHAPES_OF.get(kind[0], most):
            yield kind


def _explains(kind: Kind, other: Kind) -> bool:
    return kind[:-1] == other[:-1] and _marks(kind) < _marks(other)


def _marks(kind: Kind) -> set[str]:
    return set(look_of(kind)) - {"w", "d"}


def _marks_in(kind: Kind) -> set[tuple[str, str]]:
    """Return the characters of a kind, apart from those of other sorts of difference."""
    return {(kind[0], mark) for mark in _marks(kind)}
