"""Answers of earlier sessions, kept in SQLite as JSON."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import anyio.to_thread
from pydantic import ValidationError
from typing_extensions import Self, Unpack

from regoose_ci.providers.base import Finish, LLMProvider, LLMResponse, Message, Options, Spent
from regoose_ci.providers.exchange import Ledger, StoredResponse, stored_request

_VERSION = 1
_MOST_ANSWERS = 20_000
_LONGEST_WAIT_S = 5.0


class AnswerCache:
    """Answers by a request's key; the requests themselves, which hold code, are not kept.

    A file that is broken, locked or of another version is treated as empty: a cache that does
    not work costs money, not the review. Use it as a context manager, or call `close`.
    """

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._database = self._open(path)

    def __enter__(self) -> Self:
        """Return the cache itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file; then the cache is empty."""
        with self._lock:
            if self._database is not None:
                self._database.close()
            self._database = None

    def get(self, key: str) -> LLMResponse | None:
        """The answer, None if there is none. It may block for a moment."""
        with self._lock, contextlib.suppress(sqlite3.Error, ValidationError):
            if self._database is not None:
                found = self._database.execute(
                    "SELECT answer FROM answers WHERE key = ?", (key,)
                ).fetchone()
                if found is not None:
                    return StoredResponse.model_validate_json(found[0]).restored()
        return None

    def put(self, key: str, response: LLMResponse) -> None:
        """Keep an answer, and forget the oldest ones of too many. It may block for a moment."""
        answer = StoredResponse.of(response).model_dump_json()
        with self._lock, contextlib.suppress(sqlite3.Error):
            if self._database is not None:
                with self._database:
                    self._database.execute(
                        "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)",
                        (key, response.provider, response.model, self._now(), answer),
                    )
                    self._database.execute(
                        "DELETE FROM answers WHERE key IN (SELECT key FROM answers "
                        "ORDER BY kept_at DESC LIMIT -1 OFFSET ?)",
                        (_MOST_ANSWERS,),
                    )

    def _open(self, path: Path) -> sqlite3.Connection | None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            database = sqlite3.connect(path, timeout=_LONGEST_WAIT_S, check_same_thread=False)
        except (OSError, sqlite3.Error):
            return None
        try:
            self._prepare(database)
        except sqlite3.Error:
            database.close()
            return None
        return database

    def _prepare(self, database: sqlite3.Connection) -> None:
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version not in {0, _VERSION}:
            raise sqlite3.DatabaseError("a cache of another version")
        with database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, provider TEXT NOT NULL,"
                " model TEXT NOT NULL, kept_at REAL NOT NULL, answer TEXT NOT NULL)"
            )
            database.execute("CREATE INDEX IF NOT EXISTS by_age ON answers (kept_at)")
            database.execute(f"PRAGMA user_version = {_VERSION}")


class CachedProvider:
    """A model whose finished answers are kept and given again.

    Args:
        provider: The model.
        identity: Which models it stands for, part of every key.
        cache: Where answers are kept.
        ledger: Told of every answer that came from the cache.
    """

    def __init__(
        self, provider: LLMProvider, identity: str, cache: AnswerCache, ledger: Ledger
    ) -> None:
        self._provider = provider
        self._identity = identity
        self._cache = cache
        self._ledger = ledger

    def get_model_name(self) -> str:
        """The model's name."""
        return self._provider.get_model_name()

    def get_max_tokens(self) -> int:
        """The most tokens that one answer may have."""
        return self._provider.get_max_tokens()

    async def generate(
        self, messages: Sequence[Message], **options: Unpack[Options]
    ) -> LLMResponse:
        """Answer from the cache, else ask and keep what comes."""
        key = stored_request(self._identity, messages, options).key
        kept = await anyio.to_thread.run_sync(self._cache.get, key)
        if kept is not None:
            spent = Spent(cached_requests=1)
            self._ledger.book(spent)
            return replace(kept, cached=True, latency_s=0.0, spent=spent)
        response = await self._provider.generate(messages, **options)
        if response.finish is Finish.STOP:
            await anyio.to_thread.run_sync(self._cache.put, key, response)
        return response
