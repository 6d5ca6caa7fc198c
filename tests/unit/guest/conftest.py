from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.guest import sample


@pytest.fixture
def larder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The root of the sample package, importable while a test runs."""
    monkeypatch.syspath_prepend(str(tmp_path))
    yield sample.write(tmp_path, sample.FILES)
    for name in [n for n in sys.modules if n.partition(".")[0] == "larder"]:
        del sys.modules[name]
