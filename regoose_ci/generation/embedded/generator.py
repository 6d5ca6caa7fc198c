"""The embedded generator: needs no model, and gives every model its evidence."""

from __future__ import annotations

from collections.abc import Sequence

from regoose_ci.domain.candidates import CandidateTest
from regoose_ci.domain.observations import Observation
from regoose_ci.generation.base import FunctionContext
from regoose_ci.generation.embedded.annotations import as_annotated
from regoose_ci.generation.embedded.catching import catching_tests
from regoose_ci.generation.embedded.hardening import hardening_tests
from regoose_ci.generation.embedded.leftovers import is_portable
from regoose_ci.generation.embedded.naming import Names


class EmbeddedGenerator:
    """Words observations as tests: catching ones first, then hardening ones."""

    async def generate(
        self, context: FunctionContext, observations: Sequence[Observation]
    ) -> Sequence[CandidateTest]:
        """See `Generator`."""
        observations = [o for o in observations if is_portable(o)]
        proper = as_annotated(context.function, observations)
        catching = catching_tests(context, proper, Names())
        return [
            *(catching or catching_tests(context, observations, Names())),
            *hardening_tests(context, proper or observations, Names()),
        ]
