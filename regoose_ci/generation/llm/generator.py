"""The generator that asks a model for what the embedded one did not find."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from regoose_ci.analysis.branches import branch_exits
from regoose_ci.domain.candidates import CandidateTest
from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.observations import Call, Observation
from regoose_ci.errors import RegooseError, UsageError
from regoose_ci.execution.observation import Observe
from regoose_ci.generation.base import Feedback, FunctionContext, Generator
from regoose_ci.generation.embedded.generator import EmbeddedGenerator
from regoose_ci.generation.hybrid import combine
from regoose_ci.generation.llm.answers import Proposal
from regoose_ci.generation.llm.evidence import (
    Gaps,
    Seen,
    Surroundings,
    evidence_of,
    features_of,
    gaps_of,
    seen,
)
from regoose_ci.generation.llm.prompts import feedback_message, proposal_messages
from regoose_ci.generation.llm.rounds import (
    Dropped,
    Prepared,
    Trial,
    candidates_from,
    credited,
    prepare,
    without_imports,
)
from regoose_ci.providers.base import Asker, Message, Role, Tier

MAX_TURNS = 3
MANY_BRANCHES = 10
"""A function with so many branching lines goes to the large model at once."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One request about a function and what came of it.

    ``gained`` counts what was shown for the first time: lines, jumps, noticed faults, kinds of
    difference. ``failure`` is the kind of the error that ended the talk, ``ending`` says in words
    why no further turn follows; both are empty otherwise.
    """

    function_id: str
    number: int
    tier: Tier
    model: str
    tried: int = 0
    tests: int = 0
    gained: int = 0
    dropped: tuple[Dropped, ...] = ()
    failure: str = ""
    ending: str = ""


@dataclass(slots=True)
class _Talk:
    """One function's conversation with a model."""

    context: FunctionContext
    around: Surroundings
    observations: list[Observation]
    messages: list[Message]
    tier: Tier
    given: frozenset[Call]
    trials: dict[Call, Trial] = field(default_factory=dict)
    tests: list[CandidateTest] = field(default_factory=list)

    @property
    def unwritten(self) -> list[Observation]:
        """What the embedded generator is to word: not what only a whole test asserts."""
        written = {o.call for test in self.tests for o in test.observations}
        written -= self.given | self.trials.keys()
        return [o for o in self.observations if o.call not in written]

    @property
    def gaps(self) -> Gaps:
        """What is still missing."""
        head = self.context.function.head
        return gaps_of(head, self.observations, self.around.equivalents)


class LLMGenerator:
    """Asks, screens, observes and feeds back, for as long as something is gained.

    Whatever happens to the model, the tests of the embedded generator are there.

    Args:
        asker: The models.
        observe: Runs calls in the sandbox.
        surroundings: What the host knows of a function's place in the project.
        on_turn: Told of every request, for progress, report and budget.
        fallback: Words observations as tests; the model's are given to it too.
    """

    def __init__(
        self,
        asker: Asker,
        observe: Observe,
        *,
        surroundings: Callable[[ChangedFunction], Surroundings] = lambda _: Surroundings(),
        on_turn: Callable[[Turn], None] = lambda _: None,
        fallback: Generator | None = None,
        max_turns: int = MAX_TURNS,
    ) -> None:
        self._asker = asker
        self._observe = observe
        self._surroundings = surroundings
        self._on_turn = on_turn
        self._embedded = fallback or EmbeddedGenerator()
        self._max_turns = max_turns

    async def generate(
        self, context: FunctionContext, observations: Sequence[Observation], feedback: Feedback
    ) -> Sequence[CandidateTest]:
        """See `Generator`; never raises for what a model or a provider does.

        Raises:
            UsageError: a replayed recording lacks an answer.
        """
        talk = _begin(context, observations, feedback, self._surroundings(context.function))
        if context.function.head is not None:
            await self._talk(talk)
        worded = await self._embedded.generate(context, talk.unwritten, feedback)
        rejected = {v.candidate.code for v in feedback.verdicts if not v.accepted}
        free = [test for test in talk.tests if test.code not in rejected]
        return combine(list(credited(worded, talk.trials)), free)

    async def _talk(self, talk: _Talk) -> None:
        for number in range(1, self._max_turns + 1):
            turn = await self._turn(talk, number)
            self._on_turn(turn)
            if turn.ending:
                return

    async def _turn(self, talk: _Talk, number: int) -> Turn:
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
        gained = _learn(talk, prepared, observed)
        tests, unsettled = candidates_from(context, prepared, observed)
        talk.tests = combine(talk.tests, tests)
        dropped = (*prepared.dropped, *unsettled)
        ending = self._next(talk, number, gained)
        if not ending:
            text = answer.value.model_dump_json()
            told = feedback_message(_results(talk, prepared, observed), dropped, talk.gaps)
            talk.messages += [Message(Role.ASSISTANT, text), told]
        return Turn(
            *identity, answer.model, len(observed), len(tests), gained, dropped, ending=ending
        )

    async def _observed(self, talk: _Talk, prepared: Prepared) -> dict[Call, Observation]:
        """Observe the calls that are new; those known already are told as they were."""
        known = {without_imports(o.call): o for o in talk.observations}
        new = [call for call in prepared.calls if without_imports(call) not in known]
        found = await self._observe(talk.context.function, new) if new else ()
        known |= {without_imports(o.call): o for o in found}
        calls = ((call, known.get(without_imports(call))) for call in prepared.calls)
        return {call: observation for call, observation in calls if observation is not None}

    def _next(self, talk: _Talk, number: int, gained: int) -> str:
        """Why no turn follows; empty when one does. What failed small is tried large, once."""
        if not talk.gaps:
            return "nothing is missing"
        if number >= self._max_turns:
            return "the turns are used up"
        if gained:
            return ""
        models = {self._asker.get_model_name(tier) for tier in Tier}
        if talk.tier is Tier.LARGE or len(models) == 1:
            return "nothing more was gained"
        talk.tier = Tier.LARGE
        return ""


def _begin(
    context: FunctionContext,
    observations: Sequence[Observation],
    feedback: Feedback,
    around: Surroundings,
) -> _Talk:
    evidence = evidence_of(context, observations, around)
    rejected = [v for v in feedback.verdicts if not v.accepted]
    messages = proposal_messages(context, evidence, around, rejected)
    is_complex = len(branch_exits(context.function.current.source)) >= MANY_BRANCHES
    tier = Tier.LARGE if is_complex or rejected else Tier.SMALL
    given = frozenset(o.call for o in observations)
    return _Talk(context, around, list(observations), list(messages), tier, given)


def _learn(talk: _Talk, prepared: Prepared, observed: dict[Call, Observation]) -> int:
    """Keep what was observed; return how much of it is new."""
    before = features_of(talk.observations)
    known = set(map(id, talk.observations))
    talk.observations += [o for o in observed.values() if id(o) not in known]
    talk.trials |= {t.call: t for t in prepared.trials if t.call in observed}
    return len(features_of(list(observed.values())) - before)


def _results(
    talk: _Talk, prepared: Prepared, observed: dict[Call, Observation]
) -> list[tuple[str, Seen]]:
    parameters = talk.context.function.parameters
    return [
        (trial.scenario.expects, seen(observed[trial.call], parameters))
        for trial in prepared.trials
        if trial.call in observed
    ]
