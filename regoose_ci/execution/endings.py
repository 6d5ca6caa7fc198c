"""How calls ended that told nothing of their function: lost, or for want of something outside."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from regoose_ci.comparison.differences import is_accident
from regoose_ci.comparison.source import last_name
from regoose_ci.domain.observations import Outcome, OutcomeKind

_UNAVAILABLE = frozenset(
    {
        "URLError",
        "HTTPError",
        "gaierror",
        "OSError",
        "ConnectionError",
        "ConnectionRefusedError",
        "PermissionError",
        "FileNotFoundError",
        "ModuleNotFoundError",
        "OperationalError",
        "EOFError",
    }
)
"""What is raised where there is no network, file, library, database or terminal."""


class Ending(str, Enum):
    """What a call told, as its outcomes on all revisions show."""

    TOLD = "told"
    STUMBLED = "stumbled"
    """An accident inside the code: most likely the input was none that it takes."""
    UNAVAILABLE = "unavailable"
    LOST = "lost"
    """It did not finish, or took the interpreter with it."""


def ending_of(outcomes: Iterable[Outcome]) -> Ending:
    """Return the worst ending of a call; one outcome that tells nothing is enough."""
    order = list(Ending)
    return max((_ending(outcome) for outcome in outcomes), key=order.index, default=Ending.TOLD)


def _ending(outcome: Outcome) -> Ending:
    if outcome.kind in (OutcomeKind.TIMEOUT, OutcomeKind.CRASHED):
        return Ending.LOST
    if outcome.raised is None or outcome.raised.deliberate:
        return Ending.TOLD
    if last_name(outcome.raised.type) in _UNAVAILABLE:
        return Ending.UNAVAILABLE
    return Ending.STUMBLED if is_accident(outcome.raised) else Ending.TOLD
