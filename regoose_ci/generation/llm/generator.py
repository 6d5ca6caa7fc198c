"""The generator that asks a model for what the embedded one did not find."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import anyio
import anyio.to_thread

from regoose_ci.domain.candidates import CandidateTest, Verdict
from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.observations import Call, Observation
from regoose_ci.errors import GuestError, RegooseError, UsageError
from regoose_ci.execution.observation import Observe
from regoose_ci.generation.base import FunctionContext
from regoose_ci.generation.embedded.generator import EmbeddedGenerator
from regoose_ci.generation.hybrid import combine
from regoose_ci.generation.llm.answers import Proposal
from regoose_ci.generation.llm.evidence import Surroundings
from regoose_ci.generation.llm.prompts import feedback_message
from regoose_ci.generation.llm.rounds import (
    Dropped,
    Prepared,
    candidates_from,
    credited,
    prepare,
    without_imports,
)
from regoose_ci.generation.llm.talk import Talk, begin, failure_of, has_failed
from regoose_ci.providers.base import Asker, Message, Role, Tier

MAX_TURNS = 3

Talked = Callable[[ChangedFunction], Awaitable[None]]
"""Told that nothing more is asked and tried about a function; may wait for the talks of others."""
Rehearse = Callable[[ChangedFunction, Sequence[CandidateTest]], Awaitable[Sequence[Verdict]]]
"""Runs tests once on both revisions; it raises `GuestError` where the sandbox fails."""


async def _go_on(_: ChangedFunction) -> None:
    """Wait for nobody."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One request about a function and what came of it.

    ``gained`` counts what was shown for the first time: lines, jumps, noticed faults, kinds of
    difference. ``refused`` are whole tests that failed when they were run. ``failure`` is the kind
    of the error that ended the talk, ``ending`` says in words why no further turn follows; both
    are empty otherwise.
    """

    function_id: str
    number: int
    tier: Tier
    model: str
    tried: int = 0
    tests: int = 0
    gained: int = 0
    dropped: tuple[Dropped, ...] = ()
    refused: tuple[Verdict, ...] = ()
    failure: str = ""
    ending: str = ""


class LLMGenerator:
    """Asks, screens, runs and feeds back, for as long as something is gained.

    Whatever happens to the model, the tests of the embedded generator are there.

    Args:
        asker: The models.
        observe: Makes calls in the sandbox.
        rehearse: Runs whole tests there, while their model may still mend them.
        surroundings: What the host knows of a function's place in the project.
        on_turn: Told of every request, for progress, report and budget.
        talked: Awaited before tests are written, for which no sandbox is needed.
        max_turns: How often a model is asked about one function.
    """

    def __init__(
        self,
        asker: Asker,
        observe: Observe,
        rehearse: Rehearse,
        *,
        surroundings: Callable[[ChangedFunction], Surroundings] = lambda _: Surroundings(),
        on_turn: Callable[[Turn], None] = lambda _: None,
        talked: Talked = _go_on,
        max_turns: int = MAX_TURNS,
    ) -> None:
        self._asker = asker
        self._observe = observe
        self._rehearse = rehearse
        self._surroundings = surroundings
        self._on_turn = on_turn
        self._talked = talked
        self._embedded = EmbeddedGenerator()
        self._one_by_one = anyio.CapacityLimiter(1)
        self._max_turns = max_turns

    async def generate(
        self, context: FunctionContext, observations: Sequence[Observation]
    ) -> Sequence[CandidateTest]:
        """See `Generator`; never raises for what a model or a provider does.

        Raises:
            UsageError: a replayed recording lacks an answer.
        """
        talk = begin(context, observations, self._surroundings(context.function))
        if context.function.head is not None:
            await self._talk(talk)
        await self._talked(context.function)
        # In a thread, because it takes long and guests are to end meanwhile.
        worded = await anyio.to_thread.run_sync(
            anyio.run, self._embedded.generate, context, talk.unwritten,
            limiter=self._one_by_one,
        )  # fmt: skip
        return combine(list(credited(worded, talk.trials)), list(talk.tests))

    async def _talk(self, talk: Talk) -> None:
        for number in range(1, self._max_turns + 1):
            turn = await self._turn(talk, number)
            self._on_turn(turn)
            if turn.ending:
                return

    async def _turn(self, talk: Talk, number: int) -> Turn:
        """Ask once and try what is answered."""
        context, tier = talk.context, talk.tier
        identity = (context.function.id, number, tier)
        try:
            answer = await self._asker.ask(talk.messages, Proposal, tier=tier)
        except UsageError:
            raise
        except RegooseError as error:  # the port raises nothing else: no answer, or no budget
            model = self._asker.get_model_name(tier)
            return Turn(*identity, model, failure=error.kind, ending=error.message)
        prepared = prepare(context, answer.value, talk.around, talk.observations)
        try:
            observed = await self._observed(talk, prepared)
        except UsageError:
            raise
        except RegooseError as error:  # the sandbox failed: what was found before stays
            return Turn(*identity, answer.model, failure=error.kind, ending=error.message)
        gained = talk.learn(prepared, observed)
        tests, unsettled = candidates_from(context, prepared, observed)
        new = talk.untried(tests)
        verdicts = await self._rehearsed(talk, number, new)
        gained += talk.judge(new, verdicts)
        dropped = (*prepared.dropped, *unsettled)
        refused = tuple(verdict for verdict in verdicts if has_failed(verdict))
        counts = (len(observed), len(new), gained)
        turn = Turn(*identity, answer.model, *counts, dropped, refused)
        ending = self._next(talk, turn)
        if not ending:
            unusable = (*dropped, *map(failure_of, refused), *prepared.repeated)
            told = feedback_message(talk.results(prepared, observed), unusable, talk.gaps)
            talk.messages += [Message(Role.ASSISTANT, answer.value.model_dump_json()), told]
        return dataclasses.replace(turn, ending=ending)

    async def _observed(self, talk: Talk, prepared: Prepared) -> dict[Call, Observation]:
        """Observe the calls that are new; those known already are told as they were."""
        known = {without_imports(o.call): o for o in talk.observations}
        new = [call for call in prepared.calls if without_imports(call) not in known]
        killed = frozenset[str]().union(*(o.kills for o in talk.observations))
        found = await self._observe(talk.context.function, new, killed) if new else ()
        known |= {without_imports(o.call): o for o in found}
        calls = ((call, known.get(without_imports(call))) for call in prepared.calls)
        return {call: observation for call, observation in calls if observation is not None}

    async def _rehearsed(
        self, talk: Talk, number: int, tests: Sequence[CandidateTest]
    ) -> Sequence[Verdict]:
        """Run whole tests, unless no turn follows in which they could be mended."""
        if not tests or not talk.gaps or number >= self._max_turns:
            return ()
        try:
            return await self._rehearse(talk.context.function, tests)
        except GuestError:  # whose fault it was shows when the tests are validated one by one
            return ()

    def _next(self, talk: Talk, turn: Turn) -> str:
        """Why no turn follows; empty when one does.

        What failed small is tried large, once. Where nothing was gained but the answer had faults
        that can be mended, there is one turn for that.
        """
        if not talk.gaps:
            return "nothing is missing"
        if turn.number >= self._max_turns:
            return "the turns are used up"
        if turn.gained:
            return ""
        models = {self._asker.get_model_name(tier) for tier in Tier}
        if talk.tier is Tier.SMALL and len(models) > 1:
            talk.tier = Tier.LARGE
            return ""
        if (turn.dropped or turn.refused) and not talk.has_mended:
            talk.has_mended = True
            return ""
        return "nothing more was gained"
