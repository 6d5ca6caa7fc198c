"""The adapter behind all vendors: one model at one endpoint, asked through the openai SDK."""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import TracebackType

import anyio
import openai
from openai.types.chat import ChatCompletionMessageParam
from pydantic import JsonValue, TypeAdapter
from typing_extensions import Self, Unpack

from regoose_ci.providers import errors, wire
from regoose_ci.providers.base import (
    AnswerSchema,
    Finish,
    Form,
    LLMResponse,
    Manner,
    Message,
    Options,
    Quirk,
    Role,
    Usage,
)
from regoose_ci.providers.endpoint import Adapter, Delivery, Endpoint
from regoose_ci.providers.sdk_errors import timed_out, too_large, translate
from regoose_ci.providers.tokens import likely_tokens
from regoose_ci.providers.transport import AnswerTooLargeError

_JSON_OBJECT = TypeAdapter(dict[str, JsonValue])
_RETRIED = "It was tried again as often as allowed; try another model."


class ChatProvider:
    """One model at one endpoint. Use it as an async context manager, or call `aclose`."""

    def __init__(self, adapter: Adapter, endpoint: Endpoint) -> None:
        self._adapter = adapter
        self._endpoint = endpoint
        self._client = adapter.connect(endpoint)
        self._where = f"{adapter.title} at {endpoint.host}"

    def __repr__(self) -> str:
        """Name the model; the client inside knows the key."""
        return f"{type(self).__name__}({self._adapter.name!r}, {self._endpoint.model!r})"

    async def __aenter__(self) -> Self:
        """Return the provider itself, which connects with its first request."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        with anyio.CancelScope(shield=True):
            await self._client.close()

    def get_model_name(self) -> str:
        """The model's name."""
        return self._endpoint.model

    def get_max_tokens(self) -> int:
        """The most tokens that one answer may have."""
        return self._endpoint.max_tokens

    async def generate(
        self, messages: Sequence[Message], **options: Unpack[Options]
    ) -> LLMResponse:
        """Ask once, without retries; see `LLMProvider`."""
        begun = time.monotonic()
        outcome = await self._fetch_in_time(messages, options)
        if isinstance(outcome, errors.ProviderError):
            # Raised here and not where it was caught: see `translate`.
            raise outcome
        return self._respond(outcome, messages, time.monotonic() - begun)

    async def _fetch_in_time(
        self, messages: Sequence[Message], options: Options
    ) -> wire.Collected | errors.ProviderError:
        seconds = min(options.get("timeout_s", self._endpoint.timeout_s), self._endpoint.timeout_s)
        with anyio.move_on_after(seconds):
            try:
                return await self._fetch(messages, options)
            except openai.OpenAIError as error:
                return translate(error, self._endpoint, self._adapter.title)
            except AnswerTooLargeError:
                return too_large(self._where)
            except ValueError:  # JSON that ends too soon, a body that is no answer, bad UTF-8
                return errors.BadAnswerError(
                    f"{self._where} gave an answer that cannot be read",
                    _RETRIED,
                    maybe_charged=True,
                )
        return timed_out(self._where, seconds)

    async def _fetch(self, messages: Sequence[Message], options: Options) -> wire.Collected:
        create = self._client.chat.completions
        to_send = [_to_wire(message) for message in messages]
        extra = self._extra(options)
        if self._adapter.delivery is Delivery.WHOLE:
            raw = await create.with_raw_response.create(
                messages=to_send, model=self._endpoint.model, extra_body=extra
            )
            return wire.of_completion(wire.Completion.model_validate_json(raw.content))
        stream = await create.create(
            messages=to_send, model=self._endpoint.model, stream=True, extra_body=extra
        )
        async with stream:
            return wire.of_chunks(
                [wire.Chunk.model_validate(chunk.to_dict()) async for chunk in stream]
            )

    def _extra(self, options: Options) -> dict[str, object]:
        """What the request's body has besides model and messages."""
        manner = options.get("manner", Manner())
        name = self._adapter.limit_name_at(self._endpoint)
        if Quirk.OTHER_LIMIT_NAME in manner.quirks:
            name = name.other
        body: dict[str, object] = {name.value: options.get("max_tokens", self._endpoint.max_tokens)}
        if "temperature" in options and Quirk.NO_TEMPERATURE not in manner.quirks:
            body["temperature"] = options["temperature"]
        if "seed" in options and Quirk.NO_SEED not in manner.quirks:
            body["seed"] = options["seed"]
        streams = self._adapter.delivery is Delivery.STREAM
        if streams and Quirk.NO_STREAM_USAGE not in manner.quirks:
            body["stream_options"] = {"include_usage": True}
        if "schema" in options and manner.form not in {None, Form.FENCED}:
            body["response_format"] = _response_format(options["schema"], manner.form)
        return body

    def _respond(
        self, answer: wire.Collected, messages: Sequence[Message], seconds: float
    ) -> LLMResponse:
        usage = _usage(answer, messages)
        if answer.finish_reason is None and self._adapter.delivery is Delivery.STREAM:
            raise errors.UnavailableError(
                f"{self._where} broke its answer off", _RETRIED, maybe_charged=True
            )
        if answer.text is None:
            raise errors.BadAnswerError(
                f"{self._where} gave an answer without any choice", _RETRIED, usage=usage
            )
        if answer.refusal or answer.finish_reason == "content_filter":
            who = "declined to answer" if answer.refusal else "filtered its answer"
            raise errors.RefusedError(
                f"{self._endpoint.model} at {self._endpoint.host} {who}", usage=usage
            )
        finish = Finish.LENGTH if answer.finish_reason == "length" else Finish.STOP
        if not answer.text.strip() and finish is Finish.STOP:
            raise errors.BadAnswerError(f"{self._where} gave an empty answer", usage=usage)
        return LLMResponse(
            text=answer.text,
            finish=finish,
            usage=usage,
            provider=self._adapter.name,
            model=self._endpoint.model,
            latency_s=seconds,
        )


def _usage(answer: wire.Collected, messages: Sequence[Message]) -> Usage:
    if answer.usage is None or not answer.usage.prompt_tokens:
        prompt = likely_tokens([message.text for message in messages])
        return Usage(prompt, likely_tokens([answer.text or ""]), estimated=True)
    return Usage(answer.usage.prompt_tokens, answer.usage.charged_completion)


def _to_wire(message: Message) -> ChatCompletionMessageParam:
    match message.role:
        case Role.SYSTEM:
            return {"role": "system", "content": message.text}
        case Role.USER:
            return {"role": "user", "content": message.text}
        case Role.ASSISTANT:
            return {"role": "assistant", "content": message.text}


def _response_format(schema: AnswerSchema, form: Form | None) -> dict[str, object]:
    if form is Form.JSON:
        return {"type": "json_object"}
    shape = _JSON_OBJECT.validate_json(schema.text)
    if form is Form.GUIDED:
        return {"type": "json_object", "schema": shape}
    return {
        "type": "json_schema",
        "json_schema": {"name": schema.name, "schema": shape, "strict": True},
    }
