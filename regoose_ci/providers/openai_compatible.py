"""Any other server that speaks OpenAI's protocol, of which only the URL is known."""

from __future__ import annotations

from regoose_ci.providers.endpoint import Adapter, Delivery
from regoose_ci.providers.sdk import connect

ADAPTER = Adapter(
    name="openai-compatible",
    title="OpenAI-compatible server",
    key_variables=(),
    url_variables=(),
    base_url=None,
    models={},
    connect=connect,
    delivery=Delivery.WHOLE,
    needs_key=False,
    max_tokens=4096,
    timeout_s=600.0,
    concurrency=4,
)
