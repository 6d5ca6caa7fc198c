"""A lab for each level of the sandbox that this machine can run, made once per session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .lab import Lab, open_lab
from .levels import levels


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.sandbox)


@pytest.fixture(scope="session", params=levels())
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    with open_lab(request.param) as opened:
        yield opened
