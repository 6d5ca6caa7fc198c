from __future__ import annotations

import pytest

from regoose_ci.environments.base import InstallResult


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (
            "error: none\n  \u2570\u2500\u25b6 Because a<2 and\n      b>1, no.\n\nhint: try",
            "Because a<2 and b>1, no.",
        ),
        ("error: cannot connect\n", "error: cannot connect"),
        ("x" * 5000, "x" * 599 + "…"),
    ],
)
def test_the_reason_is_one_line_of_uvs_output(output: str, reason: str) -> None:
    assert InstallResult(1, output).reason == reason
