"""Makes witnesses smaller: fewer, shorter and plainer values that still show the difference."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from regoose_ci.comparison.shapes import Kind, kind_of_change
from regoose_ci.domain.observations import Observation
from regoose_ci.execution.findings import noteworthy_difference
from regoose_ci.inputs.seeds import Seed
from regoose_ci.inputs.simplify import Usual, call_size, simpler

ROUNDS = 40
LEAST_ROUNDS = 4
WIDTH = 48
"""So many smaller calls are tried in a round."""

Observe = Callable[[Sequence[Seed]], Awaitable[Sequence[Observation]]]
"""Makes calls on both revisions; may tell of fewer, in order."""


@dataclass(frozen=True, slots=True)
class Shrinker:
    """Shrinks by calls that ``observe`` makes. ``usual`` are what tests mostly give."""

    observe: Observe
    usual: Usual

    async def shrink(self, kind: Kind, witness: Observation, kept: int, end: float) -> Observation:
        """Return the smallest call found that shows ``kind``, looking until ``end`` or a bit on.

        Texts of up to ``kept`` characters stay as they are. ``end`` is on the monotonic clock.
        """
        best = witness
        seen = {best.call}
        for number in range(ROUNDS):
            if number >= LEAST_ROUNDS and time.monotonic() > end:
                break
            limit = call_size(best.call, self.usual)
            smaller = [
                call
                for call in simpler(best.call, self.usual, kept)
                if call not in seen and call_size(call, self.usual) < limit
            ][:WIDTH]
            if not smaller:
                break
            seen.update(smaller)
            observations = await self.observe([Seed(call, best.origin) for call in smaller])
            shown = [o for o in observations if _shows(o, kind)]
            if shown:
                best = min(shown, key=lambda o: call_size(o.call, self.usual))
        return best


def _shows(observation: Observation, kind: Kind) -> bool:
    found = noteworthy_difference(observation)
    return found is not None and kind_of_change(found, observation.call) == kind
