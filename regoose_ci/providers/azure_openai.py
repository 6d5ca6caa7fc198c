"""Azure OpenAI: a resource of one's own, with deployments in place of models."""

from __future__ import annotations

from regoose_ci.providers.endpoint import Adapter, LimitName
from regoose_ci.providers.sdk import connect_azure

ADAPTER = Adapter(
    name="azure-openai",
    title="Azure OpenAI",
    key_variables=("AZURE_OPENAI_API_KEY",),
    url_variables=("AZURE_OPENAI_ENDPOINT",),
    base_url=None,
    models={},
    connect=connect_azure,
    limit_name=LimitName.MAX_COMPLETION_TOKENS,
    max_tokens=16384,
    model_variables=("AZURE_OPENAI_DEPLOYMENT", "AZURE_OPENAI_DEPLOYMENT_NAME"),
    version_variables=("AZURE_OPENAI_API_VERSION", "OPENAI_API_VERSION"),
    api_version="2024-10-21",  # the first generally available one with structured outputs
)
