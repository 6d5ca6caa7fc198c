"""The search for inputs as a state machine: what to try next, what was learnt. Pure."""

from __future__ import annotations

import math
import random
from collections import Counter, deque
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from regoose_ci.domain.observations import Call, Origin
from regoose_ci.inputs.mutate import Mutator
from regoose_ci.inputs.pool import Pool
from regoose_ci.inputs.reductions import reduced_seeds
from regoose_ci.inputs.relations import paired_seeds
from regoose_ci.inputs.retyping import retyped_seeds
from regoose_ci.inputs.seeds import Seed, literal_seeds

MAX_CORPUS = 400
MAX_TRIED = 50_000
GOAL_SHARE = 0.8
"""Share of mutations that are made for one goal, rare ones more often."""
EXPANDED = 3
"""So many inputs that came to a goal through a callable get other literals for each argument."""
MAX_MISSES = 12
"""A column ends when so many in a row did not come to the goal that the input came to."""
KNOWN_SHARE = 0.6
TYPED_SHARE = 0.5
"""Shares of a batch that seeds have once some input came to a goal: of those that people wrote,
and, in what is left, of those that types suggest."""


@dataclass(slots=True)
class _Member:
    call: Call
    origin: Origin
    energy: float
    picked: int = 0

    @property
    def weight(self) -> float:
        """How likely it is chosen: less with each time that it was."""
        return self.energy / (1 + 0.05 * self.picked)


NO_GOAL = ""
_USED = (Origin.CARVED, Origin.CALL_SITE, Origin.LITERALS)
"""Origins of inputs that the project itself uses, or nearly."""


@dataclass(slots=True)
class _Column:
    """Literals in place of one part of an input that came to a goal."""

    seeds: Iterator[Seed]
    misses: int = 0
    """So many in a row did not come to the goal."""


@dataclass(frozen=True, slots=True)
class _Expansion:
    """What varies an input that came to a goal; the columns take turns."""

    goal: str
    columns: deque[_Column]

    def next(self) -> tuple[Seed, _Column] | None:
        """Take one input of the next column that still promises something."""
        while self.columns:
            column = self.columns.popleft()
            seed = next(column.seeds, None) if column.misses < MAX_MISSES else None
            if seed is not None:
                self.columns.append(column)
                return seed, column
        return None


