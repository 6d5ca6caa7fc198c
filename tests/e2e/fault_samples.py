"""Small modules with functions that are hard to test, each with a change."""

from __future__ import annotations

from tests.e2e.samples import Sample

ENDINGS = {
    "endless": Sample(
        """
        def wait(n: int) -> int:
            while n != 1234567:
                n = n
            return n + 1
        """,
        "n + 1",
        "1 + n",
    ),
    "recursive": Sample(
        """
        def dig(n: int) -> int:
            return dig(n + 1) + 1
        """,
        "dig(n + 1) + 1",
        "1 + dig(n + 1)",
    ),
    "forking": Sample(
        """
        import os


        def branch(n: int) -> int:
            child = os.fork()
            if child == 0:
                return n * 2
            os.waitpid(child, 0)
            return n + n
        """,
        "return n + n",
        "return n * 2",
    ),
    "leaving": Sample(
        """
        import sys


        def leave(n: int) -> int:
            if n > 5:
                sys.exit(n)
            return n * 2
        """,
        "n * 2",
        "2 * n",
    ),
    "vanishing": Sample(
        """
        import os


        def vanish(n: int) -> int:
            os._exit(n % 3)
        """,
        "n % 3",
        "n % 4",
    ),
    "killing_itself": Sample(
        """
        import os
        import signal


        def kill(n: int) -> int:
            os.kill(os.getpid(), signal.SIGKILL)
            return n * 2
        """,
        "n * 2",
        "2 * n",
    ),
    "printing": Sample(
        """
        def shout(n: int) -> int:
            print("x" * 5_000_000)
            return n * 2
        """,
        "n * 2",
        "2 * n",
    ),
    "networking": Sample(
        """
        import urllib.request


        def fetch(path: str) -> bytes:
            with urllib.request.urlopen("http://192.0.2.1/" + path) as reply:
                return reply.read()
        """,
        "reply.read()",
        "bytes(reply.read())",
    ),
    "reading_stdin": Sample(
        """
        def ask(question: str) -> str:
            return input(question).strip()
        """,
        "input(question).strip()",
        "input(question + '').strip()",
    ),
    "database": Sample(
        """
        import sqlite3


        def titles(year: int) -> list:
            with sqlite3.connect("/var/lib/movies/movies.db") as connection:
                rows = connection.execute("select title from movies where year = ?", (year,))
                return [row[0] for row in rows]
        """,
        "[row[0] for row in rows]",
        "[title for (title,) in rows]",
    ),
    "graphics_card": Sample(
        """
        import ctypes


        def devices(limit: int) -> int:
            library = ctypes.CDLL("libcuda.so.1")
            return min(limit, library.cuInit(0))
        """,
        "min(limit, library.cuInit(0))",
        "min(library.cuInit(0), limit)",
    ),
    "missing_file": Sample(
        """
        def load(name: str) -> str:
            with open("/etc/shop/" + name) as file:
                return file.read()
        """,
        "file.read()",
        "''.join(file)",
    ),
    "memory": Sample(
        """
        def fill(n: int) -> int:
            return len([0] * 10**11) + n
        """,
        "len([0] * 10**11) + n",
        "n + len([0] * 10**11)",
    ),
}
VARYING = {
    "globals": Sample(
        """
        COUNT = 0


        def number(step: int) -> int:
            global COUNT
            COUNT += step
            return COUNT
        """,
        "COUNT += step",
        "COUNT = COUNT + step",
    ),
    "clock": Sample(
        """
        import time


        def stamp(name: str) -> str:
            return f"{name}-{time.time_ns()}"
        """,
        "{name}-{",
        "{name!s}-{",
    ),
    "calendar": Sample(
        """
        from datetime import date, datetime


        def stamp(name: str) -> str:
            return f"{date.today().year}-{name}-{datetime.now().month}"
        """,
        "-{name}-",
        "-{name!s}-",
    ),
    "chance": Sample(
        """
        import random


        def draw(limit: int) -> float:
            return random.random() * limit
        """,
        "random.random() * limit",
        "limit * random.random()",
    ),
    "hash_order": Sample(
        """
        def words(text: str) -> str:
            return " ".join(set(text.split()))
        """,
        "set(text.split())",
        "frozenset(text.split())",
    ),
    "threads": Sample(
        """
        import threading


        def race(n: int) -> list:
            found = []
            threads = [threading.Thread(target=found.append, args=(i,)) for i in range(n % 5)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            return [threading.get_native_id(), *found]
        """,
        "range(n % 5)",
        "range(0, n % 5)",
    ),
}
VALUES = {
    "huge": Sample(
        """
        def spread(n: int) -> list:
            return [n] * 3_000_000
        """,
        "[n] * 3_000_000",
        "3_000_000 * [n]",
    ),
    "itself": Sample(
        """
        def loop(n: int) -> list:
            items = [n]
            items.append(items)
            return items
        """,
        "[n]",
        "list((n,))",
    ),
    "unprintable": Sample(
        """
        def scramble(text: str) -> str:
            return "\\ud800\\x00\\x1b[31m" + text
        """,
        " + text",
        ".__add__(text)",
    ),
    "repr_endless": Sample(
        """
        class Long:
            def __repr__(self) -> str:
                while True:
                    pass


        def make(n: int) -> Long:
            return Long()
        """,
        "return Long()",
        "made = Long()\n    return made",
    ),
    "eq_raises": Sample(
        """
        class Odd:
            def __init__(self, n: int) -> None:
                self.n = n

            def __eq__(self, other: object) -> bool:
                raise RuntimeError("do not compare")

            def __hash__(self) -> int:
                raise RuntimeError("do not hash")


        def make(n: int) -> Odd:
            return Odd(n * 2)
        """,
        "Odd(n * 2)",
        "Odd(2 * n)",
    ),
    "class_raises": Sample(
        """
        class Bomb:
            @property
            def __class__(self) -> type:
                raise RuntimeError("no class")


        def make(n: int) -> Bomb:
            return Bomb()
        """,
        "return Bomb()",
        "made = Bomb()\n    return made",
    ),
    "metaclass": Sample(
        """
        class Meta(type):
            def __repr__(cls) -> str:
                raise RuntimeError("no repr")

            def __eq__(cls, other: object) -> bool:
                raise RuntimeError("no eq")

            def __hash__(cls) -> int:
                raise RuntimeError("no hash")

            def __getattribute__(cls, name: str) -> object:
                if name in ("__module__", "__qualname__", "__name__"):
                    raise RuntimeError(name)
                return super().__getattribute__(name)

            def __instancecheck__(cls, other: object) -> bool:
                raise RuntimeError("no isinstance")


        class Thing(metaclass=Meta):
            def __init__(self, n: int) -> None:
                self.n = n


        def make(n: int) -> list:
            return [Thing(n), Thing]
        """,
        "[Thing(n), Thing]",
        "list((Thing(n), Thing))",
    ),
    "any_attribute": Sample(
        """
        class Yes:
            def __getattr__(self, name: str) -> "Yes":
                return self

            def __call__(self, *args: object, **kwargs: object) -> "Yes":
                return self

            def __iter__(self):
                while True:
                    yield self

            def __len__(self) -> int:
                return 10**15

            def __bool__(self) -> bool:
                raise RuntimeError("neither")


        def make(n: int) -> Yes:
            return Yes()
        """,
        "return Yes()",
        "made = Yes()\n    return made",
    ),
    "base_exception": Sample(
        """
        class Stop(BaseException):
            pass


        def refuse(n: int) -> int:
            if n > 1:
                raise Stop(n)
            return n * 2
        """,
        "n * 2",
        "2 * n",
    ),
    "slow_items": Sample(
        """
        import time


        def ticks(n: int):
            while True:
                yield n
                time.sleep(1)
        """,
        "sleep(1)",
        "sleep(1.0)",
    ),
}
MODULES = {
    "slow_import": Sample(
        """
        import time

        time.sleep(4)


        def double(n: int) -> int:
            return n * 2
        """,
        "n * 2",
        "n * 3",
    ),
    "parameter_added": Sample(
        """
        def scale(n: int) -> int:
            return n * 2
        """,
        "scale(n: int) -> int:\n    return n * 2",
        "scale(n: int, factor: int = 2) -> int:\n    return n * factor",
    ),
    "parameter_required": Sample(
        """
        def scale(n: int) -> int:
            return n * 2
        """,
        "scale(n: int) -> int:\n    return n * 2",
        "scale(n: int, factor: int) -> int:\n    return n * factor",
    ),
    "parameter_renamed": Sample(
        """
        def scale(n: int) -> int:
            return n * 2
        """,
        "scale(n: int) -> int:\n    return n * 2",
        "scale(number: int) -> int:\n    return number * 2",
    ),
}
DEFINITIONS = {
    "wrapped": Sample(
        """
        import functools


        def logged(function):
            @functools.wraps(function)
            def wrapper(*args, **kwargs):
                return function(*args, **kwargs)

            return wrapper


        @logged
        def double(n: int) -> int:
            return n * 2
        """,
        "n * 2",
        "n * 3",
    ),
    "hidden_method": Sample(
        """
        def logged(function):
            def wrapper(*args, **kwargs):
                return function(*args, **kwargs)

            return wrapper


        class Scale:
            def __init__(self, factor: int) -> None:
                self.factor = factor

            @logged
            def apply(self, n: int) -> int:
                return n * self.factor
        """,
        "n * self.factor",
        "n + self.factor",
    ),
    "class_decorator": Sample(
        """
        class Registered:
            def __init__(self, function):
                self.function = function

            def __call__(self, n: int) -> int:
                return self.function(n)


        @Registered
        def double(n: int) -> int:
            return n * 2
        """,
        "n * 2",
        "n * 3",
    ),
    "cached": Sample(
        """
        import functools


        @functools.cache
        def double(n: int) -> int:
            return n * 2
        """,
        "n * 2",
        "n * 3",
    ),
    "dispatched": Sample(
        """
        import functools


        @functools.singledispatch
        def show(value: object) -> str:
            return "?"


        @show.register
        def _(value: int) -> str:
            return f"number {value}"
        """,
        'f"number',
        'f"int',
    ),
    "overloaded": Sample(
        """
        from typing import overload


        @overload
        def double(n: int) -> int: ...
        @overload
        def double(n: str) -> str: ...
        def double(n):
            return n * 2
        """,
        "n * 2",
        "n * 3",
    ),
    "positional_only": Sample(
        """
        def scale(n: int, /, factor: int = 2) -> int:
            return n * factor
        """,
        "n * factor",
        "n + factor",
    ),
    "keyword_only": Sample(
        """
        def scale(*, n: int, factor: int) -> int:
            return n * factor
        """,
        "n * factor",
        "n + factor",
    ),
    "variadic": Sample(
        """
        def largest(*numbers: int, default: int = 0, **named: int) -> int:
            return max([*numbers, *named.values()], default=default)
        """,
        "return max",
        "return min",
    ),
    "class_function": Sample(
        """
        class Tool:
            factor = 2

            @classmethod
            def scale(cls, n: int) -> int:
                return n * cls.factor
        """,
        "n * cls.factor",
        "n + cls.factor",
    ),
    "nested": Sample(
        """
        def outer(n: int) -> int:
            def inner(m: int) -> int:
                return m * 2

            return inner(n) + 1
        """,
        "m * 2",
        "m * 3",
    ),
    "closure": Sample(
        """
        def adder(n: int):
            def add(m: int) -> int:
                return n + m

            return add


        add_five = adder(5)
        """,
        "n + m",
        "n - m",
    ),
    "descriptor": Sample(
        """
        class Lazy:
            def __init__(self, function):
                self.function = function

            def __get__(self, instance, owner):
                return self if instance is None else self.function(instance)


        class Circle:
            def __init__(self, radius: int) -> None:
                self.radius = radius

            @Lazy
            def area(self) -> int:
                return 3 * self.radius**2
        """,
        "3 * self",
        "4 * self",
    ),
    "setter": Sample(
        """
        class Gauge:
            def __init__(self, level: int = 0) -> None:
                self._level = level

            @property
            def level(self) -> int:
                return self._level

            @level.setter
            def level(self, value: int) -> None:
                self._level = max(0, value)
        """,
        "max(0, value)",
        "abs(value)",
    ),
    "generic_function": Sample(
        """
        from typing import TypeVar

        T = TypeVar("T", int, str)


        def twice(value: T) -> T:
            return value + value
        """,
        "value + value",
        "value + value + value",
    ),
    "lambda_name": Sample(
        """
        double = lambda n: n * 2


        def quadruple(n: int) -> int:
            return double(double(n))
        """,
        "n * 2",
        "n * 3",
    ),
    "private_method": Sample(
        """
        class Box:
            def __init__(self, n: int) -> None:
                self.n = n

            def __twice(self) -> int:
                return self.n * 2

            def size(self) -> int:
                return self.__twice()
        """,
        "self.n * 2",
        "self.n * 3",
    ),
}
