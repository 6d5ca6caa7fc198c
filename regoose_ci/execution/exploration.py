"""Explores one changed function on both revisions: inputs in, observations out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Hashable, Iterator
from dataclasses import dataclass, field
from itertools import islice, zip_longest

from regoose_ci.analysis.mutants import Mutant
from regoose_ci.comparison.differences import (
    Difference,
    DifferenceKind,
    difference,
    is_noteworthy,
)
from regoose_ci.comparison.shapes import Kind, coarse_kind, kind_of_change
from regoose_ci.domain.changes import ChangedFunction, FunctionSource
from regoose_ci.domain.observations import Call, Observation, Origin, OutcomeKind, Reach
from regoose_ci.domain.report import Explored
from regoose_ci.domain.revisions import Revision
from regoose_ci.execution.endings import Ending, ending_of
from regoose_ci.execution.jobs import evaluate
from regoose_ci.execution.pairs import GuestPair
from regoose_ci.guest.protocol import Evaluated, Target
from regoose_ci.inputs.search import InputSearch
from regoose_ci.inputs.seeds import Seed
from regoose_ci.inputs.simplify import CallSize, Familiar, call_size, simpler

CALL_TIMEOUT = 2.0
BATCH_SECONDS = 0.4
LONGEST_BATCH = 3.0
MAX_BATCH = 96
MAX_KEPT = 600
MAX_SHOWN = 8
"""Witnesses that are followed up for one function."""
MAX_PRIVATE = 2
"""The same where only direct calls of a private function show something."""
MAX_SHAPES = 6
"""Of these, so many that differ in their shape alone."""
WEIGHTS = {
    Origin.CARVED: 40,
    Origin.CALL_SITE: 40,
    Origin.LITERALS: 20,
    Origin.TYPES: 3,
    Origin.MUTATION: 1,
}
"""What an input of each origin counts when kinds of difference are ranked: the nearer to what
the project itself uses, the more likely it is a legal input."""
SHAPES_OF = {"exception_raised": 2, "exception_gone": 1, "exception_type": 1}
"""Fewer where exceptions differ: their inputs are odd more often."""
SHRINK_SHARE = 0.25
"""Share of a function's time that is kept for shrinking what was found."""
SHRINK_ROUNDS = 40
MIN_ROUNDS = 4
SHRINK_WIDTH = 48


@dataclass(slots=True)
class FunctionFindings:
    """What exploring one function brought: kept observations, and one witness a kind."""

    function: ChangedFunction
    kept: list[Observation] = field(default_factory=list)
    witnesses: dict[Kind, Observation] = field(default_factory=dict)
    seen: Counter[Kind] = field(default_factory=Counter)
    inputs: int = 0
    reached: dict[Revision, int] = field(default_factory=lambda: dict.fromkeys(Revision, 0))
    unbuildable: int = 0
    endings: Counter[Ending] = field(default_factory=Counter)
    unstable: int = 0
    """How many repeated calls came out differently."""
    mutants: tuple[Mutant, ...] = ()

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


