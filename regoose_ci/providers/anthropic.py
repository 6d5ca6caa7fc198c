"""Anthropic, through its endpoint for OpenAI's protocol.

Its documentation lists ``response_format`` as ignored there, so the ladder starts at its last
rung; what the native API would add, schemas enforced while decoding, is replaced by validation
and one repair turn, which answers need in any case.
"""

from __future__ import annotations

from regoose_ci.providers.base import Form, Tier
from regoose_ci.providers.endpoint import Adapter
from regoose_ci.providers.sdk import connect

ADAPTER = Adapter(
    name="anthropic",
    title="Anthropic",
    key_variables=("ANTHROPIC_API_KEY",),
    url_variables=("ANTHROPIC_BASE_URL",),
    base_url="https://api.anthropic.com/v1",
    models={Tier.SMALL: "claude-haiku-4-5", Tier.LARGE: "claude-sonnet-4-6"},
    connect=connect,
    form=Form.FENCED,
    complete_url=lambda url: url if url.rstrip("/").endswith("/v1") else f"{url.rstrip('/')}/v1",
)
