from __future__ import annotations

import pytest

from regoose_ci.domain.observations import Call, Outcome
from regoose_ci.generation.embedded.leftovers import is_portable
from tests.unit.generation.observing import call, observation, opaque, raised, returned, value


@pytest.mark.parametrize(
    ("made", "outcome", "portable"),
    [
        (call("f", "'a/tmp.txt'"), returned("a"), True),
        (call("f", "'/tmp/f-ez5xfap_'"), returned("a"), False),
        (call("f", mode="'/tmp/a'"), returned("a"), False),
        (call("f"), returned("/work/repo/pkg/text.py"), False),
        (call("f"), returned("file:///work/repo"), False),
        (call("f"), returned(opaque("File", **{"{}.path": value("/work/repo/a")})), False),
        (call("f"), raised("OSError", "no file /tmp/a"), False),
        (call("f"), returned(None, _0=["/opt/python/bin"]), False),
    ],
)
def test_places_on_the_machine_are_recognized(made: Call, outcome: Outcome, portable: bool) -> None:
    assert is_portable(observation(made, None, outcome)) is portable
