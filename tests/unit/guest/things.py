"""Classes whose objects tests write as source."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import NamedTuple


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Access(enum.Flag):
    READ = 1
    WRITE = 2


class Point(NamedTuple):
    x: int
    y: int = 0


@dataclass(frozen=True)
class Money:
    amount: int
    currency: str = "EUR"
    note: str = field(default="", init=False, compare=False)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


@dataclass
class Node:
    value: object
    next: Node | None = None


class Version:
    """An ordinary class with a repr that builds it again."""

    class Part:
        def __init__(self, number: int) -> None:
            self.number = number

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Version.Part) and other.number == self.number

        def __hash__(self) -> int:
            return self.number

        def __repr__(self) -> str:
            return f"Version.Part({self.number})"

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Version({self.text!r})"

    @property
    def major(self) -> int:
        return int(self.text.split(".")[0])


class Opaque:
    """No repr, no equality: only its public parts can be told."""

    def __init__(self, **attributes: object) -> None:
        self.__dict__.update(attributes)

    @property
    def doubled(self) -> object:
        return self.__dict__["size"] * 2  # type: ignore[operator]


class Liar(Version):
    def __repr__(self) -> str:
        return "Liar('something else')"


class Hostile:
    """Raises from every method that looking at it could call."""

    def __repr__(self) -> str:
        raise RuntimeError("repr")

    def __str__(self) -> str:
        raise RuntimeError("str")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("eq")

    def __hash__(self) -> int:
        raise RuntimeError("hash")

    def __len__(self) -> int:
        raise RuntimeError("len")

    def __iter__(self) -> object:
        raise RuntimeError("iter")

    def __contains__(self, item: object) -> bool:
        raise RuntimeError("contains")

    def __getattr__(self, name: str) -> object:
        raise RuntimeError(name)

    def __bool__(self) -> bool:
        raise RuntimeError("bool")

    @property
    def size(self) -> int:
        raise RuntimeError("size")
