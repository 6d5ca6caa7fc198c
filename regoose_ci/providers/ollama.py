"""Ollama on the user's own machine.

Ollama cuts prompts to its context length without a word, and this protocol has no option for it:
set ``OLLAMA_CONTEXT_LENGTH`` (or ``num_ctx`` in the Modelfile) where the server is started.
"""

from __future__ import annotations

from regoose_ci.providers.base import Tier
from regoose_ci.providers.endpoint import Adapter
from regoose_ci.providers.sdk import connect

_PORT = 11434


def _complete_url(host: str) -> str:
    """Make ``OLLAMA_HOST`` (a host, a port, a URL; maybe the wildcard) the URL to ask at."""
    scheme, _, rest = host.rpartition("://")
    address, _, path = rest.partition("/")
    name, colon, port = address.rpartition(":")
    if not colon:
        name, port = address, ""
    if name in {"", "0.0.0.0"}:  # noqa: S104 - where a server listens, not where it is asked
        name = "127.0.0.1"
    ports = {"https": 443, "http": 80}
    number = port or ports.get(scheme, _PORT)
    base = path.strip("/").removesuffix("v1").rstrip("/")
    return f"{scheme or 'http'}://{name}:{number}/{base + '/' if base else ''}v1"


ADAPTER = Adapter(
    name="ollama",
    title="Ollama",
    key_variables=("OLLAMA_API_KEY",),
    url_variables=("OLLAMA_HOST",),
    base_url=f"http://127.0.0.1:{_PORT}/v1",
    models={Tier.SMALL: "qwen2.5-coder:7b", Tier.LARGE: "qwen2.5-coder:32b"},
    connect=connect,
    needs_key=False,
    max_tokens=4096,
    timeout_s=600.0,
    concurrency=4,  # more would wait inside the server, where we cannot tell
    complete_url=_complete_url,
)
