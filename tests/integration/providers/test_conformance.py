"""The contract of `LLMProvider`, kept by every adapter against a server of its kind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import anyio
import anyio.to_thread
import pytest
from pydantic import BaseModel, SecretStr

from regoose_ci.providers.base import (
    AnswerSchema,
    Finish,
    Form,
    Manner,
    Message,
    Role,
    Tier,
)
from regoose_ci.providers.budget import Budget, Limits
from regoose_ci.providers.chat import ChatProvider
from regoose_ci.providers.endpoint import LimitName
from regoose_ci.providers.errors import (
    AuthError,
    BadAnswerError,
    ModelNotFoundError,
    RateLimitedError,
    RefusedError,
    RejectedRequestError,
    TimedOutError,
    UnavailableError,
)
from regoose_ci.providers.prices import load_prices
from regoose_ci.providers.registry import NAMES, ProviderSettings, find_adapter, find_endpoint
from regoose_ci.providers.session import ModelPlan, open_session
from tests.fakes.openai_server import (
    KEY,
    MODEL,
    Completed,
    Dripping,
    EndsMidway,
    Failed,
    FakeOpenAIServer,
    Huge,
    NoChoices,
    Personality,
    Raw,
    ResetMidway,
)

pytestmark = pytest.mark.anyio
ASK = (Message(Role.SYSTEM, "Be short."), Message(Role.USER, "How are you?"))
SCHEMA = AnswerSchema(
    "mood",
    '{"type":"object","properties":{"mood":{"type":"string"}},"required":["mood"],'
    '"additionalProperties":false}',
)

PERSONALITIES = {
    "openai": Personality(),
    "azure-openai": Personality(
        prefix="/openai/deployments/{model}",
        key_header="api-key",
        unsupported=frozenset({"max_tokens"}),
    ),
    "anthropic": Personality(unsupported=frozenset({"response_format"})),
    "gemini": Personality(prefix="/v1beta/openai"),
    "ollama": Personality(key=None),
    "lm-studio": Personality(key=None, response_formats=frozenset({"json_schema"})),
    "openai-compatible": Personality(key=None),
}


@dataclass(frozen=True)
class Pair:
    """A provider and the server that it speaks to."""

    name: str
    server: FakeOpenAIServer
    provider: ChatProvider


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def like(name: str) -> Iterator[FakeOpenAIServer]:
    with FakeOpenAIServer(PERSONALITIES[name]) as running:
        yield running


@pytest.fixture
async def pair(name: str, like: FakeOpenAIServer) -> AsyncIterator[Pair]:
    async with connect(name, like) as provider:
        yield Pair(name, like, provider)


def connect(
    name: str, like: FakeOpenAIServer, key: str = KEY, model: str = MODEL, timeout_s: float = 5.0
) -> ChatProvider:
    url = like.root if name == "azure-openai" else like.url
    settings = ProviderSettings(
        model=model, base_url=url, api_key=SecretStr(key), request_timeout_s=timeout_s
    )
    return ChatProvider(find_adapter(name), find_endpoint(name, Tier.SMALL, settings, {}))


async def test_answers_with_text_and_usage(pair: Pair) -> None:
    pair.server.script.append(Completed("very well", prompt_tokens=21, completion_tokens=2))

    response = await pair.provider.generate(ASK)

    assert (response.text, response.finish) == ("very well", Finish.STOP)
    usage = response.usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.estimated) == (21, 2, False)
    assert (response.provider, response.model) == (pair.name, MODEL)
    assert 0 < response.latency_s < 5


async def test_sends_messages_in_their_order_and_with_their_roles(pair: Pair) -> None:
    await pair.provider.generate((*ASK, Message(Role.ASSISTANT, "Well."), Message(Role.USER, "?")))

    assert pair.server.asked[0].body["messages"] == [
        {"role": "system", "content": "Be short."},
        {"role": "user", "content": "How are you?"},
        {"role": "assistant", "content": "Well."},
        {"role": "user", "content": "?"},
    ]


async def test_sends_the_options_it_was_given(pair: Pair) -> None:
    await pair.provider.generate(ASK, max_tokens=33, temperature=0.25, seed=4)

    body = pair.server.asked[0].body
    assert (body["temperature"], body["seed"]) == (0.25, 4)
    limits = {name: body[name] for name in (*LimitName,) if name in body}
    assert list(limits.values()) == [33]


async def test_always_limits_the_answer(pair: Pair) -> None:
    await pair.provider.generate(ASK)

    body = pair.server.asked[0].body
    assert [body[n] for n in (*LimitName,) if n in body] == [pair.provider.get_max_tokens()]


@pytest.mark.parametrize("form", Form)
async def test_asks_for_json_in_the_form_it_is_told(pair: Pair, form: Form) -> None:
    likes = pair.server.personality
    supported = likes.response_formats if "response_format" not in likes.unsupported else set()
    expected = {Form.SCHEMA: "json_schema", Form.FENCED: None}.get(form, "json_object")
    if expected is not None and expected not in supported:
        with pytest.raises(RejectedRequestError):
            await pair.provider.generate(ASK, schema=SCHEMA, manner=Manner(form))
        return

    await pair.provider.generate(ASK, schema=SCHEMA, manner=Manner(form))

    assert pair.server.asked[0].response_format == expected


async def test_says_that_an_answer_ended_at_its_limit(pair: Pair) -> None:
    pair.server.script.append(Completed('{"a": [1, 2', finish="length"))

    response = await pair.provider.generate(ASK)

    assert (response.text, response.finish) == ('{"a": [1, 2', Finish.LENGTH)


async def test_a_refusal_says_what_it_cost(pair: Pair) -> None:
    pair.server.script.append(Completed("", refusal="I would rather not."))

    with pytest.raises(RefusedError) as caught:
        await pair.provider.generate(ASK)

    assert caught.value.usage is not None
    assert caught.value.usage.prompt_tokens == 11


async def test_a_content_filter_is_a_refusal(pair: Pair) -> None:
    pair.server.script.append(Completed("half of", finish="content_filter"))

    with pytest.raises(RefusedError):
        await pair.provider.generate(ASK)


async def test_a_filtered_prompt_is_a_refusal(pair: Pair) -> None:
    pair.server.script.append(Failed(400, "filtered", "content_filter", "prompt"))

    with pytest.raises(RefusedError):
        await pair.provider.generate(ASK)


@pytest.mark.parametrize("reply", [NoChoices(), Completed(""), Completed(" \n")])
async def test_an_answer_without_text_is_bad(pair: Pair, reply: NoChoices | Completed) -> None:
    pair.server.script.append(reply)

    with pytest.raises((BadAnswerError, UnavailableError)):
        await pair.provider.generate(ASK)


@pytest.mark.parametrize("status", [401, 403])
async def test_a_key_that_is_not_accepted(pair: Pair, status: int) -> None:
    pair.server.script.append(Failed(status, f"Incorrect API key provided: {KEY}"))

    with pytest.raises(AuthError, match=f"does not accept the key .{status}"):
        await pair.provider.generate(ASK)


async def test_a_model_that_is_not_there(name: str, like: FakeOpenAIServer) -> None:
    async with connect(name, like, model="no-such-model") as provider:
        with pytest.raises(ModelNotFoundError, match="no model 'no-such-model'"):
            await provider.generate(ASK)


async def test_too_many_requests_with_the_wait_the_server_asks_for(pair: Pair) -> None:
    pair.server.script.append(Failed(429, headers={"Retry-After": "17"}))

    with pytest.raises(RateLimitedError) as caught:
        await pair.provider.generate(ASK)

    assert caught.value.retry_after_s == 17
    assert len(pair.server.asked) == 1


async def test_too_many_requests_without_a_wait(pair: Pair) -> None:
    pair.server.script.append(Failed(429))

    with pytest.raises(RateLimitedError) as caught:
        await pair.provider.generate(ASK)

    assert caught.value.retry_after_s is None


@pytest.mark.parametrize("status", [500, 502, 503, 529])
async def test_a_fault_of_the_server_is_tried_once(pair: Pair, status: int) -> None:
    pair.server.script.append(Failed(status))

    with pytest.raises(UnavailableError, match=str(status)):
        await pair.provider.generate(ASK)

    assert len(pair.server.asked) == 1


@pytest.mark.parametrize("reply", [ResetMidway(), EndsMidway()])
async def test_half_an_answer_is_none(pair: Pair, reply: ResetMidway | EndsMidway) -> None:
    pair.server.script.append(reply)

    with pytest.raises((UnavailableError, BadAnswerError)) as caught:
        await pair.provider.generate(ASK)

    assert caught.value.maybe_charged


async def test_a_server_that_drips_runs_out_of_time(pair: Pair) -> None:
    pair.server.script.append(Dripping())

    with anyio.fail_after(3):
        with pytest.raises(TimedOutError, match=r"in 0\.1 s"):
            await pair.provider.generate(ASK, timeout_s=0.1)


async def test_json_that_ends_too_soon(pair: Pair) -> None:
    kind = "application/json" if pair.name == "openai-compatible" else "text/event-stream"
    prefix = b"" if kind == "application/json" else b"data: "
    pair.server.script.append(Raw(prefix + b'{"id": "x", "choices": [{"ind\n\n', kind))

    with pytest.raises(BadAnswerError):
        await pair.provider.generate(ASK)


async def test_a_page_of_html_is_no_answer(pair: Pair) -> None:
    pair.server.script.append(Raw(b"<html><h1>Welcome</h1></html>", "text/html"))

    with pytest.raises((BadAnswerError, UnavailableError)):
        await pair.provider.generate(ASK)


async def test_an_answer_of_ten_megabytes_is_not_read_to_its_end(pair: Pair) -> None:
    pair.server.script.append(Huge(10 * 2**20))

    with pytest.raises(BadAnswerError, match="far larger"):
        await pair.provider.generate(ASK)


async def test_a_compressed_answer_is_not_unpacked(pair: Pair) -> None:
    packed = Raw(b"\x1f\x8b", headers={"Content-Encoding": "gzip"})
    pair.server.script.append(packed)

    with pytest.raises(BadAnswerError, match="far larger"):
        await pair.provider.generate(ASK)


async def test_a_redirect_is_not_followed(pair: Pair) -> None:
    pair.server.script.append(Failed(307, headers={"Location": pair.server.url}))

    with pytest.raises(ModelNotFoundError, match="redirects"):
        await pair.provider.generate(ASK)

    assert len(pair.server.asked) == 1


async def test_a_server_that_is_not_there(name: str) -> None:
    with FakeOpenAIServer(PERSONALITIES[name]) as gone:
        provider = connect(name, gone)
    async with provider:
        with pytest.raises(UnavailableError, match=r"connection to .* failed"):
            await provider.generate(ASK)


async def test_is_asked_concurrently(pair: Pair) -> None:
    async with anyio.create_task_group() as tasks:
        for _ in range(4):
            tasks.start_soon(pair.provider.generate, ASK)

    assert len(pair.server.asked) == 4


async def test_a_cancelled_request_hangs_up(pair: Pair) -> None:
    pair.server.script.append(Dripping())

    with anyio.move_on_after(0.1):
        await pair.provider.generate(ASK)

    assert len(pair.server.asked) == 1
    assert await anyio.to_thread.run_sync(pair.server.is_idle_soon)


class Mood(BaseModel):
    mood: str


async def test_gives_typed_answers_within_a_session(name: str, like: FakeOpenAIServer) -> None:
    like.answer = lambda _asked: Completed('{"mood": "fine"}')
    url = like.root if name == "azure-openai" else like.url
    settings = ProviderSettings(model=MODEL, base_url=url, api_key=SecretStr(KEY))
    endpoint = find_endpoint(name, Tier.SMALL, settings, {})
    budget = Budget(Limits(tokens=10_000), load_prices())

    async with open_session(ModelPlan({Tier.SMALL: [endpoint]}), budget) as session:
        first = await session.asker.ask(ASK, Mood, temperature=0, seed=1)
        await session.asker.ask(ASK, Mood, temperature=0, seed=1)

    assert first.value == Mood(mood="fine")
    assert len(like.asked) == 2
    assert budget.spent.tokens == 2 * (11 + 7)


async def test_names_its_model_and_its_limit(pair: Pair) -> None:
    assert pair.provider.get_model_name() == MODEL
    assert pair.provider.get_max_tokens() >= 4096


def test_every_kind_of_server_has_a_personality() -> None:
    assert set(PERSONALITIES) == set(NAMES)
