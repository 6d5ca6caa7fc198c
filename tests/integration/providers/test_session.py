"""The models of a session, from the asker to the socket, against servers that misbehave."""

from __future__ import annotations

import threading
from pathlib import Path

import anyio
import anyio.to_thread
import pytest
from pydantic import BaseModel, SecretStr

from regoose_ci.providers.backoff import RetryPolicy
from regoose_ci.providers.base import Answer, Message, Role, Tier
from regoose_ci.providers.budget import Budget, Limits
from regoose_ci.providers.endpoint import Endpoint
from regoose_ci.providers.errors import (
    AuthError,
    BadAnswerError,
    BudgetExceededError,
    InvalidAnswerError,
    ModelNotFoundError,
    RecordingError,
    RefusedError,
    TimedOutError,
    TruncatedError,
    UnavailableError,
)
from regoose_ci.providers.prices import Price, PriceTable
from regoose_ci.providers.registry import ProviderSettings, find_endpoint
from regoose_ci.providers.session import (
    ModelPlan,
    ModelSession,
    check_endpoint,
    open_session,
    replay_session,
)
from tests.fakes.clock import FakeClock
from tests.fakes.openai_server import (
    KEY,
    MODEL,
    Asked,
    Completed,
    Dripping,
    EndsMidway,
    Failed,
    FailsMidway,
    FakeOpenAIServer,
    Huge,
    NoChoices,
    Personality,
    Raw,
    Reply,
    ResetMidway,
)

pytestmark = pytest.mark.anyio
ASK = (Message(Role.USER, "What moods are there?"),)
GOOD = '{"mood": "fine"}'
PRICES = PriceTable({"openai/*": Price(input=1, output=10)}, "")


class Mood(BaseModel):
    mood: str


def endpoint(
    server: FakeOpenAIServer, name: str = "openai", key: str = KEY, timeout_s: float = 5
) -> Endpoint:
    settings = ProviderSettings(
        model=MODEL, base_url=server.url, api_key=SecretStr(key), request_timeout_s=timeout_s
    )
    return find_endpoint(name, Tier.SMALL, settings, {})


def plan_for(
    *endpoints: Endpoint, cache: Path | None = None, record: Path | None = None
) -> ModelPlan:
    return ModelPlan(
        {Tier.SMALL: endpoints, Tier.LARGE: endpoints},
        policy=RetryPolicy(attempts=4),
        cache=cache,
        record=record,
    )


def session_of(*endpoints: Endpoint, limits: Limits | None = None) -> ModelSession:
    clock = FakeClock()
    return open_session(plan_for(*endpoints), Budget(limits or Limits(), PRICES, clock), clock)


async def ask(session: ModelSession) -> Answer[Mood]:
    async with session:
        return await session.asker.ask(ASK, Mood, max_tokens=400)


@pytest.fixture
def moody() -> FakeOpenAIServer:
    return FakeOpenAIServer(answer=lambda _asked: Completed(GOOD))


@pytest.mark.parametrize(
    "fault",
    [
        Failed(429, headers={"Retry-After": "7"}),
        Failed(429),
        Failed(500),
        Failed(503),
        ResetMidway(),
        EndsMidway(),
        FailsMidway(),
        NoChoices(),
        Completed(""),
        Raw(b'data: {"choices": [{"del\n\n', "text/event-stream"),
        Huge(10 * 2**20),
    ],
)
async def test_a_fault_that_passes_is_survived(moody: FakeOpenAIServer, fault: Reply) -> None:
    with moody as server:
        server.script.append(fault)
        session = session_of(endpoint(server))
        answer = await ask(session)

    assert answer.value == Mood(mood="fine")
    assert len(server.asked) == 2
    assert answer.spent.requests == session.budget.spent.requests == 2


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Failed(401), AuthError),
        (Failed(403), AuthError),
        (Failed(404), ModelNotFoundError),
        (Failed(500), UnavailableError),
        (ResetMidway(), UnavailableError),
        (Dripping(), TimedOutError),
        (NoChoices(), UnavailableError),
        (Raw(b"data: {\n\n", "text/event-stream"), BadAnswerError),
        (Huge(10 * 2**20), BadAnswerError),
        (Completed("", refusal="no"), RefusedError),
        (Completed("half", finish="content_filter"), RefusedError),
        (Completed('{"mood": "very', finish="length"), TruncatedError),
        (Completed("No idea."), InvalidAnswerError),
    ],
)
async def test_a_fault_that_stays_is_named(
    server: FakeOpenAIServer, fault: Reply, error: type[Exception]
) -> None:
    server.answer = lambda _asked: fault
    timeout_s = 0.15 if fault == Dripping() else 5
    with pytest.raises(error):
        await ask(session_of(endpoint(server, timeout_s=timeout_s)))
    assert len(server.asked) <= 6


