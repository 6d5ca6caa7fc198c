"""Google Gemini, through its endpoint for OpenAI's protocol."""

from __future__ import annotations

from regoose_ci.providers.base import Tier
from regoose_ci.providers.endpoint import Adapter
from regoose_ci.providers.sdk import connect

ADAPTER = Adapter(
    name="gemini",
    title="Google Gemini",
    key_variables=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    url_variables=(),
    base_url="https://generativelanguage.googleapis.com/v1beta/openai",
    models={Tier.SMALL: "gemini-2.5-flash", Tier.LARGE: "gemini-2.5-pro"},
    connect=connect,
    max_tokens=16384,  # tokens of thinking count as part of the answer
)
