"""Which differences are worth telling about, given the call that shows them."""

from __future__ import annotations

import re

from regoose_ci.comparison.calls import is_public_call
from regoose_ci.comparison.differences import Difference, is_noteworthy
from regoose_ci.comparison.source import last_name
from regoose_ci.domain.observations import Call

_UNFIT = re.compile(
    r"\(\) (missing \d+ required|got an unexpected keyword|got multiple values|got some "
    r"positional-only|takes (no|from|exactly|at most|\d+))"
)


def is_worth_telling(found: Difference, call: Call) -> bool:
    """Tell noteworthy differences, but not that a private function takes other arguments.

    Whoever changes its parameters changes its callers too.
    """
    return is_noteworthy(found) and (is_public_call(call) or not _is_unfit(found, call))


def _is_unfit(found: Difference, call: Call) -> bool:
    raised = found.head.raised
    if raised is None or last_name(raised.type) != "TypeError":
        return False
    name = call.name.rpartition(".")[2]
    return f"{name}()" in raised.message and _UNFIT.search(raised.message) is not None
