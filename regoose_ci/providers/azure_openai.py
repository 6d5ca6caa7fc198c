"""Azure OpenAI: a resource of one's own, with deployments in place of models."""

from __future__ import annotations

from openai import AsyncAzureOpenAI

from regoose_ci.providers.endpoint import Adapter, Endpoint, LimitName
from regoose_ci.providers.transport import http_client

_API_VERSION = "2024-10-21"  # the first generally available one with structured outputs


def _connect(endpoint: Endpoint) -> AsyncAzureOpenAI:
    """The SDK's client for Azure: a key of its own header, deployments in the path."""
    client = AsyncAzureOpenAI(
        api_key=endpoint.api_key.get_secret_value(),
        azure_endpoint=endpoint.base_url,
        api_version=endpoint.api_version or _API_VERSION,
        timeout=endpoint.timeout_s,
        max_retries=0,
        http_client=http_client(endpoint),
    )
    client.organization = client.project = client.admin_api_key = None
    client._custom_headers = {}
    return client


ADAPTER = Adapter(
    name="azure-openai",
    title="Azure OpenAI",
    key_variables=("AZURE_OPENAI_API_KEY",),
    url_variables=("AZURE_OPENAI_ENDPOINT",),
    base_url=None,
    models={},
    connect=_connect,
    limit_name=LimitName.MAX_COMPLETION_TOKENS,
    max_tokens=16384,
    model_variables=("AZURE_OPENAI_DEPLOYMENT", "AZURE_OPENAI_DEPLOYMENT_NAME"),
    version_variables=("AZURE_OPENAI_API_VERSION", "OPENAI_API_VERSION"),
    api_version=_API_VERSION,
)
