"""A small package of someone's, for the guest to import, call and watch."""

from __future__ import annotations

import textwrap
from pathlib import Path

FILES = {
    "larder/__init__.py": """
        from larder._jar import Jar, Size, fill
        from larder.shelf import Shelf

        __all__ = ["Jar", "Shelf", "Size", "fill"]
        """,
    "larder/_jar.py": """
        import enum


        class Size(enum.Enum):
            SMALL = 1
            LARGE = 2


        class Jar:
            def __init__(self, content, grams=100, *, size=Size.SMALL):
                self.content = content
                self.grams = grams
                self.size = size

            def __add__(self, other):
                return self._made(self.content, self.grams + other.grams)

            def __len__(self):
                return self.grams

            @classmethod
            def of(cls, text):
                content, _, grams = text.partition(":")
                return cls._made(content, int(grams))

            @classmethod
            def _made(cls, content, grams):
                jar = object.__new__(cls)
                jar.content, jar.grams, jar.size = content, grams, Size.SMALL
                return jar

            @property
            def label(self):
                return f"{self.content} {self.grams} g"

            def emptied(self):
                return self._made(self.content, 0)

            def same(self):
                return self


        def fill(*contents, total=100, **options):
            return [Jar(content, total // len(contents), **options) for content in contents]
        """,
    "larder/shelf.py": """
        from larder._jar import Jar


        class Shelf:
            def __init__(self, jars=()):
                self.jars = list(jars)

            def weight(self, lid=0):
                if not self.jars:
                    raise ValueError("an empty shelf")
                return total(self.jars, lid)

            def __repr__(self):
                return f"<Shelf at {hex(id(self))}>"


        def total(jars, lid=0, *, dry=False):
            if dry:
                return 0
            return sum(len(jar) + lid for jar in jars)


        def _hidden(jar):
            return len(jar)
        """,
    "tests/test_shelf.py": """
        import pytest

        from larder import Jar, Shelf
        from larder.shelf import total


        def test_weight_counts_lids():
            assert Shelf([Jar("jam", 250)]).weight(5) == 255


        def test_an_empty_shelf_has_no_weight():
            with pytest.raises(ValueError):
                Shelf().weight()


        def test_total():
            assert total([Jar("jam"), Jar.of("tea:20")], dry=False) == 120
        """,
}
"""The files by path; `write` dedents them."""


def write(root: Path, files: dict[str, str]) -> Path:
    """Write dedented files below ``root``."""
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(textwrap.dedent(text).lstrip("\n"))
    return root
