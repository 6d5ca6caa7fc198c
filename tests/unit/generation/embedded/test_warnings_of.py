from __future__ import annotations

import dataclasses

import pytest

from regoose_ci.domain.observations import Observation
from regoose_ci.generation.embedded.warnings_of import warnings_filter
from tests.unit.generation.observing import call, function, observation, returned


def reaching(*lines: int) -> list[Observation]:
    return [observation(call("slugify", "'a'"), None, returned("a"), lines=lines)]


@pytest.mark.parametrize(
    ("statement", "action"),
    [
        ("warnings.warn('old', DeprecationWarning, stacklevel=2)", "ignore::DeprecationWarning"),
        ("warn('old', category=FutureWarning)", "ignore::FutureWarning"),
        ("warnings.warn('old')", "ignore::UserWarning"),
        ("warnings.warn('old', RemovedInTwo)", "ignore"),
    ],
)
def test_a_warning_that_an_input_gets_is_ignored_by_its_category(
    statement: str, action: str
) -> None:
    changed = function()
    assert changed.head is not None
    source = f"def slugify(text):\n    if text:\n        {statement}\n    return text\n"
    head = dataclasses.replace(changed.head, source=source, first_line=11, last_line=14)
    changed = dataclasses.replace(changed, head=head)

    assert warnings_filter(changed, reaching(12, 13, 14)) == (
        f'@pytest.mark.filterwarnings("{action}")'
    )
    assert warnings_filter(changed, reaching(12, 14)) == ""
