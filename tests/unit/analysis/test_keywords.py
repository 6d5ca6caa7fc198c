from __future__ import annotations

import pytest

from regoose_ci.analysis.keywords import keywords_taken

SOURCE = """
    def get(self, *args, **kwargs):
        locale = kwargs.pop("locale", "en")
        if "tzinfo" in kwargs or kwargs.get("locale"):
            return kwargs["not a name"], args.count("x"), other.get("y")
        return kwargs["exact"]
"""


def test_the_names_that_are_asked_for_are_found() -> None:
    assert set(keywords_taken(SOURCE)) == {"locale", "tzinfo", "exact"}


@pytest.mark.parametrize("source", ["def f(x): return x.get('a')", "x = 1", "def f(:", ""])
def test_what_takes_no_keywords_asks_for_none(source: str) -> None:
    assert keywords_taken(source) == ()