class FunctionExplorer:
    """Drives the search for one function on a pair of guests."""

    def __init__(
        self,
        pair: GuestPair,
        function: ChangedFunction,
        search: InputSearch,
        familiar: Familiar | None = None,
    ) -> None:
        self._pair = pair
        self._sources = sources_of(function)
        self._watch = {r: (target_of(function, s),) for r, s in self._sources.items()}
        self._search = search
        self._batch = 8
        self._familiar = familiar or {}
        self.findings = FunctionFindings(function)

    def go_on_in(self, pair: GuestPair, patience: int) -> None:
        """Let the next exploring happen in other guests, for so many inputs without news."""
        self._pair = pair
        self._search.patience = patience

    async def explore(self, seconds: float) -> FunctionFindings:
        """Try inputs until most of the time is over or nothing new comes; shrink the witnesses.

        ``seconds`` is for both.
        """
        end = time.monotonic() + seconds
        deadline = end - SHRINK_SHARE * seconds
        while time.monotonic() < deadline and not self._search.exhausted:
            seeds = self._search.next_batch(self._batch)
            if not seeds:
                break
            await self._try(seeds)
        self._choose_witnesses()
        for kind in list(self.findings.witnesses):
            await self._shrink(kind, end)
        return self.findings

    def _choose_witnesses(self) -> None:
        """Keep a few witnesses: public calls where there are some, each kind in turn."""
        findings = self.findings
        public = {
            kind: observation
            for kind, observation in findings.witnesses.items()
            if findings.function.is_public or not self._is_direct(observation.call)
        }
        found = public or findings.witnesses
        most = MAX_SHOWN if public else MAX_PRIVATE
        findings.witnesses = {
            kind: found[kind] for kind in choose_kinds(findings.seen, found, most)
        }

    def _is_direct(self, call: Call) -> bool:
        name = self.findings.function.current.qualname.rpartition(".")[2]
        return call.name.rpartition(".")[2] == name

    async def observe(self, seeds: list[Seed]) -> list[Observation]:
        """Make calls on all revisions at once; slow ones leave the last calls undone."""
        calls = [seed.call for seed in seeds]
        results = await self._pair.on_each(
            lambda revision, guest: evaluate(
                guest, calls, self._watch.get(revision, ()), CALL_TIMEOUT, LONGEST_BATCH
            )
        )
        made = min(map(len, results.values()))
        return [self._observation(seed, n, results) for n, seed in enumerate(seeds[:made])]

    def _observation(
        self, seed: Seed, index: int, results: dict[Revision, list[Evaluated]]
    ) -> Observation:
        return Observation(
            self.findings.function.id,
            seed.call,
            seed.origin,
            {revision: found[index].outcome for revision, found in results.items()},
            {revision: found[index].reach for revision, found in results.items()},
        )

    async def _try(self, seeds: list[Seed]) -> None:
        started = time.monotonic()
        observations = await self.observe(seeds)
        took = time.monotonic() - started
        self._batch = max(1, min(MAX_BATCH, int(len(seeds) * BATCH_SECONDS / max(took, 0.001)) + 1))
        for seed, observation in zip(seeds, observations, strict=False):
            self._learn(seed, observation)

    def _learn(self, seed: Seed, observation: Observation) -> None:
        findings = self.findings
        findings.inputs += 1
        if any(o.kind is OutcomeKind.UNBUILDABLE for o in observation.outcomes.values()):
            findings.unbuildable += 1
        else:
            findings.endings[ending_of(observation.outcomes.values())] += 1
        reached = {r: self.reaches_change(r, reach) for r, reach in observation.reached.items()}
        for revision, reaches in reached.items():
            findings.reached[revision] += reaches
        found = noteworthy_difference(observation)
        features = set(_features(observation))
        if found is not None:
            features.add(("difference", coarse_kind(found)))
            self._keep_witness(kind_of_change(found, observation.call), observation)
        is_new = self._search.learn(seed, features, any(reached.values()))
        if (is_new or any(reached.values())) and len(findings.kept) < MAX_KEPT:
            findings.kept.append(observation)

    def reaches_change(self, revision: Revision, reach: Reach) -> bool:
        """Tell whether a call came to the changed lines of the function on one revision."""
        source = self._sources.get(revision)
        if source is None:
            return False
        lines = set(reach.lines.get(source.path, ()))
        return bool(lines & source.changed_lines) if source.changed_lines else bool(lines)

    def _keep_witness(self, kind: Kind, observation: Observation) -> None:
        self.findings.seen[kind] += WEIGHTS[observation.origin]
        known = self.findings.witnesses.get(kind)
        if known is None or self._size(observation.call) < self._size(known.call):
            self.findings.witnesses[kind] = observation

    def _size(self, call: Call) -> CallSize:
        return call_size(call, self._familiar)

    async def _shrink(self, kind: Kind, end: float) -> None:
        """Make a witness smaller while the same kind of difference stays, and there is time."""
        best = self.findings.witnesses[kind]
        seen: set[Call] = {best.call}
        for number in range(SHRINK_ROUNDS):
            if number >= MIN_ROUNDS and time.monotonic() > end:
                break
            smaller = [
                call
                for call in simpler(best.call, self._familiar)
                if call not in seen and self._size(call) < self._size(best.call)
            ][:SHRINK_WIDTH]
            if not smaller:
                break
            seen.update(smaller)
            observations = await self.observe([Seed(call, best.origin) for call in smaller])
            shown = [o for o in observations if _shows(o, kind)]
            if shown:
                best = min(shown, key=lambda o: self._size(o.call))
        self.findings.witnesses[kind] = best


def choose_kinds(seen: Counter[Kind], found: Collection[Kind], most: int) -> list[Kind]:
    """Choose kinds of difference to show: coarse kinds in turn, frequent and simple shapes.

    The most frequent is what the change's own tests are about; a simple rare one may be what
    nobody thought of.
    """
    groups: dict[Kind, list[Kind]] = {}
    for kind, _ in seen.most_common():
        if kind in found:
            groups.setdefault(kind[:-1], []).append(kind)
    ranked = []
    for kinds in groups.values():
        simple = sorted(kinds, key=lambda kind: ("u" in kind[-1], len(kind[-1]), kind[-1]))
        mixed = [kind for pair in zip(kinds, simple, strict=True) for kind in pair]
        room = SHAPES_OF.get(kinds[0][0], MAX_SHAPES)
        ranked.append(list(dict.fromkeys(mixed))[:room])
    turns = (kind for turn in zip_longest(*ranked) for kind in turn if kind is not None)
    return list(islice(turns, most))


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
    return found if is_noteworthy(found) else None


def _shows(observation: Observation, kind: Kind) -> bool:
    found = noteworthy_difference(observation)
    return found is not None and kind_of_change(found, observation.call) == kind


def _features(observation: Observation) -> Iterator[Hashable]:
    for revision, reach in observation.reached.items():
        for path, arcs in reach.arcs.items():
            for arc in arcs:
                yield (revision, path, arc)
    for revision, outcome in observation.outcomes.items():
        result = outcome.raised.type if outcome.raised else getattr(outcome.value, "type", "")
        yield (revision, outcome.kind, result)
