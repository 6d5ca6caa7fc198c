"""The SDK's client as we let it speak: no redirects, no retries, no endless answers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
from openai import AsyncAzureOpenAI, AsyncOpenAI
from typing_extensions import override

from regoose_ci.providers.endpoint import Endpoint

MAX_ANSWER_BYTES = 8 * 2**20
"""An answer of 16,000 tokens takes about 4 MiB when each comes in its own event."""
_CONNECT_S = 10.0
_KEYLESS = "none"


class AnswerTooLargeError(httpx2.TransportError):
    """A server sent more than `MAX_ANSWER_BYTES`, or packed it so that we could not tell."""


class _CappedStream(httpx2.AsyncByteStream):
    """The body of an answer, which raises once it is larger than any model's could be."""

    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = MAX_ANSWER_BYTES
        async for piece in self._inner:
            left -= len(piece)
            if left < 0:
                raise AnswerTooLargeError("answer too large")
            yield piece

    @override
    async def aclose(self) -> None:
        await self._inner.aclose()


async def _ask_uncompressed(request: httpx2.Request) -> None:
    request.headers["Accept-Encoding"] = "identity"


async def _cap(response: httpx2.Response) -> None:
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise AnswerTooLargeError("answer is compressed although that was not asked for")
    assert isinstance(response.stream, httpx2.AsyncByteStream)
    response.stream = _CappedStream(response.stream)


def http_client(endpoint: Endpoint) -> httpx2.AsyncClient:
    """A client of our own, because the SDK's default follows redirects, key in hand."""
    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(endpoint.timeout_s, connect=_CONNECT_S),
        follow_redirects=False,
        event_hooks={"request": [_ask_uncompressed], "response": [_cap]},
    )


def openai_client(endpoint: Endpoint) -> AsyncOpenAI:
    """The SDK's client for any server that speaks OpenAI's protocol."""
    client = AsyncOpenAI(
        api_key=endpoint.api_key.get_secret_value() or _KEYLESS,
        base_url=endpoint.base_url,
        timeout=endpoint.timeout_s,
        max_retries=0,  # the router retries: it knows the other endpoints and the budget
        http_client=http_client(endpoint),
    )
    if endpoint.provider != "openai":
        _forget_openai(client)
    return client


def azure_client(endpoint: Endpoint) -> AsyncAzureOpenAI:
    """The SDK's client for Azure: the key in a header of its own, deployments in the path."""
    client = AsyncAzureOpenAI(
        api_key=endpoint.api_key.get_secret_value(),
        azure_endpoint=endpoint.base_url,
        api_version=endpoint.api_version,
        timeout=endpoint.timeout_s,
        max_retries=0,
        http_client=http_client(endpoint),
    )
    _forget_openai(client)
    return client


def _forget_openai(client: AsyncOpenAI) -> None:
    """Drop what the SDK took from ``OPENAI_*`` variables, for whatever server it talks to."""
    client.organization = client.project = client.admin_api_key = None
    client._custom_headers = {}
