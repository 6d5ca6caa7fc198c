"""Finding out, once, how a server wants to be asked: the ladder of forms and the odd options.

A step down is remembered when the request that took it succeeds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from typing_extensions import Unpack

from regoose_ci.providers.base import (
    AnswerSchema,
    Finish,
    Form,
    LLMProvider,
    LLMResponse,
    Manner,
    Message,
    Options,
    Quirk,
    Role,
    Spent,
)
from regoose_ci.providers.capabilities import Capability, CapabilityStore
from regoose_ci.providers.errors import PromptTooLongError, ProviderError, RejectedRequestError
from regoose_ci.providers.json_text import find_object, object_fields
from regoose_ci.providers.schema import required_fields

_LADDER = tuple(Form)
_MOST_ATTEMPTS = 8
_LIMIT = re.compile(
    r"(?:at most|maximum (?:value )?(?:of|is)|less than or equal to|<=) *(\d+)|> *(\d+)"
)
_OPTIONS = (
    ("stream_options", Quirk.NO_STREAM_USAGE),
    ("temperature", Quirk.NO_TEMPERATURE),
    ("seed", Quirk.NO_SEED),
)
_FORMATS = ("response_format", "json_schema", "json_object", "grammar", "schema")


class Negotiator:
    """An endpoint's model, asked in the firmest manner that its server takes.

    Args:
        provider: The model; asked once per attempt.
        identity: What the store knows the endpoint by.
        store: What was learned before, and where more is put.
        first: The rung to begin with where nothing is known.
    """

    def __init__(
        self, provider: LLMProvider, identity: str, store: CapabilityStore, first: Form
    ) -> None:
        self._provider = provider
        self._identity = identity
        self._store = store
        self._first = first

    def get_model_name(self) -> str:
        """The model's name."""
        return self._provider.get_model_name()

    def get_max_tokens(self) -> int:
        """The most tokens that one answer may have, as far as the server has said."""
        known = self._store.get(self._identity)
        limit = self._provider.get_max_tokens()
        return min(limit, known.max_tokens or limit) if known else limit

    async def generate(
        self, messages: Sequence[Message], **options: Unpack[Options]
    ) -> LLMResponse:
        """Ask, stepping down where the server does not take or ignores something."""
        before = self._store.get(self._identity)
        now = before or Capability(self._first)
        spent = Spent()
        for _ in range(_MOST_ATTEMPTS):
            try:
                response = await self._ask(messages, options, now)
            except RejectedRequestError as error:
                spent += error.spent
                lower = lesson(error.complaint, now, options)
                if lower is None:
                    error.spent = spent
                    raise
                now = lower
                continue
            except PromptTooLongError as error:
                error.spent = spent = spent + error.spent
                if error.room is None or error.room >= self._wanted(options, now):
                    raise
                options["max_tokens"] = error.room  # of this prompt only: nothing to remember
                continue
            except ProviderError as error:
                error.spent = spent + error.spent
                raise
            spent += response.spent
            schema = options.get("schema")
            if schema is not None and now.form is not Form.FENCED and ignores(response, schema):
                now = replace(now, form=step_down(now.form))
                self._store.learn(self._identity, now)
                continue
            if now != (before or Capability(self._first)):
                self._store.learn(self._identity, now)
            return replace(response, spent=spent)
        raise RejectedRequestError("The server takes no form of the request")

    async def _ask(
        self, messages: Sequence[Message], options: Options, now: Capability
    ) -> LLMResponse:
        schema = options.get("schema")
        asked: Options = {**options, "manner": Manner(now.form if schema else None, now.quirks)}
        if now.max_tokens is not None:
            asked["max_tokens"] = self._wanted(options, now)
        if schema is not None and now.form is not Form.SCHEMA:
            messages = with_instruction(messages, schema, now.form)
        return await self._provider.generate(messages, **asked)

    def _wanted(self, options: Options, now: Capability) -> int:
        wanted = options.get("max_tokens", self._provider.get_max_tokens())
        return min(wanted, now.max_tokens or wanted)


def step_down(form: Form) -> Form:
    """The next rung of the ladder; the last is its own."""
    return _LADDER[min(_LADDER.index(form) + 1, len(_LADDER) - 1)]


def ignores(response: LLMResponse, schema: AnswerSchema) -> bool:
    """Whether a finished answer shows that the schema was not enforced."""
    if response.finish is not Finish.STOP:
        return False
    found = find_object(response.text)
    return found is None or not required_fields(schema) <= object_fields(found)


def lesson(complaint: str, now: Capability, options: Options) -> Capability | None:
    """What to change after a server complained; None where nothing is left to change.

    A complaint that names nothing known is taken to be about the form of the answer.
    """
    for word, quirk in _OPTIONS:
        if re.search(rf"\b{word}\b", complaint) and quirk not in now.quirks:
            return replace(now, quirks=now.quirks | {quirk})
    if re.search(r"\bmax_(completion_)?tokens\b", complaint):
        limit = next((int(m[1] or m[2]) for m in [_LIMIT.search(complaint)] if m), None)
        if limit and now.max_tokens is None:
            return replace(now, max_tokens=limit)
        if Quirk.OTHER_LIMIT_NAME not in now.quirks:
            return replace(now, quirks=now.quirks | {Quirk.OTHER_LIMIT_NAME})
    asks_for_form = "schema" in options and now.form is not Form.FENCED
    if asks_for_form and (any(word in complaint for word in _FORMATS) or not complaint.strip()):
        return replace(now, form=step_down(now.form))
    return replace(now, form=Form.FENCED) if asks_for_form else None


def with_instruction(
    messages: Sequence[Message], schema: AnswerSchema, form: Form
) -> tuple[Message, ...]:
    """Say in words, in the first system message, what no option can say."""
    how = (
        "Answer with one JSON object in a ```json code fence and nothing else."
        if form is Form.FENCED
        else "Answer with one JSON object and nothing else."
    )
    text = f"{how} It matches this JSON Schema:\n{schema.text}"
    if messages and messages[0].role is Role.SYSTEM:
        first = Message(Role.SYSTEM, f"{messages[0].text}\n\n{text}")
        return (first, *messages[1:])
    return (Message(Role.SYSTEM, text), *messages)
