"""A model that says what it was told to: for tests, demonstrations and dry runs."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from typing_extensions import Unpack

from regoose_ci.providers.base import Finish, LLMResponse, Message, Options, Usage
from regoose_ci.providers.clock import Clock, SystemClock
from regoose_ci.providers.errors import BadAnswerError, ProviderError
from regoose_ci.providers.tokens import likely_tokens


@dataclass(frozen=True, slots=True)
class ScriptedReply:
    """An answer; ``usage`` is estimated where None."""

    text: str
    finish: Finish = Finish.STOP
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class ScriptedRequest:
    """What the model was asked."""

    messages: tuple[Message, ...]
    options: Options


Line = str | ScriptedReply | ProviderError
Script = Iterable[Line] | Callable[[ScriptedRequest], Line]


class ScriptedProvider:
    """A model whose answers are a list, in order, or a function of the request.

    Attributes:
        asked: Every request, in the order they came.
        most_at_once: The largest number of requests under way at a time.
    """

    def __init__(
        self,
        script: Script,
        *,
        model: str = "scripted",
        provider: str = "scripted",
        max_tokens: int = 4096,
        latency_s: float = 0.0,
        clock: Clock | None = None,
    ) -> None:
        self._answer = script if callable(script) else _in_order(script)
        self._model = model
        self._provider = provider
        self._max_tokens = max_tokens
        self._latency_s = latency_s
        self._clock = clock or SystemClock()
        self._at_once = 0
        self.asked: list[ScriptedRequest] = []
        self.most_at_once = 0

    def get_model_name(self) -> str:
        """The name it was given."""
        return self._model

    def get_max_tokens(self) -> int:
        """The limit it was given."""
        return self._max_tokens

    async def generate(
        self, messages: Sequence[Message], **options: Unpack[Options]
    ) -> LLMResponse:
        """Say the next line; see `LLMProvider`."""
        request = ScriptedRequest(tuple(messages), options)
        self.asked.append(request)
        line = self._answer(request)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            await self._clock.sleep(self._latency_s)
        finally:
            self._at_once -= 1
        if isinstance(line, ProviderError):
            raise line
        reply = ScriptedReply(line) if isinstance(line, str) else line
        usage = reply.usage or Usage(
            likely_tokens([message.text for message in messages]), likely_tokens([reply.text])
        )
        return LLMResponse(
            reply.text, reply.finish, usage, self._provider, self._model, self._latency_s
        )


def _in_order(lines: Iterable[Line]) -> Callable[[ScriptedRequest], Line]:
    left = deque(lines)

    def say(_request: ScriptedRequest) -> Line:
        return left.popleft() if left else BadAnswerError("The script has no further answer")

    return say
