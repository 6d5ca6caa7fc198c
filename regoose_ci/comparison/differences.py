"""What two revisions made differently of the same call."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from regoose_ci.comparison.source import last_name, without_addresses
from regoose_ci.comparison.values import differing_part, same_type
from regoose_ci.domain.observations import Outcome, OutcomeKind, Raised, Value


class DifferenceKind(str, Enum):
    """Kinds of differences, most telling first."""

    RESULT = "result"
    EXCEPTION_RAISED = "exception_raised"
    TIMEOUT = "timeout"
    CRASH = "crash"
    EXCEPTION_GONE = "exception_gone"
    EXCEPTION_TYPE = "exception_type"
    ARGUMENT = "argument"
    STDOUT = "stdout"
    EXCEPTION_MESSAGE = "exception_message"

    @property
    def rank(self) -> int:
        """Position among the kinds, 0 for the most telling."""
        return list(DifferenceKind).index(self)


@dataclass(frozen=True, slots=True)
class Difference:
    """How head's outcome of a call differs from base's.

    For RESULT and ARGUMENT, ``path`` is the projection (``{}.path``, ``str({}[0])``) from the
    whole value to the smallest part that differs, and ``base_part`` and ``head_part`` are that
    part. ``argument`` is the key of the changed argument, as in ``Outcome.changed_arguments``.
    """

    kind: DifferenceKind
    base: Outcome
    head: Outcome
    path: str = "{}"
    base_part: Value | None = None
    head_part: Value | None = None
    argument: str | None = None


_FIRST_ITEMS = "list(itertools.islice({}, 50))"
"""What guests tell of an iterator that has more items than they list: it has more than head's."""
_UNFIT = re.compile(
    r"\(\) (missing(?= \d+ required)|got (?:an unexpected keyword|multiple values|some "
    r"positional-only)|takes(?= no| from| exactly| at most| \d))"
)
_ACCIDENTS = frozenset(
    {
        "TypeError",
        "AttributeError",
        "NameError",
        "UnboundLocalError",
        "RecursionError",
        "MemoryError",
        "AssertionError",
        "NotImplementedError",
        "SystemError",
    }
)
_ONLY_ON_HEAD = {
    OutcomeKind.TIMEOUT: DifferenceKind.TIMEOUT,
    OutcomeKind.CRASHED: DifferenceKind.CRASH,
}


def difference(base: Outcome, head: Outcome) -> Difference | None:
    """Compare two outcomes of one call; ``None`` when they are the same to a reader.

    A base that does not finish or crashes, and a call that could not be built on one side, is
    no difference: no test could pass there.
    """
    seen = {OutcomeKind.RETURNED, OutcomeKind.RAISED}
    if base.kind not in seen or head.kind not in seen | _ONLY_ON_HEAD.keys():
        return None
    if head.kind in _ONLY_ON_HEAD:
        return Difference(_ONLY_ON_HEAD[head.kind], base, head)
    if base.kind is OutcomeKind.RETURNED and head.kind is OutcomeKind.RAISED:
        return Difference(DifferenceKind.EXCEPTION_RAISED, base, head)
    if base.kind is OutcomeKind.RAISED and head.kind is OutcomeKind.RETURNED:
        return Difference(DifferenceKind.EXCEPTION_GONE, base, head)
    return _raised(base, head) or _result(base, head) or _side_effects(base, head)


def is_noteworthy(found: Difference) -> bool:
    """Whether a difference says something about an input that base accepted or refused on purpose.

    An accident (``'NoneType' object has no attribute …``) that becomes another accident, a
    proper error or a result is out of contract on base already.
    """
    base, head = found.base.raised, found.head.raised
    if any(v is not None and last_name(v.type) == "NotImplementedType" for v in _values(found)):
        return False
    if base is None:
        return True
    if found.kind is DifferenceKind.EXCEPTION_MESSAGE:
        return base.deliberate and head is not None and head.deliberate
    return not is_accident(base)


def is_accident(raised: Raised) -> bool:
    """Whether an exception speaks of a wrong use inside the code rather than of refusal."""
    return not raised.deliberate and last_name(raised.type) in _ACCIDENTS


def misfit_of(raised: Raised) -> str:
    """Say how arguments did not fit a function's parameters; empty for other exceptions."""
    found = _UNFIT.search(raised.message) if last_name(raised.type) == "TypeError" else None
    return found[1] if found else ""


def signature_kind(found: Difference) -> tuple[str, ...]:
    """Key of a kind of difference: one catching test is enough for all with the same key."""
    return (
        found.kind.value,
        _class_of(found.base, found.base_part),
        _class_of(found.head, found.head_part),
        re.sub(r"\[[^\[\]]*\]", "[*]", found.path),
        found.argument or "",
    )


def _class_of(outcome: Outcome, part: Value | None) -> str:
    value = part or outcome.value
    if outcome.raised is not None:
        return f"{outcome.raised.type} {misfit_of(outcome.raised)}".strip()
    if value is None:
        return outcome.kind.value
    return value.source if value.source in {"True", "False", "None"} else last_name(value.type)


def _values(found: Difference) -> tuple[Value | None, ...]:
    return (found.base.value, found.head.value)


def _raised(base: Outcome, head: Outcome) -> Difference | None:
    if base.raised is None or head.raised is None:
        return None
    if not same_type(base.raised.type, head.raised.type):
        return Difference(DifferenceKind.EXCEPTION_TYPE, base, head)
    if without_addresses(base.raised.message) != without_addresses(head.raised.message):
        return Difference(DifferenceKind.EXCEPTION_MESSAGE, base, head)
    return None


def _result(base: Outcome, head: Outcome) -> Difference | None:
    if base.value is None or head.value is None:
        return None
    if head.iterated and (first := base.value.parts.get(_FIRST_ITEMS)) is not None:
        return Difference(DifferenceKind.RESULT, base, head, _FIRST_ITEMS, first, head.value)
    if (base.awaited, base.entered) != (head.awaited, head.entered):
        return Difference(DifferenceKind.RESULT, base, head)
    if head.iterated and not base.iterated:
        return Difference(DifferenceKind.RESULT, base, head)
    ours, theirs = base.value, head.value
    if base.iterated and not head.iterated:
        # A list in place of an iterator still gives its items to whoever asks for them.
        theirs = Value(ours.type, theirs.source, theirs.imports, theirs.parts)
    part = differing_part(ours, theirs)
    if part is None:
        return None
    return Difference(DifferenceKind.RESULT, base, head, part.path, part.base, part.head)


def _side_effects(base: Outcome, head: Outcome) -> Difference | None:
    ours, theirs = base.changed_arguments, head.changed_arguments
    for key in sorted(ours.keys() | theirs.keys()):
        if key in ours and key in theirs:
            part = differing_part(ours[key], theirs[key])
            if part is None:
                continue
            return Difference(
                DifferenceKind.ARGUMENT, base, head, part.path, part.base, part.head, key
            )
        return Difference(
            DifferenceKind.ARGUMENT,
            base,
            head,
            base_part=ours.get(key),
            head_part=theirs.get(key),
            argument=key,
        )
    if without_addresses(base.stdout) != without_addresses(head.stdout):
        return Difference(DifferenceKind.STDOUT, base, head)
    return None
