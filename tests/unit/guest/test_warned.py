from __future__ import annotations

import warnings

import pytest

from regoose_ci.guest.warned import warnings_heard


class OldWarning(DeprecationWarning):
    """A category of one's own."""


@pytest.fixture(autouse=True)
def _as_in_a_guest():
    with warnings.catch_warnings():
        warnings.resetwarnings()
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def test_categories_are_told_also_of_what_is_not_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with warnings_heard() as heard:
        for _ in range(2):
            warnings.warn("old", DeprecationWarning, stacklevel=1)
            warnings.warn("slow", stacklevel=1)
        warnings.warn("older", OldWarning, stacklevel=1)
        warnings.warn("left open", ResourceWarning, stacklevel=1)
    assert list(heard) == ["DeprecationWarning", "UserWarning", ""]
    assert capsys.readouterr().err == ""


def test_what_the_code_makes_an_error_stays_one() -> None:
    warnings.simplefilter("error", FutureWarning)
    with warnings_heard() as heard, pytest.raises(FutureWarning):
        warnings.warn("soon", FutureWarning, stacklevel=1)
    assert not heard


def test_filters_are_as_they_were() -> None:
    before = list(warnings.filters)
    with warnings_heard():
        warnings.simplefilter("error")
    assert warnings.filters == before
