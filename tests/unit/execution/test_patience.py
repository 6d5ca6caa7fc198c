from __future__ import annotations

from regoose_ci.execution.patience import (
    CALL_TIMEOUT,
    HASTY_TIMEOUT,
    MAX_ONE_SIDED,
    MAX_SLOW,
    Lateness,
    Patience,
)
from tests.unit.generation.observing import TIMEOUT, call, observation, returned

CALL = call("f", "1")
IN_TIME = observation(CALL, returned(1), returned(1))
ONE_SIDED = observation(CALL, returned(1), TIMEOUT)
LATE = observation(CALL, TIMEOUT, TIMEOUT)


def test_what_comes_back_stands() -> None:
    assert Patience().judge(IN_TIME, HASTY_TIMEOUT) is Lateness.NONE


def test_what_had_all_the_time_stands() -> None:
    for seen in (ONE_SIDED, LATE):
        assert Patience().judge(seen, CALL_TIMEOUT) is Lateness.NONE


def test_what_comes_back_nowhere_is_not_waited_for_when_little_time_is_left() -> None:
    patience = Patience()
    assert patience.judge(LATE, HASTY_TIMEOUT, CALL_TIMEOUT / 2) is Lateness.NONE
    assert patience.judge(ONE_SIDED, HASTY_TIMEOUT, CALL_TIMEOUT / 2) is Lateness.UNCLEAR
    assert patience.judge(LATE, HASTY_TIMEOUT, CALL_TIMEOUT) is Lateness.UNCLEAR


def test_what_comes_back_on_one_revision_is_made_again_until_enough_are_known() -> None:
    patience = Patience()
    judged = [patience.judge(ONE_SIDED, HASTY_TIMEOUT) for _ in range(MAX_ONE_SIDED + 2)]
    assert judged == [Lateness.UNCLEAR] * MAX_ONE_SIDED + [Lateness.KNOWN] * 2


def test_what_comes_back_on_none_is_made_again_a_few_times() -> None:
    patience = Patience()
    judged = [patience.judge(LATE, HASTY_TIMEOUT) for _ in range(MAX_SLOW + 2)]
    assert judged == [Lateness.UNCLEAR] * MAX_SLOW + [Lateness.NONE] * 2


def test_nothing_is_hurried_once_a_call_came_back_after_all() -> None:
    patience = Patience()
    patience.learn(LATE, LATE)
    assert patience.timeout == HASTY_TIMEOUT
    patience.learn(LATE, ONE_SIDED)
    assert patience.timeout == CALL_TIMEOUT
