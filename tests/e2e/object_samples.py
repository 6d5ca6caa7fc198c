"""Small modules whose functions need objects to be called, each with a change of behaviour."""

from __future__ import annotations

from tests.e2e.samples import Sample

RECEIVERS = {
    "constructor": Sample(
        """
        class Account:
            def __init__(self, owner: str, balance: int) -> None:
                self.owner = owner
                self.balance = balance

            def deposit(self, amount: int) -> int:
                self.balance += amount
                return self.balance
        """,
        "+= amount",
        "+= abs(amount)",
    ),
    "class_method": Sample(
        """
        class Address:
            def __init__(self, parts):
                if type(parts) is not _Parts:
                    raise TypeError("use Address.parse")
                self._parts = parts

            @classmethod
            def parse(cls, text: str) -> "Address":
                user, _, host = text.partition("@")
                return cls(_Parts(user, host))

            def host(self) -> str:
                return self._parts.host


        class _Parts:
            def __init__(self, user, host):
                self.user = user
                self.host = host
        """,
        "parts.host",
        "parts.host + self._parts.user",
    ),
    "unannotated_factory": Sample(
        """
        class Ticket:
            def __init__(self, serial):
                self.serial = int(serial, 36)

            def check_digit(self):
                return self.serial % 10


        def open_ticket(number):
            return Ticket(f"{number:04d}")
        """,
        "% 10",
        "% 11",
        tests="""
        from things.unannotated_factory import open_ticket


        def make_ticket(number=1234):
            return open_ticket(number)


        def test_serial():
            assert make_ticket().serial > 0
        """,
    ),
    "own_kind": Sample(
        """
        class Grade:
            def __init__(self, letter: str) -> None:
                self._rank = "FEDCBA".index(letter)

            def __lt__(self, other: object) -> bool:
                if not isinstance(other, Grade):
                    return NotImplemented
                return self._rank < other._rank
        """,
        "self._rank < ",
        "self._rank <= ",
    ),
    "examples": Sample(
        '''
        import zlib


        class Chest:
            """
            >>> word = "".join(["mel", "lon"])
            >>> chest = Chest(word)
            >>> chest.weigh(2)
            7
            """

            def __init__(self, word):
                if zlib.crc32(word.encode()) != 740820178:
                    raise ValueError("the wrong word")

            def weigh(self, coins):
                return coins + 5
        ''',
        "+ 5",
        "+ 6",
    ),
    "made_elsewhere": Sample(
        """
        class Ledger:
            def __init__(self, pages):
                self._pages = [page.strip() for page in pages]

            def first(self):
                return self._pages[0]

            def size(self):
                return len(self._pages) + self._pages.count("")


        def shorter(ledger):
            return ledger.size() - 1
        """,
        "size() - 1",
        "size() - 2",
        tests="""
        from things.made_elsewhere import Ledger


        def test_first():
            assert Ledger([" a ", ""]).first() == "a"
        """,
    ),
    "fixture": Sample(
        """
        class Basket:
            def __init__(self, catalogue):
                self._catalogue = catalogue
                self._lines = []

            def add(self, name, count):
                self._lines.append((self._catalogue[name], count))
                return self

            def total(self):
                return sum(price * count for price, count in self._lines)
        """,
        "price * count for",
        "price for",
        tests="""
        import pytest

        from things.fixture import Basket


        @pytest.fixture
        def basket():
            return Basket({"apple": 30, "pear": 45}).add("apple", 2).add("pear", 1)


        def test_total(basket):
            assert basket.total() > 0
        """,
    ),
}
CLASSES = {
    "data": Sample(
        """
        from dataclasses import dataclass, field


        @dataclass
        class Line:
            name: str
            price: int
            tags: list[str] = field(default_factory=list)


        @dataclass
        class Order:
            lines: list[Line]
            discount: int = 0


        def total(order: Order) -> int:
            return sum(line.price for line in order.lines) - order.discount
        """,
        "- order.discount",
        "",
    ),
    "enumeration": Sample(
        """
        import enum


        class Color(enum.Enum):
            RED = 1
            GREEN = 2
            BLUE = 3


        def is_warm(color: Color) -> bool:
            return color is Color.RED
        """,
        "is Color.RED",
        "is not Color.BLUE",
    ),
    "named_tuple": Sample(
        """
        from typing import NamedTuple


        class Size(NamedTuple):
            width: int
            height: int


        def area(size: Size) -> int:
            return size.width * size.height
        """,
        "size.width * size.height",
        "size.width * size.width",
    ),
    "typed_dict": Sample(
        """
        from typing import TypedDict


        class Movie(TypedDict):
            title: str
            year: int


        def label(movie: Movie) -> str:
            return f"{movie['title']} ({movie['year']})"
        """,
        "({movie['year']})",
        "[{movie['year']}]",
    ),
    "protocol": Sample(
        """
        from typing import Protocol


        class Named(Protocol):
            name: str


        class Dog:
            def __init__(self, name: str) -> None:
                self.name = name


        def greet(who: Named) -> str:
            return f"Hello {who.name}"
        """,
        "Hello ",
        "Hi ",
    ),
    "abstract": Sample(
        """
        from abc import ABC, abstractmethod


        class Shape(ABC):
            @abstractmethod
            def area(self) -> int: ...


        class Square(Shape):
            def __init__(self, side: int) -> None:
                self.side = side

            def area(self) -> int:
                return self.side**2


        def describe(shape: Shape) -> str:
            return f"area {shape.area()}"
        """,
        'f"area',
        'f"area:',
    ),
}
VALUES = {
    "aware_datetime": Sample(
        """
        from datetime import datetime, timezone


        def day_in_utc(moment: datetime) -> str:
            if moment.tzinfo is None:
                raise ValueError("a time zone is needed")
            return moment.astimezone(timezone.utc).strftime("%Y-%m-%d")
        """,
        "moment.astimezone(timezone.utc)",
        "moment",
    ),
    "zone": Sample(
        """
        from datetime import datetime
        from zoneinfo import ZoneInfo


        def local_hour(moment: datetime, zone: ZoneInfo) -> int:
            return moment.astimezone(zone).hour
        """,
        "moment.astimezone(zone).hour",
        "moment.replace(tzinfo=zone).hour",
    ),
    "date_range": Sample(
        """
        from datetime import date


        def nights(start: date, end: date) -> int:
            if end <= start:
                raise ValueError("the end must come after the start")
            return (end - start).days
        """,
        "(end - start).days",
        "(end - start).days + 1",
    ),
    "decimal_amount": Sample(
        """
        from decimal import ROUND_HALF_UP, Decimal


        def cents(amount: Decimal) -> int:
            return int((amount * 100).quantize(Decimal(1), ROUND_HALF_UP))
        """,
        "amount * 100",
        "amount * 10",
    ),
    "untyped_iterator": Sample(
        """
        def header(lines):
            first = next(lines)
            return [first.strip(), *lines]
        """,
        "first.strip()",
        "first.strip().lower()",
    ),
    "pattern": Sample(
        """
        import re


        def first_group(pattern: re.Pattern[str], text: str) -> str | None:
            found = pattern.search(text)
            return found.group(0) if found else None
        """,
        "pattern.search",
        "pattern.fullmatch",
    ),
    "generator": Sample(
        """
        def chunks(items: list[int], size: int):
            if size < 1:
                raise ValueError("size must be positive")
            for start in range(0, len(items), size):
                yield items[start : start + size]
        """,
        "range(0, len(items), size)",
        "range(0, len(items) - 1, size)",
    ),
    "predicate": Sample(
        """
        def partition(predicate, items):
            kept = [item for item in items if predicate(item)]
            return kept, [item for item in items if item not in kept]
        """,
        "if item not in kept",
        "if item in kept",
    ),
    "operator_function": Sample(
        """
        from collections.abc import Callable


        def fold(combine: Callable[[int, int], int], values: list[int]) -> int:
            result = values[0]
            for value in values[1:]:
                result = combine(result, value)
            return result
        """,
        "combine(result, value)",
        "combine(value, result)",
    ),
    "nested_containers": Sample(
        """
        from collections.abc import Mapping, Sequence
        from decimal import Decimal


        def largest(accounts: Mapping[str, Sequence[Decimal]]) -> str:
            return max(accounts, key=lambda name: sum(accounts[name]))
        """,
        "return max(",
        "return min(",
    ),
}
WAYS = {
    "untyped_file": Sample(
        """
        def count_words(file):
            return sum(len(line.split()) for line in file.readlines())
        """,
        "line.split()",
        "line.split(' ')",
    ),
    "binary_file": Sample(
        """
        from typing import BinaryIO


        def magic(stream: BinaryIO) -> str:
            return stream.read(4).hex()
        """,
        "read(4)",
        "read(2)",
    ),
    "writer": Sample(
        """
        import io


        def write_row(out: io.StringIO, cells: list[str]) -> None:
            out.write(",".join(cells) + "\\n")
        """,
        '",".join',
        '";".join',
    ),
    "file_on_disk": Sample(
        """
        from pathlib import Path


        def count_lines(path: Path) -> int:
            return len(path.read_text().splitlines())
        """,
        ".splitlines()",
        ".split()",
    ),
    "file_by_name": Sample(
        """
        def read_settings(filename: str) -> dict[str, str]:
            settings = {}
            with open(filename) as file:
                for line in file:
                    key, _, value = line.partition("=")
                    settings[key.strip()] = value.strip()
            return settings
        """,
        'partition("=")',
        'rpartition("=")',
    ),
    "manager_object": Sample(
        """
        class Indent:
            def __init__(self, levels: int = 0) -> None:
                self.levels = levels

            def __enter__(self) -> "Indent":
                self.levels += 1
                return self

            def __exit__(self, *error: object) -> None:
                self.levels -= 1
        """,
        "+= 1",
        "+= 2",
    ),
    "context_manager": Sample(
        """
        from collections.abc import Iterator
        from contextlib import contextmanager


        @contextmanager
        def section(title: str, depth: int = 1) -> Iterator[str]:
            if depth < 1:
                raise ValueError(f"no depth {depth}")
            yield "#" * depth + " " + title.strip()
        """,
        "title.strip()",
        "title",
    ),
    "coroutine": Sample(
        """
        async def fetch_all(names: list[str]) -> list[str]:
            return [name.title() for name in names]
        """,
        ".title()",
        ".capitalize()",
    ),
    "asynchronous_generator": Sample(
        """
        async def countdown(start: int):
            while start > 0:
                yield start
                start -= 1
        """,
        "start > 0",
        "start >= 0",
    ),
}
SAMPLES = RECEIVERS | CLASSES | VALUES | WAYS
