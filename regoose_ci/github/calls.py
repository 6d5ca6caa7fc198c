"""Reading, paging and writing, each tried again as far as that is safe."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter

from regoose_ci.github.retry import Retrier
from regoose_ci.github.transport import Transport, Verb

T = TypeVar("T")

PAGE_SIZE = 100
_MOST_PAGES = 30
"""GitHub itself stops at 2,500 comments and at 3,000 changed files."""


class Calls:
    """A transport with patience."""

    def __init__(self, transport: Transport, retrier: Retrier) -> None:
        """Send with ``transport``, and again as ``retrier`` says."""
        self.transport = transport
        self._retrier = retrier

    def again(self, send: Callable[[], T]) -> T:
        """Do something that may be done twice."""
        return self._retrier.run(send)

    def get(
        self,
        path: str,
        adapter: TypeAdapter[T],
        parameters: Mapping[str, str | int] | None = None,
    ) -> T:
        """Read one thing."""
        return self.again(
            lambda: self.transport.request("GET", path, parameters=parameters).as_(adapter)
        )

    def pages(
        self,
        path: str,
        adapter: TypeAdapter[T],
        parameters: Mapping[str, str | int] | None = None,
    ) -> Iterator[T]:
        """Read page after page while GitHub names a next one.

        Pages are counted here; the addresses in ``Link`` are not followed, because the token would
        go wherever they point.
        """
        for number in range(1, _MOST_PAGES + 1):
            asked = {**(parameters or {}), "per_page": PAGE_SIZE, "page": number}
            answer = self.again(partial(self.transport.request, "GET", path, parameters=asked))
            yield answer.as_(adapter)
            if not answer.has_next_page:
                return

    def write(
        self,
        verb: Verb,
        path: str,
        body: BaseModel | None,
        adapter: TypeAdapter[T],
        done: Callable[[], T | None] | None = None,
    ) -> T:
        """Change something; ``done`` is as for `Retrier.run`."""
        return self._retrier.run(
            lambda: self.transport.request(verb, path, body=body).as_(adapter), done
        )
