"""Which differences are worth telling about, given the call that shows them."""

from __future__ import annotations

from regoose_ci.comparison.calls import is_public_call
from regoose_ci.comparison.differences import Difference, is_noteworthy, misfit_of
from regoose_ci.domain.observations import Call


def is_worth_telling(found: Difference, call: Call) -> bool:
    """Tell noteworthy differences, but not that a private function takes other arguments.

    Whoever changes its parameters changes its callers too.
    """
    return is_noteworthy(found) and (is_public_call(call) or not _is_unfit(found, call))


def _is_unfit(found: Difference, call: Call) -> bool:
    raised = found.head.raised
    name = call.name.rpartition(".")[2]
    return raised is not None and f"{name}()" in raised.message and bool(misfit_of(raised))
