"""Keys stay where they belong, whatever goes wrong."""

from __future__ import annotations

import logging
import pickle
import traceback

import pytest
from pydantic import SecretStr

from regoose_ci.providers.base import Message, Role, Tier
from regoose_ci.providers.chat import ChatProvider
from regoose_ci.providers.errors import ProviderError
from regoose_ci.providers.registry import ProviderSettings, find_adapter, find_endpoint
from tests.fakes.openai_server import (
    KEY,
    MODEL,
    Dripping,
    Failed,
    FakeOpenAIServer,
    Raw,
    Reply,
    ResetMidway,
)

pytestmark = pytest.mark.anyio
ASK = (Message(Role.USER, "How are you?"),)


def connect(server: FakeOpenAIServer, key: str = KEY) -> ChatProvider:
    settings = ProviderSettings(model=MODEL, base_url=server.url, api_key=SecretStr(key))
    endpoint = find_endpoint("openai", Tier.SMALL, settings, {})
    return ChatProvider(find_adapter("openai"), endpoint)


def everything_said(error: BaseException) -> str:
    """All that a log, a traceback with locals or a debugger's chain would show of an error."""
    said = []
    seen: BaseException | None = error
    while seen is not None:
        said += [str(seen), repr(seen), repr(vars(seen)), repr(seen.args)]
        seen = seen.__cause__ or seen.__context__
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    ours = [frame for frame in shown.stack if "regoose_ci" in frame.filename]
    assert ours
    return "\n".join([*said, *(f"{frame.line} {frame.locals}" for frame in ours)])


@pytest.mark.parametrize(
    "reply",
    [
        Failed(401, f"Incorrect API key provided: {KEY}."),
        Failed(400, f"what is {KEY}?"),
        Failed(404, KEY),
        Failed(429, KEY, headers={"Retry-After": "soon"}),
        Failed(500, KEY),
        ResetMidway(KEY),
        Raw(f"data: {KEY}\n\n".encode(), "text/event-stream"),
        Dripping(),
    ],
)
async def test_no_error_tells_a_key(
    server: FakeOpenAIServer, reply: Reply, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.script.append(reply)

    async with connect(server) as provider:
        with pytest.raises(ProviderError) as caught:
            await provider.generate(ASK, timeout_s=0.2)

    said = everything_said(caught.value) + caplog.text
    assert KEY not in said
    assert KEY.lower() not in said


async def test_an_error_is_chained_to_nothing_of_the_sdk(server: FakeOpenAIServer) -> None:
    server.script.append(Failed(500))

    async with connect(server) as provider:
        with pytest.raises(ProviderError) as caught:
            await provider.generate(ASK)

    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert KEY.encode() not in pickle.dumps(vars(caught.value))


async def test_nothing_shows_a_key_in_its_repr(server: FakeOpenAIServer) -> None:
    settings = ProviderSettings(model=MODEL, base_url=server.url, api_key=SecretStr(KEY))
    endpoint = find_endpoint("openai", Tier.SMALL, settings, {})

    async with ChatProvider(find_adapter("openai"), endpoint) as provider:
        shown = f"{settings!r} {endpoint!r} {provider!r} {endpoint.identity} {endpoint.host}"

    assert KEY not in shown


async def test_what_is_openais_is_not_sent_to_others(
    server: FakeOpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, f"secret-of-{name}")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Secret: secret-header")
    settings = ProviderSettings(model=MODEL, base_url=server.url, api_key=SecretStr(KEY))
    endpoint = find_endpoint("anthropic", Tier.SMALL, settings, {})

    async with ChatProvider(find_adapter("anthropic"), endpoint) as provider:
        await provider.generate(ASK)

    assert "secret" not in repr(server.asked[0].headers)


async def test_a_rotated_key_is_used_without_a_restart(server: FakeOpenAIServer) -> None:
    environment = {"OPENAI_API_KEY": "sk-old", "OPENAI_BASE_URL": server.url}
    settings = ProviderSettings(model=MODEL)
    adapter = find_adapter("openai")
    async with ChatProvider(
        adapter, find_endpoint("openai", Tier.SMALL, settings, environment)
    ) as provider:
        with pytest.raises(ProviderError):
            await provider.generate(ASK)

    environment["OPENAI_API_KEY"] = KEY
    async with ChatProvider(
        adapter, find_endpoint("openai", Tier.SMALL, settings, environment)
    ) as provider:
        assert (await provider.generate(ASK)).text == "fine"
