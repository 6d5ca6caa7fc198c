"""Classes whose objects are made in other ways than by their constructor."""

# mypy: ignore-errors
# ruff: noqa
from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Protocol, TypedDict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.unit.guest.uses import Parcel


class Address:
    def __init__(self, parts: tuple[str, ...]) -> None:
        self.parts = parts

    @classmethod
    def parse(cls, text: str) -> Address:
        return cls(tuple(text.split("@")))

    @classmethod
    def from_parts(cls, *parts):
        return cls(parts)

    @staticmethod
    def local(name: str) -> "Address":
        return Address((name,))

    @classmethod
    def count(cls) -> int:
        return 0

    @classmethod
    def _private(cls) -> Address:
        return cls(())


def address_of(user: str, host: str) -> Address:
    return Address((user, host))


class Shape(ABC):
    @abstractmethod
    def area(self) -> int: ...


class Square(Shape):
    def __init__(self, side: int) -> None:
        self.side = side

    def area(self) -> int:
        return self.side**2


class Round(Shape):
    @abstractmethod
    def radius(self) -> int: ...


class Circle(Round):
    def area(self) -> int:
        return 3

    def radius(self) -> int:
        return 1


class Named(Protocol):
    name: str

    def bark(self) -> str: ...


class Unknown(Protocol):
    nobody_has_this: str


class Dog:
    def __init__(self, name: str) -> None:
        self.name = name

    def bark(self) -> str:
        return self.name


class _Title(TypedDict):
    title: str


class Movie(_Title, total=False):
    year: int


class Kennel:
    def __init__(self, dogs: Sequence[Dog], parcel: Parcel) -> None:
        self.dogs = dogs


class Angry(type):
    def __getattribute__(cls, name):
        raise RuntimeError(name)


class Beast(metaclass=Angry):
    pass


class Cage:
    def __init__(self, beast: Beast) -> None:
        self.beast = beast


class Marker:
    """Sets nothing on its objects."""


class Flag(Marker):
    def __init__(self, colour: str) -> None:
        self.colour = colour


class Pennant(Flag):
    """Is a child of one that does."""


class Quiet:
    """Has a child that raises when it is looked at."""


class Fierce(Quiet, metaclass=Angry):
    """Raises when it is looked at."""
