from __future__ import annotations

from regoose_ci.generation.llm.surroundings import imported_modules, surroundings_of
from tests.unit.generation.llm.laboratory import PATH, changed_function

SOURCE = "def slugify(text):\n    return slugify(text[1:]) if text else ''\n"
FUNCTION = changed_function(SOURCE, SOURCE, [2])
PAGES = """import numpy
from pkg.text import slugify


class Page:
    def name(self):
        return slugify(self.title)

    def other(self):
        return 1
"""
TESTS = """import pytest
import attrs.validators


@pytest.fixture
def text():
    return "a b"


@pytest.fixture
def unused():
    return 1


def test_slugify(text):
    assert slugify(text) == "a-b"


def test_other():
    assert other() == 1
"""


def test_callers_are_found_but_not_the_function_itself() -> None:
    found = surroundings_of(FUNCTION, {PATH: SOURCE, "src/pkg/pages.py": PAGES}, {})

    assert found.callers == ("def name(self):\n    return slugify(self.title)",)


def test_closest_tests_come_with_the_fixtures_they_use() -> None:
    found = surroundings_of(FUNCTION, {}, {"tests/test_text.py": TESTS})

    assert found.examples == (
        '@pytest.fixture\ndef text():\n    return "a b"',
        'def test_slugify(text):\n    assert slugify(text) == "a-b"',
    )


def test_modules_in_use_are_known() -> None:
    found = imported_modules([PAGES, TESTS, "not Python"])

    assert found == {"numpy", "pkg", "pytest", "attrs"}


def test_long_tests_are_left_out() -> None:
    long = "def test_slugify():\n" + "    assert slugify('a') == 'a'\n" * 60
    found = surroundings_of(FUNCTION, {}, {"test_a.py": long})

    assert found.examples == ()
