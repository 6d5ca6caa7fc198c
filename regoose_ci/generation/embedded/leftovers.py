"""Traces of the machine that an observation was made on: nobody keeps a test with one of those."""

from __future__ import annotations

from regoose_ci.domain.observations import Observation, Outcome, Value
from regoose_ci.guest.protocol import REPOSITORY

_PLACES = (
    "/tmp/",  # noqa: S108 - looked for, not used
    "/var/folders/",
    "/opt/python",
    "/opt/regoose",
    "pytest-of-",
    REPOSITORY,
)


def is_portable(observation: Observation) -> bool:
    """Whether nothing that a test would show names a place on the machine it was found on."""
    call = observation.call
    texts = [*call.args, *(value for _, value in call.kwargs), call.receiver or ""]
    for outcome in observation.outcomes.values():
        texts += _shown(outcome)
    return not any(place in text for text in texts for place in _PLACES)


def _shown(outcome: Outcome) -> list[str]:
    values = [*outcome.changed_arguments.values()]
    values += [outcome.value] if outcome.value is not None else []
    message = outcome.raised.message if outcome.raised is not None else ""
    return [outcome.stdout, message, *(text for value in values for text in _sources(value))]


def _sources(value: Value) -> list[str]:
    if value.source is not None:
        return [value.source]
    return [text for part in value.parts.values() for text in _sources(part)]
