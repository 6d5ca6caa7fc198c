"""Objects that methods can be called on: those of existing tests, and what other calls return."""

from __future__ import annotations

from collections.abc import Sequence

from regoose_ci.comparison.calls import is_statement, render_call
from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.observations import CallKind, Observation, Outcome
from regoose_ci.domain.revisions import Revision
from regoose_ci.guest.protocol import Recorded
from regoose_ci.inputs.standard import Written

MAX_KNOWN = 40
"""Objects of one class that are remembered."""
LONGEST = 200
"""Characters of what makes an object that some call returned."""


class Receivers:
    """Knows objects by their class; methods of one class share them."""

    def __init__(self) -> None:
        self._known: dict[str, dict[Written, None]] = {}

    def add_recorded(self, function: ChangedFunction, recorded: Sequence[Recorded]) -> None:
        """Learn the objects that existing tests called a method on."""
        for call in (r.call for r in recorded if r.direct and r.in_contract):
            if call.kind is not CallKind.FUNCTION and call.receiver is not None:
                self._add(class_of(function), Written(call.receiver, call.imports))

    def add_returned(self, observations: Sequence[Observation]) -> None:
        """Learn the objects that calls returned on head."""
        for observation in observations:
            call, outcome = observation.call, observation.outcomes.get(Revision.HEAD)
            if outcome is None or outcome.value is None or _is_taken_apart(outcome):
                continue
            source = render_call(call)
            if len(source) <= LONGEST and not is_statement(call):
                self._add(outcome.value.type, Written(source, call.imports))

    def of(self, class_name: str) -> tuple[Written, ...]:
        """Return the objects of a class, ``module.Class``, in the order they were met."""
        return tuple(self._known.get(class_name, ()))

    def _add(self, class_name: str, made: Written) -> None:
        known = self._known.setdefault(class_name, {})
        if "." in class_name and len(known) < MAX_KNOWN:
            known.setdefault(made)


def _is_taken_apart(outcome: Outcome) -> bool:
    """Tell whether the value is not what the call returned, but what that gave."""
    return outcome.awaited or outcome.entered or outcome.iterated


def class_of(function: ChangedFunction) -> str:
    """Name the class that a method stands in."""
    owner = function.current.qualname.rpartition(".")[0]
    return f"{function.current.module}.{owner}" if owner else ""
