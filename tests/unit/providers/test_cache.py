from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from regoose_ci.providers.base import AnswerSchema, Finish, Message, Role, Spent
from regoose_ci.providers.budget import Budget, Limits
from regoose_ci.providers.cache import AnswerCache, CachedProvider
from regoose_ci.providers.errors import RefusedError
from regoose_ci.providers.prices import PriceTable
from regoose_ci.providers.scripted import Line, ScriptedProvider, ScriptedReply

pytestmark = pytest.mark.anyio
ASK = (Message(Role.USER, "How is def secret_code() in there?"),)


class Bench:
    """A cached model, with what it was really asked."""

    def __init__(self, path: Path, *lines: Line, identity: str = "openai/m@host") -> None:
        self.cache = AnswerCache(path)
        self.model = ScriptedProvider(lines)
        self.budget = Budget(Limits(), PriceTable({}, ""))
        self.provider = CachedProvider(self.model, identity, self.cache, self.budget)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "answers.sqlite"


async def test_the_same_question_is_asked_once(path: Path) -> None:
    first = Bench(path, "fine")
    asked = await first.provider.generate(ASK, temperature=0)
    first.cache.close()

    second = Bench(path)
    kept = await second.provider.generate(ASK, temperature=0)
    second.cache.close()

    assert (kept.text, kept.cached, kept.usage) == ("fine", True, asked.usage)
    assert kept.spent == Spent(cached_requests=1) == second.budget.spent
    assert not second.model.asked


@pytest.mark.parametrize(
    "options",
    [
        {"temperature": 1.0},
        {"seed": 1},
        {"max_tokens": 7},
        {"schema": AnswerSchema("a", "{}")},
        {"schema": AnswerSchema("a", '{"type":"object"}')},
    ],
)
async def test_another_option_is_another_question(path: Path, options: dict[str, object]) -> None:
    bench = Bench(path, "one", "two")
    await bench.provider.generate(ASK, temperature=0)
    other = await bench.provider.generate(ASK, **{"temperature": 0, **options})  # type: ignore[arg-type]
    bench.cache.close()
    assert other.text == "two"


async def test_another_model_is_asked_itself(path: Path) -> None:
    one, other = Bench(path, "one"), Bench(path, "two", identity="openai/n@host")
    await one.provider.generate(ASK)
    assert (await other.provider.generate(ASK)).text == "two"
    one.cache.close()
    other.cache.close()


async def test_a_role_is_part_of_the_question(path: Path) -> None:
    bench = Bench(path, "one", "two")
    await bench.provider.generate((Message(Role.USER, "a"), Message(Role.USER, "b")))
    other = await bench.provider.generate((Message(Role.USER, "a"), Message(Role.SYSTEM, "b")))
    bench.cache.close()
    assert other.text == "two"


async def test_half_answers_and_errors_are_not_kept(path: Path) -> None:
    bench = Bench(path, ScriptedReply("ha", Finish.LENGTH), RefusedError("no"), "fine")
    assert (await bench.provider.generate(ASK)).finish is Finish.LENGTH
    with pytest.raises(RefusedError):
        await bench.provider.generate(ASK)
    assert (await bench.provider.generate(ASK)).text == "fine"
    bench.cache.close()


async def test_the_question_is_not_kept(path: Path) -> None:
    bench = Bench(path, "fine")
    await bench.provider.generate(ASK)
    bench.cache.close()
    content, mode = read(path)
    assert b"secret_code" not in content
    assert mode & 0o077 == 0


def read(path: Path) -> tuple[bytes, int]:
    return path.read_bytes(), path.stat().st_mode


@pytest.fixture
def broken(path: Path, request: pytest.FixtureRequest) -> Path:
    path.write_bytes(request.param)
    return path


@pytest.mark.parametrize(
    "broken", [b"not a database at all" * 100, b"SQLite format 3\0" + b"x"], indirect=True
)
async def test_a_broken_file_is_an_empty_cache(broken: Path) -> None:
    bench = Bench(broken, "fine")
    assert (await bench.provider.generate(ASK)).text == "fine"
    bench.cache.close()


async def test_an_entry_that_is_no_answer_is_asked_anew(path: Path) -> None:
    bench = Bench(path, "fine", "fine again")
    await bench.provider.generate(ASK)
    with sqlite3.connect(path) as database:
        database.execute("UPDATE answers SET answer = '{\"text\": 3}'")
    database.close()
    assert (await bench.provider.generate(ASK)).text == "fine again"
    bench.cache.close()


async def test_a_place_that_cannot_be_written_is_an_empty_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    bench = Bench(tmp_path / "file" / "answers.sqlite", "fine")
    assert (await bench.provider.generate(ASK)).text == "fine"
    bench.cache.close()
