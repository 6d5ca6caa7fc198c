from __future__ import annotations

import pytest

from regoose_ci.domain.observations import Outcome, OutcomeKind, Raised, Value
from regoose_ci.execution.endings import Ending, ending_of

ONE = Outcome(OutcomeKind.RETURNED, Value("int", "1"))
LATE = Outcome(OutcomeKind.TIMEOUT)


def raising(kind: str, deliberate: bool) -> Outcome:
    return Outcome(OutcomeKind.RAISED, raised=Raised(kind, "no", kind, deliberate=deliberate))


@pytest.mark.parametrize(
    ("outcomes", "ending"),
    [
        ([ONE, ONE], Ending.TOLD),
        ([ONE, LATE], Ending.LOST),
        ([ONE, Outcome(OutcomeKind.CRASHED)], Ending.LOST),
        ([raising("ValueError", False)], Ending.TOLD),
        ([raising("TypeError", False)], Ending.STUMBLED),
        ([raising("URLError", False)], Ending.UNAVAILABLE),
        ([raising("URLError", True)], Ending.TOLD),
        ([raising("sqlite3.OperationalError", False), ONE], Ending.UNAVAILABLE),
        ([], Ending.TOLD),
    ],
)
def test_the_worst_outcome_tells_how_a_call_ended(outcomes: list[Outcome], ending: Ending) -> None:
    assert ending_of(outcomes) is ending