@dataclass(slots=True)
class InputSearch:
    """Seeds first, then mutations of what brought something new, never the same call twice.

    ``features`` of a result are whatever makes an input worth keeping: branches reached on
    either revision, kinds of outcome. Goals are what inputs should come to: every goal that some
    input has come to gets its turns, rare ones the more.
    """

    pool: Pool
    rng: random.Random
    patience: int = 4000
    """So many inputs may bring nothing new before the search is over."""
    tried: set[Call] = field(default_factory=set)
    _known: deque[Seed] = field(default_factory=deque)
    _typed: deque[Seed] = field(default_factory=deque)
    _corpus: list[_Member] = field(default_factory=list)
    _by_goal: dict[str, list[_Member]] = field(default_factory=dict)
    _expansions: list[_Expansion] = field(default_factory=list)
    _asked: dict[Call, tuple[str, _Column]] = field(default_factory=dict)
    """What each input of an expansion was tried for."""
    _ways: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How many inputs came to a goal through a callable."""
    _hits: Counter[str] = field(default_factory=Counter)
    """How many inputs came to a goal."""
    _features: set[Hashable] = field(default_factory=set)
    _mutator: Mutator = field(init=False)
    _since_new: int = 0

    def __post_init__(self) -> None:
        self._mutator = Mutator(self.pool, self.rng)

    def add_seeds(self, seeds: Iterable[Seed]) -> None:
        """Queue inputs; those that only types suggest wait longer than those that people wrote."""
        for seed in seeds:
            if seed.call not in self.tried:
                self.tried.add(seed.call)
                (self._typed if seed.origin is Origin.TYPES else self._known).append(seed)

    def put_back(self, seeds: Sequence[Seed]) -> None:
        """Queue inputs that were taken and not tried; they are the next."""
        self._known.extendleft(reversed(seeds))

    @property
    def exhausted(self) -> bool:
        """Nothing is queued, and mutating has brought nothing new for a long time."""
        if self._known or self._typed or self._expansions:
            return False
        return not self._corpus or self._since_new > self.patience or len(self.tried) >= MAX_TRIED

    def next_batch(self, count: int) -> list[Seed]:
        """Return up to ``count`` calls that were not tried before.

        Seeds come first; as soon as some came to a goal, literals in their place and mutations
        take turns with the rest.
        """
        share = KNOWN_SHARE if self._by_goal else 1.0
        batch = _taken(self._known, math.ceil(count * share))
        batch += self._expanded((count - len(batch) + 1) // 2)
        share = TYPED_SHARE if self._by_goal else 1.0
        batch += _taken(self._typed, math.ceil((count - len(batch)) * share))
        batch += self._mutants(count - len(batch))
        return batch or _taken(self._known, count)

    def _mutants(self, count: int) -> list[Seed]:
        found: list[Seed] = []
        attempts = count * 8 if self._corpus else 0
        while len(found) < count and attempts:
            attempts -= 1
            mutant = self._mutant()
            if mutant is not None and mutant.call not in self.tried:
                self.tried.add(mutant.call)
                found.append(mutant)
        return found

    def _expanded(self, count: int) -> list[Seed]:
        """Take from the expansions of the goal that the fewest kept inputs came to."""
        found: list[Seed] = []
        while self._expansions and len(found) < count:
            rarest = min(self._expansions, key=lambda e: len(self._reaching(e.goal)))
            self._expansions.remove(rarest)
            taken = rarest.next()
            if taken is None:
                continue
            self._expansions.append(rarest)  # behind others of the same goal
            seed, column = taken
            if seed.call not in self.tried:
                self.tried.add(seed.call)
                self._asked[seed.call] = (rarest.goal, column)
                found.append(seed)
        return found

    def _reaching(self, goal: str) -> list[_Member]:
        return self._by_goal.setdefault(goal, []) if goal else self._corpus

    def came_to(self, goal: str) -> bool:
        """Tell whether some input came to a goal."""
        return self._hits[goal] > 0

    def learn(self, seed: Seed, features: Iterable[Hashable], goals: Collection[str]) -> bool:
        """Keep the input if it showed something new; return whether it did.

        ``goals`` are what it came to; such inputs are mutated more often than others.
        """
        goal, column = self._asked.pop(seed.call, (NO_GOAL, None))
        if column is not None and goal:
            column.misses = 0 if goal in goals else column.misses + 1
        new = set(features) - self._features
        self._since_new = 0 if new else self._since_new + 1
        self._features |= new
        self._hits.update(goals)
        carved = seed.origin in (Origin.CARVED, Origin.CALL_SITE)
        if new or (carved and goals and len(self._corpus) < MAX_CORPUS // 2):
            energy = (4.0 if goals else 0.5) * (2.0 if carved else 1.0)
            self._keep(_Member(seed.call, seed.origin, energy + 0.5 * len(new)), goals)
        return bool(new)

    def _keep(self, member: _Member, goals: Collection[str]) -> None:
        for goal in goals or [NO_GOAL]:
            self._ways[goal, member.call.name] += 1
            if self._ways[goal, member.call.name] <= EXPANDED:
                seeds = [
                    *literal_seeds(member.call, self.pool),
                    paired_seeds(member.call, self.pool),
                    reduced_seeds(member.call, _one_step_from(member)),
                    retyped_seeds(member.call, _one_step_from(member)),
                ]
                self._expansions.append(_Expansion(goal, deque(map(_Column, seeds))))
        for members in (self._corpus, *map(self._reaching, goals)):
            members.append(member)
            del members[:-MAX_CORPUS]

    def _mutant(self) -> Seed | None:
        members = self._corpus
        if self._by_goal and self.rng.random() < GOAL_SHARE:
            goals = tuple(self._by_goal)
            rarity = [1 / math.sqrt(self._hits[goal]) for goal in goals]
            members = self._by_goal[self.rng.choices(goals, rarity)[0]]
        member = self.rng.choices(members, [m.weight for m in members])[0]
        member.picked += 1
        others = [self.rng.choice(members).call for _ in range(3)]
        mutant = self._mutator.mutate(member.call, others)
        return None if mutant is None else Seed(mutant, _one_step_from(member))


def _one_step_from(member: _Member) -> Origin:
    return Origin.VARIATION if member.origin in _USED else Origin.MUTATION


def _taken(queue: deque[Seed], count: int) -> list[Seed]:
    return [queue.popleft() for _ in range(min(count, len(queue)))]
