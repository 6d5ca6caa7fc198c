"""What a model is told about a function: what was seen of it, and what nothing has shown yet."""

from __future__ import annotations

import ast
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice

from regoose_ci.analysis.branches import branch_exits
from regoose_ci.analysis.mutants import Mutant, make_mutants
from regoose_ci.analysis.nodes import walk
from regoose_ci.comparison.calls import render_call
from regoose_ci.comparison.outcomes import describe, describe_pair
from regoose_ci.comparison.shapes import kind_of_change
from regoose_ci.comparison.wellformed import is_well_formed
from regoose_ci.domain.changes import FunctionSource
from regoose_ci.domain.observations import Observation, Origin, Reach
from regoose_ci.domain.revisions import Revision
from regoose_ci.generation.base import FunctionContext
from regoose_ci.generation.embedded.catching import difference_of
from regoose_ci.generation.embedded.size import plainness

_MAX_WITNESSES = 6
_MAX_SAMPLES = 8
_MAX_MUTANTS = 12
_RANKS = {origin: rank for rank, origin in enumerate(Origin)}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the host knows of a function's place in the project; everything is optional.

    ``callers`` and ``examples`` (the closest existing tests, with their fixtures) are source
    text; ``modules`` are top-level modules that the project's code and tests import;
    ``equivalents`` are ids of mutants that cannot be told from the original.
    """

    title: str = ""
    description: str = ""
    callers: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    modules: frozenset[str] = frozenset()
    equivalents: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Seen:
    """A call and what came of it on each revision, in words; empty where it was not made."""

    call: str
    base: str
    head: str


@dataclass(frozen=True, slots=True)
class Gaps:
    """What no input has shown: lines of the file, branch lines, faults nothing noticed."""

    lines: tuple[int, ...] = ()
    branches: tuple[int, ...] = ()
    mutants: tuple[Mutant, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.lines or self.branches or self.mutants)

    @property
    def faults(self) -> str:
        """The mutants, one a line."""
        return "\n".join(f"{mutant.line}: {mutant.description}" for mutant in self.mutants)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the embedded generator saw: differences, ordinary calls, and what is missing."""

    witnesses: tuple[Seen, ...] = ()
    samples: tuple[Seen, ...] = ()
    gaps: Gaps = field(default_factory=Gaps)


def evidence_of(
    context: FunctionContext, observations: Sequence[Observation], around: Surroundings
) -> Evidence:
    """Choose what of the observations is worth telling."""
    differing: list[Observation] = []
    agreeing: list[Observation] = []
    for observation in observations:
        (agreeing if difference_of(observation) is None else differing).append(observation)
    witnesses = islice(filter(is_well_formed, differing), _MAX_WITNESSES)
    samples = islice(filter(is_well_formed, _best_first(agreeing)), _MAX_SAMPLES)
    parameters = context.function.parameters
    return Evidence(
        tuple(seen(o, parameters) for o in witnesses),
        tuple(seen(o, parameters) for o in samples),
        gaps_of(context.function.head, observations, around.equivalents),
    )


def _best_first(observations: Sequence[Observation]) -> Iterator[Observation]:
    """By origin, then by plainness, which takes long to tell of all."""

    def rank(observation: Observation) -> int:
        return _RANKS[observation.origin]

    for _, alike in groupby(sorted(observations, key=rank), key=rank):
        yield from sorted(alike, key=plainness)


def seen(observation: Observation, parameters: Sequence[str]) -> Seen:
    """An observation in words."""
    call = render_call(observation.call)
    base = observation.outcomes.get(Revision.BASE)
    head = observation.outcomes.get(Revision.HEAD)
    if base is not None and head is not None and difference_of(observation) is not None:
        return Seen(call, *describe_pair(base, head, parameters))
    ours, theirs = (describe(o, parameters) if o is not None else "" for o in (base, head))
    return Seen(call, ours, theirs)


def gaps_of(
    head: FunctionSource | None, observations: Sequence[Observation], equivalents: frozenset[str]
) -> Gaps:
    """Changed lines and branches that no observation reached on head, and surviving mutants."""
    if head is None:
        return Gaps()
    reaches = [o.reached.get(Revision.HEAD, Reach()) for o in observations]
    lines = {line for reach in reaches for line in reach.lines.get(head.path, ())}
    arcs = {arc for reach in reaches for arc in reach.arcs.get(head.path, ())}
    offset = head.first_line - 1
    of_interest = _statement_lines(head)
    missing = tuple(sorted(of_interest - lines))
    exits = {line + offset: count for line, count in branch_exits(head.source).items()}
    partial = tuple(
        line
        for line, count in sorted(exits.items())
        if line in of_interest & lines
        and len({end for start, end in arcs if start == line}) < count
    )
    return Gaps(missing, partial, _survivors(head, observations, equivalents))


def features_of(observations: Sequence[Observation]) -> frozenset[Hashable]:
    """What observations show: lines, jumps, noticed faults, kinds of difference."""
    return frozenset(feature for o in observations for feature in _features(o))


def _features(observation: Observation) -> Iterator[Hashable]:
    for revision, reach in observation.reached.items():
        for path, lines in reach.lines.items():
            yield from ((revision, path, line) for line in lines)
        for path, arcs in reach.arcs.items():
            yield from ((revision, path, arc) for arc in arcs)
    yield from observation.kills
    found = difference_of(observation)
    if found is not None:
        yield kind_of_change(found, observation.call)


def _statement_lines(head: FunctionSource) -> set[int]:
    """Lines of the body that a run can reach: the changed ones if there are any, else all."""
    try:
        tree = ast.parse(head.source)
    except (SyntaxError, ValueError, RecursionError):
        return set()
    own = tree.body[0] if tree.body else None
    statements = [
        n for n in walk(tree) if isinstance(n, ast.stmt) and n is not own and not _is_text(n)
    ]
    lines = {n.lineno + head.first_line - 1 for n in statements}
    return lines & head.changed_lines or lines


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _survivors(
    head: FunctionSource, observations: Sequence[Observation], equivalents: frozenset[str]
) -> tuple[Mutant, ...]:
    killed = {mutant for o in observations for mutant in o.kills}
    if not killed:  # not measured: every mutant would seem to survive
        return ()
    alive = (m for m in make_mutants(head) if m.id not in killed | equivalents)
    return tuple(alive)[:_MAX_MUTANTS]
