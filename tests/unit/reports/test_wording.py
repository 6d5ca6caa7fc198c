from __future__ import annotations

import pytest

from regoose_ci.reports.wording import seconds


@pytest.mark.parametrize(
    ("value", "text"), [(0.042, "42 ms"), (4.25, "4.2 s"), (59.4, "59 s"), (125, "2 min 5 s")]
)
def test_seconds(value, text):
    assert seconds(value) == text
