"""What the fake GitHub is asked and answers, and which request leads where."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import JsonValue

from tests.fakes.github_shapes import REPOSITORY, Json

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    verb: str
    path: str
    headers: Mapping[str, str]
    body: Json


@dataclass(frozen=True)
class Answered:
    """A good or bad answer and the operation of the description that it belongs to."""

    operation: str
    data: JsonValue


@dataclass(frozen=True)
class Reply:
    """What is sent."""

    status: int
    data: JsonValue = None
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    operation: str = "error"


@dataclass(frozen=True)
class Call:
    """A request for what a route serves; ``word`` is the last part of its path that varies."""

    word: str
    body: Json
    query: Mapping[str, str]

    @property
    def number(self) -> int:
        return int(self.word)


@dataclass(frozen=True)
class Route:
    """What one kind of request leads to; ``path`` is below the repository's."""

    verb: str
    path: str
    status: int
    act: Callable[[Call], Reply]

    @property
    def operation(self) -> str:
        return f"{self.verb} /repos/{{owner}}/{{repo}}/{self.path} {self.status}"

    @property
    def pattern(self) -> re.Pattern[str]:
        whole = re.sub(r"\{(?:path|ref|branch)\}", "(.+)", self.path)
        whole = re.sub(r"\{(?:archive_format)\}", "zip", whole)
        return re.compile(f"/repos/{REPOSITORY}/" + re.sub(r"\{\w+\}", "([^/]+)", whole))


class RefusedError(Exception):
    """What is asked for cannot be done; ``reply`` says so."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.reply = error_of(status, message)


def found(things: Mapping[K, V], key: K) -> V:
    if key not in things:
        raise RefusedError(404, "Not Found")
    return things[key]


def body_of(call: Call) -> str:
    text = str(call.body["body"])
    if len(text) > 65_536:
        raise RefusedError(422, "Validation Failed")
    return text


def error_of(status: int, message: str, headers: Mapping[str, str] | None = None) -> Reply:
    data: Json = {"message": message, "documentation_url": "https://docs.github.com/rest"}
    return Reply(status, data, headers or {})
