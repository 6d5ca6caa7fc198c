"""The search for inputs as a state machine: what to try next, what was learnt. Pure."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from regoose_ci.domain.observations import Call, Origin
from regoose_ci.inputs.mutate import Mutator
from regoose_ci.inputs.pool import Pool
from regoose_ci.inputs.seeds import Seed

MAX_CORPUS = 400
MAX_TRIED = 50_000


@dataclass(slots=True)
class _Member:
    call: Call
    energy: float
    picked: int = 0


@dataclass(slots=True)
class InputSearch:
    """Seeds first, then mutations of what brought something new, never the same call twice.

    ``features`` of a result are whatever makes an input worth keeping: branches reached on
    either revision, kinds of outcome.
    """

    pool: Pool
    rng: random.Random
    patience: int = 4000
    """So many inputs may bring nothing new before the search is over."""
    tried: set[Call] = field(default_factory=set)
    _queue: deque[Seed] = field(default_factory=deque)
    _corpus: list[_Member] = field(default_factory=list)
    _features: set[Hashable] = field(default_factory=set)
    _mutator: Mutator = field(init=False)
    _since_new: int = 0

    def __post_init__(self) -> None:
        self._mutator = Mutator(self.pool, self.rng)

    def add_seeds(self, seeds: Iterable[Seed]) -> None:
        """Queue inputs that are tried before any mutation."""
        for seed in seeds:
            if seed.call not in self.tried:
                self.tried.add(seed.call)
                self._queue.append(seed)

    @property
    def exhausted(self) -> bool:
        """Nothing is queued, and mutating has brought nothing new for a long time."""
        if self._queue:
            return False
        return not self._corpus or self._since_new > self.patience or len(self.tried) >= MAX_TRIED

    def next_batch(self, count: int) -> list[Seed]:
        """Return up to ``count`` calls that were not tried before."""
        batch = [self._queue.popleft() for _ in range(min(count, len(self._queue)))]
        attempts = 0
        while len(batch) < count and self._corpus and attempts < count * 8:
            attempts += 1
            mutant = self._mutant()
            if mutant is not None and mutant not in self.tried:
                self.tried.add(mutant)
                batch.append(Seed(mutant, Origin.MUTATION))
        return batch

    def learn(self, seed: Seed, features: Iterable[Hashable], reached_change: bool) -> bool:
        """Keep the input if it showed something new; return whether it did.

        Inputs that reach the changed lines are mutated more often than others.
        """
        new = set(features) - self._features
        self._since_new = 0 if new else self._since_new + 1
        self._features |= new
        carved = seed.origin in (Origin.CARVED, Origin.CALL_SITE)
        if new or (carved and reached_change and len(self._corpus) < MAX_CORPUS // 2):
            energy = (4.0 if reached_change else 0.5) * (2.0 if carved else 1.0)
            self._corpus.append(_Member(seed.call, energy + 0.5 * len(new)))
            del self._corpus[:-MAX_CORPUS]
        return bool(new)

    def _mutant(self) -> Call | None:
        weights = [m.energy / (1 + 0.05 * m.picked) for m in self._corpus]
        member = self.rng.choices(self._corpus, weights)[0]
        member.picked += 1
        others = [self.rng.choice(self._corpus).call for _ in range(3)]
        return self._mutator.mutate(member.call, others)
