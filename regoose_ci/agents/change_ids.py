"""By which id a behaviour change is named, and which ones reviewers have had left out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from regoose_ci.comparison.shapes import kind_of_change
from regoose_ci.domain.candidates import CandidateKind, Verdict
from regoose_ci.domain.observations import Observation
from regoose_ci.generation.embedded.catching import difference_of

_KIND_DIGITS = 8
_CALL_DIGITS = 4


def witness_of(verdict: Verdict) -> Observation:
    """Return the observation that a catching test shows."""
    return verdict.candidate.observations[0]


def change_id(verdict: Verdict) -> str:
    """Return a behaviour change's id: the same in every run that finds the same.

    It begins with the function and the kind of difference, and ends with the call that shows it.
    """
    return _kind_part(verdict) + _digest([repr(witness_of(verdict).call)], _CALL_DIGITS)


def behaviour_changes(verdicts: Iterable[Verdict]) -> dict[str, Verdict]:
    """Return the accepted catching tests by id; of several with the same call, the first."""
    shown: dict[str, Verdict] = {}
    for verdict in verdicts:
        if verdict.accepted and verdict.candidate.kind is CandidateKind.CATCHING:
            shown.setdefault(change_id(verdict), verdict)
    return shown


def is_left_out(verdict: Verdict, ignored: Iterable[str]) -> bool:
    """Whether a catching test shows what one of the ``ignored`` ids showed, by whatever call."""
    if verdict.candidate.kind is not CandidateKind.CATCHING:
        return False
    return _kind_part(verdict) in {identity[:_KIND_DIGITS] for identity in ignored}


def _kind_part(verdict: Verdict) -> str:
    witness = witness_of(verdict)
    found = difference_of(witness)
    kind = kind_of_change(found, witness.call) if found is not None else ()
    return _digest([witness.function_id, *kind], _KIND_DIGITS)


def _digest(facts: Iterable[str], digits: int) -> str:
    return hashlib.sha256("\0".join(facts).encode()).hexdigest()[:digits]