async def test_a_second_endpoint_stands_in(moody: FakeOpenAIServer) -> None:
    with moody as good, FakeOpenAIServer(answer=lambda _asked: Failed(503)) as bad:
        answer = await ask(session_of(endpoint(bad), endpoint(good)))
    assert answer.value.mood == "fine"
    assert len(good.asked) == 1


async def test_an_endpoint_with_a_wrong_key_is_asked_once(moody: FakeOpenAIServer) -> None:
    with moody as good, FakeOpenAIServer() as other:
        other.answer = lambda _asked: Failed(401)
        async with session_of(endpoint(other), endpoint(good)) as session:
            for _ in range(3):
                await session.asker.ask(ASK, Mood)
    assert (len(other.asked), len(good.asked)) == (1, 3)


@pytest.mark.parametrize(
    ("formats", "expected"),
    [
        ({"json_schema", "json_object"}, ["json_schema"]),
        ({"json_object"}, ["json_object"]),
        (set(), [None]),
    ],
)
async def test_finds_the_form_that_a_server_takes(
    formats: set[str], expected: list[str | None]
) -> None:
    like = Personality(response_formats=frozenset(formats))
    with FakeOpenAIServer(like, answer=lambda _asked: Completed(GOOD)) as server:
        async with session_of(endpoint(server)) as session:
            await session.asker.ask(ASK, Mood)
            await session.asker.ask(ASK, Mood)
    assert [asked.response_format for asked in server.asked] == expected * 2


async def test_a_server_that_ignores_the_schema_is_told_it_in_words() -> None:
    def say(asked: Asked) -> Reply:
        told = "JSON Schema" in asked.text
        return Completed(f"Sure:\n```json\n{GOOD}\n```" if told else "All sorts of moods!")

    with FakeOpenAIServer(answer=say) as server:
        async with session_of(endpoint(server)) as session:
            assert (await session.asker.ask(ASK, Mood)).value.mood == "fine"
            await session.asker.ask(ASK, Mood)
    assert [a.response_format for a in server.asked] == [
        "json_schema",
        "json_object",
        "json_object",
    ]


async def test_a_schema_that_is_answered_with_a_fault_is_not_asked_for_again() -> None:
    """As llama-cpp-python 0.3 does."""

    def say(asked: Asked) -> Reply:
        if asked.response_format == "json_schema":
            return Failed(500, "[{'type': 'literal_error', 'loc': ('body', 'response_format')}]")
        return Completed(GOOD)

    with FakeOpenAIServer(answer=say) as server:
        async with session_of(endpoint(server)) as session:
            await session.asker.ask(ASK, Mood)
    assert [asked.response_format for asked in server.asked] == ["json_schema", "json_object"]


async def test_odd_options_are_found_out_once() -> None:
    like = Personality(unsupported=frozenset({"max_tokens", "stream_options", "seed"}))
    with FakeOpenAIServer(like, answer=lambda _asked: Completed(GOOD)) as server:
        async with session_of(endpoint(server)) as session:
            await session.asker.ask(ASK, Mood, seed=1)
            await session.asker.ask(ASK, Mood, seed=1)
    assert len(server.asked) == 2


