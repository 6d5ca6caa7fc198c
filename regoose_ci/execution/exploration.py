"""Explores changed functions that are reached together: inputs in, observations out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace

from regoose_ci.comparison.calls import is_public_call
from regoose_ci.comparison.differences import is_accident
from regoose_ci.comparison.shapes import Kind, coarse_kind, kind_of_change
from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.observations import Observation, Origin, OutcomeKind, Reach
from regoose_ci.domain.revisions import Revision
from regoose_ci.execution.endings import ending_of
from regoose_ci.execution.findings import (
    ODD,
    FunctionFindings,
    choose_kinds,
    noteworthy_difference,
    reaches_change,
    reaches_function,
    sources_of,
    target_of,
)
from regoose_ci.execution.jobs import evaluate
from regoose_ci.execution.pairs import GuestPair
from regoose_ci.execution.patience import CALL_TIMEOUT, Lateness, Patience
from regoose_ci.execution.shrinking import Shrinker
from regoose_ci.guest.protocol import Evaluated
from regoose_ci.inputs.search import InputSearch
from regoose_ci.inputs.seeds import Seed
from regoose_ci.inputs.simplify import CallSize, Usual, call_size

LEAST_BARREN = 6.0
BARREN_SHARE = 0.35
"""Exploring ends early when so many seconds, and this share of all, brought nothing new."""
BATCH_SECONDS = 0.4
LEAST_BATCH = 0.1
LONGEST_BATCH = 3.0
MAX_BATCH = 96
MAX_KEPT = 600
MAX_SHOWN = 8
"""Witnesses that are followed up in one exploration."""
MAX_PRIVATE = 2
"""The same where only direct calls of private functions show something."""
WEIGHTS = {
    Origin.CARVED: 40,
    Origin.CALL_SITE: 40,
    Origin.LITERALS: 20,
    Origin.VARIATION: 5,
    Origin.TYPES: 3,
    Origin.MUTATION: 1,
}
"""What an input of each origin counts when kinds of difference are ranked: the nearer to what
the project itself uses, the more likely it is a legal input."""
_NATURAL = {
    Origin.CARVED: 0,
    Origin.CALL_SITE: 0,
    Origin.LITERALS: 1,
    Origin.VARIATION: 1,
    Origin.TYPES: 1,
    Origin.MUTATION: ODD,
}
"""How natural an input looks to people who know the project: 0 is best."""
LONGEST_NATURAL = 160
"""Characters from which on an input is made smaller, however natural."""
LONGEST_TEXT = 100
"""A natural text that is not longer is shown as it is."""
SHRINK_SHARE = 0.25
"""Share of the time that is kept for shrinking what was found."""


class Exploration:
    """Drives one search for functions that the same calls reach, on a pair of guests.

    A call is made once and counts for every function that it comes to. ``usual`` are the
    arguments that tests give most of the time.
    """

    def __init__(
        self,
        pair: GuestPair,
        functions: Sequence[ChangedFunction],
        search: InputSearch,
        usual: Usual | None = None,
    ) -> None:
        self._pair = pair
        self._search = search
        self._usual = usual or {}
        self._batch = 8
        self._patience = Patience()
        self._spent = 0.0
        self._barren = 0.0
        self._watch = {
            revision: tuple(
                target_of(function, source)
                for function in functions
                if (source := sources_of(function).get(revision)) is not None
            )
            for revision in Revision
        }
        self._findings = {f.id: FunctionFindings(f) for f in functions}
        self._witnesses: dict[Kind, Observation] = {}
        self._seen: Counter[Kind] = Counter()

    def go_on_in(self, pair: GuestPair, patience: int) -> None:
        """Let the next exploring happen in other guests, for so many inputs without news."""
        self._pair = pair
        self._search.patience = patience

    async def explore(self, seconds: float) -> list[FunctionFindings]:
        """Try inputs until most of the time is over or nothing new comes; shrink the witnesses.

        ``seconds`` is for both. Returns findings for each function, in order.
        """
        end = time.monotonic() + seconds
        deadline = end - SHRINK_SHARE * seconds
        while time.monotonic() < deadline and not self._search.exhausted and not self._is_barren:
            seeds = self._search.next_batch(self._batch)
            if not seeds:
                break
            await self._try(seeds, deadline)
        for findings in self._findings.values():
            findings.witnesses.clear()
        shrinker = Shrinker(self.observe, self._usual)
        for kind, witness in self._chosen_witnesses().items():
            # Short texts of a natural input stay: they say more than what would be left of them.
            kept = LONGEST_TEXT if self._rank(witness)[0] < ODD else 0
            smallest = await shrinker.shrink(kind, witness, kept, end)
            owner = self._owner(smallest)
            owner.witnesses[kind] = replace(smallest, function_id=owner.function.id)
        return list(self._findings.values())

    @property
    def _is_barren(self) -> bool:
        return self._barren > max(LEAST_BARREN, BARREN_SHARE * self._spent)

    def _chosen_witnesses(self) -> dict[Kind, Observation]:
        """Keep a few witnesses: public calls where there are some, each kind in turn."""
        public = {
            kind: observation
            for kind, observation in self._witnesses.items()
            if is_public_call(observation.call)
        }
        found = public or self._witnesses
        most = MAX_SHOWN if public else MAX_PRIVATE
        ranks = {kind: self._rank(witness)[0] for kind, witness in found.items()}
        return {kind: found[kind] for kind in choose_kinds(self._seen, ranks, most)}

    def _owner(self, witness: Observation) -> FunctionFindings:
        """Find the function that a difference is told under: of those reached, the rarest."""
        reached = [f for f in self._findings.values() if any(_reaches(f, witness).values())]
        comparable = [f for f in reached if len(sources_of(f.function)) == len(witness.outcomes)]
        candidates = comparable or reached or list(self._findings.values())
        return min(candidates, key=lambda f: sum(f.reached.values()))

    async def observe(
        self, seeds: Sequence[Seed], timeout: float = CALL_TIMEOUT, seconds: float = LONGEST_BATCH
    ) -> list[Observation]:
        """Make calls on all revisions at once; after ``seconds`` the last ones are left undone."""
        calls = [seed.call for seed in seeds]
        results = await self._pair.on_each(
            lambda revision, guest: evaluate(guest, calls, self._watch[revision], timeout, seconds)
        )
        made = min(map(len, results.values()))
        return [self._observation(seed, n, results) for n, seed in enumerate(seeds[:made])]

    def _observation(
        self, seed: Seed, index: int, results: Mapping[Revision, list[Evaluated]]
    ) -> Observation:
        return Observation(
            "",
            seed.call,
            seed.origin,
            {revision: found[index].outcome for revision, found in results.items()},
            {revision: found[index].reach for revision, found in results.items()},
        )

    async def _try(self, seeds: list[Seed], deadline: float) -> None:
        started, timeout = time.monotonic(), self._patience.timeout
        seconds = min(LONGEST_BATCH, max(LEAST_BATCH, deadline - started))
        observations = await self.observe(seeds, timeout, seconds)
        took = time.monotonic() - started
        self._batch = max(1, min(MAX_BATCH, int(len(seeds) * BATCH_SECONDS / max(took, 0.001)) + 1))
        self._search.put_back(seeds[len(observations) :])
        news = 0
        for seed, observation in zip(seeds, observations, strict=False):
            left = deadline - time.monotonic()
            patient = await self._patiently(seed, observation, timeout, left)
            news += patient is not None and self._learn(seed, patient)
        took = time.monotonic() - started
        self._spent += took
        self._barren = 0.0 if news else self._barren + took

    async def _patiently(
        self, seed: Seed, seen: Observation, timeout: float, left: float
    ) -> Observation | None:
        """Make a call again that may only have had too little time; ``None``: leave it out."""
        lateness = self._patience.judge(seen, timeout, left)
        if lateness is not Lateness.UNCLEAR:
            return seen if lateness is Lateness.NONE else None
        (again,) = await self.observe([seed])
        self._patience.learn(seen, again)
        return again

    def _learn(self, seed: Seed, observation: Observation) -> bool:
        """Keep what an input showed; tell whether it was anything new."""
        features = set(_features(observation))
        found = noteworthy_difference(observation)
        if found is not None:
            features.add(("difference", coarse_kind(found)))
            self._keep_witness(kind_of_change(found, observation.call), observation)
        reached = [f.function.id for f in self._findings.values() if _count(f, observation)]
        goals = [g for g in reached if self._counts_as_reaching(g, observation)]
        is_new = self._search.learn(seed, features, goals)
        for findings in self._findings.values():
            if _enters(findings, observation) and (is_new or len(findings.kept) < MAX_KEPT):
                findings.kept.append(replace(observation, function_id=findings.function.id))
        return is_new

    def _counts_as_reaching(self, goal: str, observation: Observation) -> bool:
        """Tell whether more inputs like this one are wanted.

        A call that was refused is only a beginning: one that returned is better.
        """
        outcomes = observation.outcomes.values()
        if any(outcome.kind is OutcomeKind.RETURNED for outcome in outcomes):
            return True
        is_refused = any(o.raised is not None and not is_accident(o.raised) for o in outcomes)
        return is_refused and not self._search.came_to(goal)

    def _keep_witness(self, kind: Kind, observation: Observation) -> None:
        self._seen[kind] += WEIGHTS[observation.origin]
        known = self._witnesses.get(kind)
        if known is None or self._rank(observation) < self._rank(known):
            self._witnesses[kind] = observation

    def _rank(self, witness: Observation) -> tuple[int, CallSize]:
        """Order witnesses of a kind: natural ones first, of these the smallest."""
        size = call_size(witness.call, self._usual)
        return (_NATURAL[witness.origin] if size[1] <= LONGEST_NATURAL else ODD + 1, size)


def _count(findings: FunctionFindings, observation: Observation) -> bool:
    """Count an observation for one function; tell whether it came to the changed lines."""
    findings.inputs += 1
    if any(o.kind is OutcomeKind.UNBUILDABLE for o in observation.outcomes.values()):
        findings.unbuildable += 1
    else:
        findings.endings[ending_of(observation.outcomes.values())] += 1
    reached = _reaches(findings, observation)
    for revision, reaches in reached.items():
        findings.reached[revision] += reaches
    return any(reached.values())


def _enters(findings: FunctionFindings, observation: Observation) -> bool:
    sources = sources_of(findings.function)
    return any(
        reaches_function(source, observation.reached.get(revision, Reach()))
        for revision, source in sources.items()
    )


def _reaches(findings: FunctionFindings, observation: Observation) -> dict[Revision, bool]:
    """Tell by revision whether an observation came to the changed lines of a function."""
    return {
        revision: reaches_change(source, observation.reached.get(revision, Reach()))
        for revision, source in sources_of(findings.function).items()
    }


def _features(observation: Observation) -> Iterator[Hashable]:
    for revision, reach in observation.reached.items():
        for path, arcs in reach.arcs.items():
            for arc in arcs:
                yield (revision, path, arc)
    for revision, outcome in observation.outcomes.items():
        result = outcome.raised.type if outcome.raised else getattr(outcome.value, "type", "")
        yield (revision, outcome.kind, result)
        if outcome.value is not None and outcome.value.source is not None:
            length = len(outcome.value.source).bit_length()  # short, longer, much longer
            yield (revision, result, length)
