"""Whether a behaviour change was meant: rules first, a model where they are silent or unsure."""

from __future__ import annotations

from collections.abc import Callable

from regoose_ci.analysis.intent import Judgement
from regoose_ci.errors import RegooseError, UsageError
from regoose_ci.generation.llm.answers import IntentAnswer
from regoose_ci.generation.llm.prompts import intent_messages
from regoose_ci.generation.llm.questions import IntentQuestion
from regoose_ci.providers.base import Asker, Tier

SURE = 0.7
"""From this confidence on a rule is not questioned, and a model is believed."""
MOST_CONFIDENCE = 0.8
"""A model's word alone counts no more: the text it read was written by the change's author."""
MAX_SENTENCE = 240


class ModelJudge:
    """Asks a model about changes that the rules leave open.

    Precision is favoured: a model that is unsure, contradicts a rule, or judges a difference that
    is none to a user leaves the answer at ``unknown``.
    """

    def __init__(
        self, asker: Asker, on_failure: Callable[[RegooseError], None] = lambda _: None
    ) -> None:
        self._asker = asker
        self._on_failure = on_failure

    async def judge(self, question: IntentQuestion, ruled: Judgement) -> Judgement:
        """Judge one change; ``ruled`` is what `analysis.intent.judge` says of it.

        Raises:
            UsageError: a replayed recording lacks an answer.
        """
        if ruled.intended != "unknown" and ruled.confidence >= SURE:
            return ruled
        try:
            answer = await self._asker.ask(intent_messages(question), IntentAnswer, tier=Tier.SMALL)
        except UsageError:
            raise
        except RegooseError as error:
            self._on_failure(error)
            return ruled
        return weighed(ruled, answer.value)


def weighed(ruled: Judgement, answer: IntentAnswer) -> Judgement:
    """What follows from a rule and a model together."""
    confidence = min(max(answer.confidence, 0.0), MOST_CONFIDENCE)
    is_evident = answer.noteworthy and answer.deterministic
    if answer.intended == "no":  # a regression is one only on input that is promised to work
        is_evident = is_evident and answer.reachable and answer.legal_input
    if answer.intended == "unknown" or not is_evident or not confidence >= SURE:
        return ruled
    sentence = " ".join(answer.sentence.split())[:MAX_SENTENCE]
    if ruled.intended in ("unknown", answer.intended):
        return Judgement(answer.intended, confidence, f"The model: {sentence}")
    return Judgement(
        "unknown", 0.0, f"{ruled.rationale} The model disagrees: {sentence} Please confirm."
    )
