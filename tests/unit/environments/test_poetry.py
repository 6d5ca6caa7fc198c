from __future__ import annotations

import pytest

from regoose_ci.environments.poetry import to_specifier


@pytest.mark.parametrize(
    ("constraint", "specifier"),
    [
        ("^1.2.3", ">=1.2.3,<2"),
        ("^0.2.3", ">=0.2.3,<0.3"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0", ">=0,<1"),
        ("^2.0b1", ">=2.0b1,<3"),
        ("~1.2.3", ">=1.2.3,<1.3"),
        ("~1", ">=1,<2"),
        ("~=1.4", "~=1.4"),
        ("1.2.*", "==1.2.*"),
        ("1.2.3", "==1.2.3"),
        ("=1.2.3", "==1.2.3"),
        (">=1.2,<2", ">=1.2,<2"),
        (">= 1.2, < 2", ">=1.2,<2"),
        (">=1.2 <2", ">=1.2,<2"),
        ("^2.7 || ^3.6", ">=3.6,<4"),
        ("*", ""),
    ],
)
def test_poetry_constraints_are_translated(constraint: str, specifier: str) -> None:
    assert to_specifier(constraint) == specifier
