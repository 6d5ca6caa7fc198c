"""What running tells of how objects are made."""

from __future__ import annotations

import builtins
from collections.abc import Sequence

from regoose_ci.comparison.calls import is_statement, render_call
from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.observations import CallKind, Observation, Outcome
from regoose_ci.domain.revisions import Revision
from regoose_ci.guest.protocol import Made, Recorded
from regoose_ci.inputs.known import KnownObjects
from regoose_ci.inputs.standard import Written

LONGEST = 200
"""Characters of a call whose result is worth remembering as an object."""


def learn_made(objects: KnownObjects, made: Sequence[Made]) -> None:
    """Learn the objects that existing tests made."""
    for one in made:
        objects.add(one.class_name, Written(one.source, one.imports))


def learn_receivers(
    objects: KnownObjects, function: ChangedFunction, recorded: Sequence[Recorded]
) -> None:
    """Learn the objects that existing tests called a method on."""
    owner = function.current.qualname.rpartition(".")[0]
    for call in (r.call for r in recorded if r.direct and r.in_contract):
        if owner and call.kind is not CallKind.FUNCTION and call.receiver is not None:
            objects.add(owner, Written(call.receiver, call.imports))


def learn_returned(objects: KnownObjects, observations: Sequence[Observation]) -> None:
    """Learn the objects that calls returned on head."""
    for observation in observations:
        call, outcome = observation.call, observation.outcomes.get(Revision.HEAD)
        if outcome is None or outcome.value is None or _is_taken_apart(outcome):
            continue
        if hasattr(builtins, outcome.value.type):
            continue  # nobody needs a call to have one of these
        source = render_call(call)
        if len(source) <= LONGEST and not is_statement(call):
            objects.add(outcome.value.type, Written(source, call.imports))


def _is_taken_apart(outcome: Outcome) -> bool:
    """Tell whether the value is not what the call returned, but what that gave."""
    return outcome.awaited or outcome.entered or outcome.iterated
