from __future__ import annotations

import anyio
import pytest

from regoose_ci.providers.base import Finish, Message, Role, Usage
from regoose_ci.providers.errors import BadAnswerError, RefusedError
from regoose_ci.providers.scripted import ScriptedProvider, ScriptedReply
from tests.fakes.clock import FakeClock

pytestmark = pytest.mark.anyio
ASK = (Message(Role.USER, "How?"),)


async def test_says_its_lines_in_their_order_then_fails() -> None:
    reply = ScriptedReply("two", Finish.LENGTH, Usage(3, 4))
    provider = ScriptedProvider(["one", reply, RefusedError("no")])

    assert (await provider.generate(ASK)).text == "one"
    second = await provider.generate(ASK)
    assert (second.text, second.finish, second.usage) == ("two", Finish.LENGTH, Usage(3, 4))
    with pytest.raises(RefusedError):
        await provider.generate(ASK)
    with pytest.raises(BadAnswerError, match="no further answer"):
        await provider.generate(ASK)


async def test_a_function_answers_what_it_is_asked() -> None:
    provider = ScriptedProvider(lambda request: request.messages[0].text.upper())
    assert (await provider.generate(ASK, seed=3)).text == "HOW?"
    assert provider.asked[0].options == {"seed": 3}


async def test_takes_its_time_on_its_own_clock(clock: FakeClock) -> None:
    provider = ScriptedProvider(lambda _request: "fine", latency_s=2.0, clock=clock)
    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(provider.generate, ASK)
    assert provider.most_at_once == 3
    assert clock.slept == [2.0, 2.0, 2.0]
