from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from regoose_ci.providers.base import Finish, LLMProvider, LLMResponse, Message, Role, Usage
from regoose_ci.providers.budget import Budget, BudgetedProvider, Limits
from regoose_ci.providers.errors import (
    BudgetExceededError,
    ProviderError,
    RateLimitedError,
    RecordingError,
    RefusedError,
    TimedOutError,
)
from regoose_ci.providers.prices import Price, PriceTable
from regoose_ci.providers.recording import (
    RecordedModel,
    RecordedProvider,
    Recorder,
    Recording,
)
from regoose_ci.providers.replay import ReplayedProvider
from regoose_ci.providers.scripted import Line, ScriptedProvider, ScriptedReply
from regoose_ci.providers.session import replay_session

pytestmark = pytest.mark.anyio
PRICES = PriceTable({"scripted/*": Price(input=1, output=2)}, "")
MODELS = {"small": RecordedModel(provider="openai", model="little", max_tokens=900)}
QUESTIONS = ("one", "two", "two", "three\u2028end", "four", "five")
LINES: Sequence[Line] = (
    "fine",
    ScriptedReply("ha", Finish.LENGTH, Usage(3, 4)),
    RefusedError("it declined", usage=Usage(8, 1)),
    TimedOutError("too slow", "Wait.", maybe_charged=True),
    RateLimitedError("too many", retry_after_s=3),
)
Outcome = LLMResponse | tuple[str, str, str]


def ask_of(question: str) -> tuple[Message, ...]:
    return (Message(Role.SYSTEM, "Key is sk-very-secret."), Message(Role.USER, question))


async def outcomes(provider: LLMProvider) -> list[Outcome]:
    return [await outcome(provider, question) for question in QUESTIONS]


async def outcome(provider: LLMProvider, question: str) -> Outcome:
    try:
        return await provider.generate(ask_of(question), max_tokens=50)
    except (ProviderError, BudgetExceededError) as error:
        return error.kind, error.message, error.remedy


async def record(path: Path) -> tuple[list[Outcome], Budget]:
    budget = Budget(Limits(requests=5), PRICES)
    model = BudgetedProvider(ScriptedProvider(LINES, model="little"), "scripted", budget)
    with Recorder(path, MODELS, secrets=["sk-very-secret"]) as recorder:
        return await outcomes(RecordedProvider(model, "small", recorder)), budget


def play(path: Path) -> tuple[ReplayedProvider, Budget]:
    budget = Budget(Limits(), PRICES)
    return ReplayedProvider("small", Recording(path), budget), budget


async def test_notes_come_back_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    with Recorder(path, MODELS, secrets=["sk-very-secret"]) as recorder:
        recorder.note("seen", {"a": [1, None]})
        recorder.note("other", "sk-very-secret")
        recorder.note("seen", "last")
    recording = Recording(path)

    assert [recording.next_note("seen") for _ in range(2)] == [{"a": [1, None]}, "last"]
    assert recording.next_note("other") == "[redacted]"
    with pytest.raises(RecordingError, match="nothing about seen"):
        recording.next_note("seen")


async def test_a_recording_without_a_tier_cannot_be_played(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    with Recorder(path, MODELS):
        pass

    with pytest.raises(RecordingError, match="no large model"):
        replay_session(path, Budget(Limits(), PRICES))


async def test_a_replay_says_and_costs_what_was_recorded(tmp_path: Path) -> None:
    expected, paid = await record(tmp_path / "session.jsonl")
    provider, booked = play(tmp_path / "session.jsonl")

    assert await outcomes(provider) == expected
    assert booked.spent == paid.spent
    assert (provider.get_model_name(), provider.get_max_tokens()) == ("little", 900)


async def test_recording_a_replay_gives_the_same_file(tmp_path: Path) -> None:
    await record(tmp_path / "session.jsonl")
    provider, _ = play(tmp_path / "session.jsonl")

    with Recorder(tmp_path / "again.jsonl", MODELS, secrets=["sk-very-secret"]) as recorder:
        await outcomes(RecordedProvider(provider, "small", recorder))

    first, again = tmp_path / "session.jsonl", tmp_path / "again.jsonl"
    assert first.read_bytes() == again.read_bytes()


async def test_secrets_are_blackened_and_others_may_not_read_it(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    await record(path)
    assert "very-secret" not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0


async def test_a_question_that_was_not_recorded_is_an_error(tmp_path: Path) -> None:
    await record(tmp_path / "session.jsonl")
    provider, _ = play(tmp_path / "session.jsonl")
    with pytest.raises(RecordingError, match="no answer of small"):
        await provider.generate(ask_of("six"), max_tokens=50)


async def test_an_answer_is_given_once(tmp_path: Path) -> None:
    await record(tmp_path / "session.jsonl")
    provider, _ = play(tmp_path / "session.jsonl")
    await provider.generate(ask_of("one"), max_tokens=50)
    with pytest.raises(RecordingError):
        await provider.generate(ask_of("one"), max_tokens=50)


@pytest.mark.parametrize("text", ["", "{}", "not json", '{"regoose_recording": 2, "models": {}}'])
def test_a_file_that_is_no_recording_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "session.jsonl").write_text(text)
    with pytest.raises(RecordingError, match="not a recording"):
        Recording(tmp_path / "session.jsonl")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError):
        Recording(tmp_path / "session.jsonl")


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot be written"):
        Recorder(tmp_path, MODELS)
