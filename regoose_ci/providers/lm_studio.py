"""LM Studio on the user's own machine."""

from __future__ import annotations

from regoose_ci.providers.endpoint import Adapter
from regoose_ci.providers.sdk import connect

ADAPTER = Adapter(
    name="lm-studio",
    title="LM Studio",
    key_variables=("LM_STUDIO_API_KEY",),
    url_variables=("LM_STUDIO_API_BASE",),
    base_url="http://127.0.0.1:1234/v1",
    models={},
    connect=connect,
    needs_key=False,
    max_tokens=4096,
    timeout_s=600.0,
    concurrency=4,  # more would wait inside the server, where we cannot tell
)
