"""Answers of a type: asked for as JSON, validated by pydantic, continued, shortened, repaired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError
from typing_extensions import Unpack

from regoose_ci.providers.base import (
    Answer,
    Finish,
    LLMProvider,
    LLMResponse,
    Message,
    Options,
    Role,
    Spent,
    T,
    Tier,
)
from regoose_ci.providers.errors import InvalidAnswerError, ProviderError, TruncatedError
from regoose_ci.providers.json_text import find_object
from regoose_ci.providers.schema import answer_schema

_LONGEST_QUOTE = 6000
_MOST_FAULTS = 8
_CONTINUE = (
    "Your answer was cut off. Continue it exactly where it ends, with the next character. "
    "Repeat nothing, explain nothing."
)
_SHORTER = (
    "Your answer did not fit. Answer anew and much shorter: fewer and shorter entries, the most "
    "important ones first. The whole JSON has to fit."
)


@dataclass(slots=True)
class _Talk:
    """One question through all its turns."""

    provider: LLMProvider
    options: Options
    spent: Spent = field(default_factory=Spent)
    model: str = ""

    async def say(self, messages: Sequence[Message], options: Options) -> LLMResponse:
        """Ask, and add up what it costs, whether it is answered or not."""
        try:
            response = await self.provider.generate(messages, **options)
        except ProviderError as error:
            self.spent += error.spent
            error.spent = self.spent
            raise
        self.spent += response.spent
        self.model = response.model
        return response

    def fail(self, error: ProviderError) -> ProviderError:
        """Let ``error`` tell what all turns cost."""
        error.spent = self.spent
        return error


class StructuredAsker:
    """Asks the model of a tier for answers of a type; see `Asker`."""

    def __init__(self, models: Mapping[Tier, LLMProvider]) -> None:
        self._models = models

    def get_model_name(self, tier: Tier = Tier.SMALL) -> str:
        """The name of a tier's model."""
        return self._models[tier].get_model_name()

    async def ask(
        self,
        messages: Sequence[Message],
        answer_type: type[T],
        *,
        tier: Tier = Tier.SMALL,
        **options: Unpack[Options],
    ) -> Answer[T]:
        """Ask until the answer is valid: at most once continued, shortened and repaired each."""
        talk = _Talk(self._models[tier], {**options, "schema": answer_schema(answer_type)})
        text = await _whole_text(talk, messages, answer_type)
        value, faults = _read(text, answer_type)
        repaired = value is None
        if value is None:
            text = (await talk.say(_repair(messages, text, faults), talk.options)).text
            value, faults = _read(text, answer_type)
        if value is None:
            raise talk.fail(
                InvalidAnswerError(
                    f"{talk.model} gave no valid {answer_type.__name__}, even when asked again",
                    "Choose a model that follows instructions more closely.",
                )
            )
        return Answer(value, talk.model, repaired, talk.spent)


async def _whole_text(talk: _Talk, messages: Sequence[Message], answer_type: type[T]) -> str:
    """The answer's text, continued or else shortened where it ended at its limit."""
    response = await talk.say(messages, talk.options)
    if response.finish is Finish.STOP or _is_valid(response.text, answer_type):
        return response.text
    begun = Message(Role.ASSISTANT, response.text)
    if response.text.strip():
        more = await talk.say(
            (*messages, begun, Message(Role.USER, _CONTINUE)), _freely(talk.options)
        )
        for text in (response.text + more.text, more.text):
            if _is_valid(text, answer_type):
                return text
    options = talk.options
    if not response.text.strip():  # all tokens went into reasoning: ask for as many as there are
        options = {**options, "max_tokens": talk.provider.get_max_tokens()}
    shorter = await talk.say((*messages, Message(Role.USER, _SHORTER)), options)
    if shorter.finish is Finish.LENGTH and not _is_valid(shorter.text, answer_type):
        raise talk.fail(
            TruncatedError(
                f"{talk.model} gave no answer that fits its limit of tokens",
                "Allow longer answers, or choose a model that can give them.",
            )
        )
    return shorter.text


def _freely(options: Options) -> Options:
    """The options of a continuation, which is no JSON by itself."""
    free = options.copy()
    free.pop("schema", None)
    return free


def _repair(messages: Sequence[Message], text: str, faults: str) -> tuple[Message, ...]:
    wish = f"That is not a valid answer:\n{faults}\nAnswer again, in full, with only valid JSON."
    quoted = text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "…"
    return (*messages, Message(Role.ASSISTANT, quoted), Message(Role.USER, wish))


def _is_valid(text: str, answer_type: type[T]) -> bool:
    return _read(text, answer_type)[0] is not None


def _read(text: str, answer_type: type[T]) -> tuple[T | None, str]:
    """The value, or None and what is wrong, in words for the model."""
    found = find_object(text)
    if found is None:
        return None, "- there is no JSON object in it"
    try:
        return answer_type.model_validate_json(found), ""
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        lines = [
            f"- {'.'.join(map(str, fault['loc'])) or 'the object'}: {fault['msg']}"
            for fault in faults[:_MOST_FAULTS]
        ]
        return None, "\n".join(lines)