async def test_an_answer_that_was_cut_off_is_continued(server: FakeOpenAIServer) -> None:
    server.script.extend([Completed('{"mood": "fi', finish="length"), Completed('ne"}')])
    assert (await ask(session_of(endpoint(server)))).value.mood == "fine"


async def test_many_at_once_are_answered_within_the_budget(moody: FakeOpenAIServer) -> None:
    refused: list[BudgetExceededError] = []
    with moody as server:
        async with session_of(endpoint(server), limits=Limits(tokens=900)) as session:

            async def one() -> None:
                try:
                    await session.asker.ask(ASK, Mood, max_tokens=400)
                except BudgetExceededError as error:
                    refused.append(error)

            async with anyio.create_task_group() as tasks:
                for _ in range(30):
                    tasks.start_soon(one)

    assert session.budget.spent.tokens <= 900
    assert session.budget.spent.requests == len(server.asked)
    assert server.most_at_once <= 16
    assert refused
    assert session.budget.exhausted


async def test_tiers_of_the_same_endpoints_share_their_limits() -> None:
    hold = threading.Event()
    with FakeOpenAIServer(answer=lambda _asked: Completed(GOOD, hold=hold)) as server:
        async with session_of(endpoint(server)) as session, anyio.create_task_group() as tasks:
            for tier in [*Tier] * 20:
                tasks.start_soon(lambda t=tier: session.asker.ask(ASK, Mood, tier=t))
            await anyio.to_thread.run_sync(server.wait_for, 16)
            hold.set()
    assert server.most_at_once == 16


async def test_a_file_that_cannot_be_recorded_to_is_said_before_anything_is_asked(
    server: FakeOpenAIServer, tmp_path: Path
) -> None:
    plan = plan_for(endpoint(server), cache=tmp_path / "cache.sqlite", record=tmp_path)
    with pytest.raises(RecordingError):
        open_session(plan, Budget(Limits(), PRICES))


async def test_a_session_is_recorded_and_played_without_a_server(
    moody: FakeOpenAIServer, tmp_path: Path
) -> None:
    record = tmp_path / "session.jsonl"
    with moody as server:
        server.script.extend([Failed(503), Completed("Well."), Completed("Hm."), Completed("Eh.")])
        plan = plan_for(endpoint(server), record=record)
        async with open_session(plan, Budget(Limits(), PRICES), FakeClock()) as session:
            first = await session.asker.ask(ASK, Mood)

    async with replay_session(record, Budget(Limits(), PRICES)) as replayed:
        again = await replayed.asker.ask(ASK, Mood)

    assert again == first
    assert replayed.budget.spent == session.budget.spent
    assert KEY not in record.read_text()


async def test_a_cached_answer_costs_nothing(moody: FakeOpenAIServer, tmp_path: Path) -> None:
    cache = tmp_path / "answers.sqlite"
    with moody as server:
        for _ in range(2):
            plan = plan_for(endpoint(server), cache=cache)
            async with open_session(plan, Budget(Limits(), PRICES), FakeClock()) as session:
                await session.asker.ask(ASK, Mood)

    assert len(server.asked) == 1
    assert session.budget.spent.cached_requests == 1
    assert session.budget.spent.usd == 0
    assert KEY.encode() not in cache.read_bytes()


async def test_a_check_sends_one_token(server: FakeOpenAIServer) -> None:
    response = await check_endpoint(endpoint(server))
    assert response.text == "fine"
    assert server.asked[0].body["max_tokens"] == 1


async def test_a_check_says_what_is_wrong(server: FakeOpenAIServer) -> None:
    with pytest.raises(AuthError, match="does not accept the key"):
        await check_endpoint(endpoint(server, key="wrong"))
