"""Our provider layer against a server that nobody here wrote: llama.cpp's, with a random model.

    python -m benchmarks.llama_server PATH/TO/python

The interpreter has `llama-cpp-python[server]` and `gguf` (PyPI; the former is compiled, so it is
no dependency of the tests). The model says nothing sensible; what is shown is that the protocol,
streaming, limits and output that a grammar forces into a schema work.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import anyio
from pydantic import BaseModel, SecretStr

from regoose_ci.providers.base import Message, Role, Tier
from regoose_ci.providers.budget import Budget, Limits
from regoose_ci.providers.endpoint import Endpoint
from regoose_ci.providers.prices import load_prices
from regoose_ci.providers.session import ModelPlan, check_endpoint, open_session

MODEL = "random"
MAKE_MODEL = """
import sys
import gguf
import numpy

width, hidden, heads = 64, 128, 4
tokens = [b"<unk>", b"<s>", b"</s>", *(b"<0x%02X>" % n for n in range(256))]
random = numpy.random.default_rng(1)
writer = gguf.GGUFWriter(sys.argv[1], "llama")
writer.add_context_length(4096)
writer.add_embedding_length(width)
writer.add_block_count(1)
writer.add_feed_forward_length(hidden)
writer.add_head_count(heads)
writer.add_head_count_kv(heads)
writer.add_rope_dimension_count(width // heads)
writer.add_layer_norm_rms_eps(1e-5)
writer.add_vocab_size(len(tokens))
writer.add_tokenizer_model("llama")
writer.add_token_list(tokens)
writer.add_token_scores([0.0] * len(tokens))
writer.add_token_types([2, 3, 3, *[6] * 256])
writer.add_unk_token_id(0)
writer.add_bos_token_id(1)
writer.add_eos_token_id(2)
shapes = {
    "token_embd.weight": (len(tokens), width),
    "output_norm.weight": (width,),
    "output.weight": (len(tokens), width),
    "blk.0.attn_norm.weight": (width,),
    "blk.0.attn_q.weight": (width, width),
    "blk.0.attn_k.weight": (width, width),
    "blk.0.attn_v.weight": (width, width),
    "blk.0.attn_output.weight": (width, width),
    "blk.0.ffn_norm.weight": (width,),
    "blk.0.ffn_gate.weight": (hidden, width),
    "blk.0.ffn_up.weight": (hidden, width),
    "blk.0.ffn_down.weight": (width, hidden),
}
for name, shape in shapes.items():
    writer.add_tensor(name, random.normal(0, 0.1, shape).astype(numpy.float32))
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
"""


class Weather(BaseModel):
    """An answer whose every value is one of a few, so that a random model can end it."""

    sky: Literal["clear", "cloudy"]
    warm: bool
    wind: Literal["none", "some", "much"]


def main(python: str) -> None:
    """Make a model, serve it, ask it."""
    with tempfile.TemporaryDirectory(prefix="regoose-llama-") as directory:
        model = Path(directory) / "random.gguf"
        subprocess.run([python, "-c", MAKE_MODEL, str(model)], check=True)
        with _serving(python, model) as url:
            print(json.dumps(anyio.run(_ask, url), indent=2))


@contextmanager
def _serving(python: str, model: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [python, "-m", "llama_cpp.server", "--model", str(model), "--model_alias", MODEL,
               "--host", "127.0.0.1", "--port", str(port), "--n_ctx", "4096"]  # fmt: skip
    log = (model.parent / "server.log").open("w")
    url = f"http://127.0.0.1:{port}/v1"
    with log, subprocess.Popen(command, stdout=log, stderr=log, env=os.environ) as server:
        try:
            _wait_for(url)
            yield url
        finally:
            server.terminate()


def _wait_for(url: str) -> None:
    end = time.monotonic() + 120
    while True:
        try:
            with urllib.request.urlopen(f"{url}/models", timeout=5):
                return
        except OSError:  # noqa: PERF203
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


async def _ask(url: str) -> dict[str, object]:
    endpoint = Endpoint(
        provider="openai-compatible",
        model=MODEL,
        base_url=url,
        api_key=SecretStr(""),
        max_tokens=256,
        timeout_s=120.0,
    )
    checked = await check_endpoint(endpoint)
    budget = Budget(Limits(requests=20), load_prices())
    plan = ModelPlan({Tier.SMALL: (endpoint,), Tier.LARGE: (endpoint,)})
    async with open_session(plan, budget) as session:
        answer = await session.asker.ask([Message(Role.USER, "The weather?")], Weather)
    return {
        "check": {"finish": checked.finish.value, "tokens": checked.usage.completion_tokens},
        "answer": answer.value.model_dump(),
        "repaired": answer.repaired,
        "requests": budget.spent.requests,
        "tokens": budget.spent.tokens,
    }


if __name__ == "__main__":
    main(sys.argv[1])
