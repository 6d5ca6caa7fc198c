"""The SDK's clients, imported when the first one is made: that takes longer than `--help`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regoose_ci.providers.endpoint import Endpoint

if TYPE_CHECKING:
    from openai import AsyncOpenAI


def connect(endpoint: Endpoint) -> AsyncOpenAI:
    """A client for any server that speaks OpenAI's protocol."""
    from regoose_ci.providers.transport import openai_client  # noqa: PLC0415

    return openai_client(endpoint)


def connect_azure(endpoint: Endpoint) -> AsyncOpenAI:
    """A client for a resource at Azure."""
    from regoose_ci.providers.transport import azure_client  # noqa: PLC0415

    return azure_client(endpoint)
