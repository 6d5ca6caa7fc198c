"""OpenAI."""

from __future__ import annotations

from regoose_ci.providers.base import Tier
from regoose_ci.providers.endpoint import Adapter, LimitName
from regoose_ci.providers.sdk import connect

ADAPTER = Adapter(
    name="openai",
    title="OpenAI",
    key_variables=("OPENAI_API_KEY",),
    url_variables=("OPENAI_BASE_URL",),
    base_url="https://api.openai.com/v1",
    models={Tier.SMALL: "gpt-5.4-mini", Tier.LARGE: "gpt-5.4"},
    connect=connect,
    limit_name=LimitName.MAX_COMPLETION_TOKENS,  # reasoning models refuse the older name
    max_tokens=16384,  # tokens of reasoning count as part of the answer
)
