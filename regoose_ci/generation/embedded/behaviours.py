"""What a test's name says after the function's: words for behaviour, from what was observed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from regoose_ci.comparison.differences import Difference, DifferenceKind
from regoose_ci.comparison.outcomes import argument_name
from regoose_ci.comparison.source import last_name, snake_case
from regoose_ci.domain.observations import Call, Outcome, Raised, Value
from regoose_ci.generation.embedded.effects import effect_of

_NOUNS = {
    "str": "string",
    "int": "number",
    "float": "number",
    "bytes": "bytes",
    "list": "list",
    "tuple": "tuple",
    "dict": "dict",
    "set": "set",
    "frozenset": "set",
    "NoneType": "none",
}
_REFUSALS = frozenset({"ValueError", "TypeError", "KeyError", "LookupError", "IndexError"})
_COMPLAINT = re.compile(
    r"(?:^|\()((?:not an?|wrong|invalid|bad|unknown|missing|empty|unexpected|duplicate|illegal"
    r"|unsupported|malformed|unterminated|negative|too (?:many|few|long|short|large|small))"
    r"(?: [a-z]+){1,4})\b",
    re.IGNORECASE,
)
_TRAILING = frozenset({"a", "an", "the", "of", "for", "in", "is", "must", "be", "to", "at", "or"})


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a test's name says after the function's.

    ``particular`` has a hole for the input's feature (``rejects_{}``), ``alone`` stands without
    and is empty where nothing but the input is special. ``refusal`` is the message of an
    exception: only the argument it is about may be named.
    """

    particular: str
    alone: str
    refusal: str | None = None


def behaviour_of(call: Call, outcome: Outcome, parameters: Sequence[str]) -> Behaviour:
    """The words for what a call does."""
    if outcome.raised is not None:
        return _of_exception(outcome.raised)
    if outcome.changed_arguments:
        return _for(_changes(min(outcome.changed_arguments), parameters))
    value = outcome.value
    if outcome.stdout and (value is None or value.source == "None"):
        return _for("prints_text")
    if value is not None and value.source in {"True", "False", "None"}:
        return _for(f"returns_{value.source.lower()}")
    if value is not None and (empty := _empty_noun(value)):
        return _for(f"returns_empty_{empty}")
    if value is not None and (effect := effect_of(call, value)):
        return Behaviour(effect, effect.format("number" if effect == "formats_{}" else "text"))
    return Behaviour("of_{}", "")


def behaviour_of_all(
    calls: Sequence[Call], outcomes: Sequence[Outcome], parameters: Sequence[str]
) -> Behaviour:
    """The words for what several calls do: particular ones only where all do the same."""
    pairs = zip(calls, outcomes, strict=True)
    behaviours = {behaviour_of(call, outcome, parameters) for call, outcome in pairs}
    if len(behaviours) == 1:
        return behaviours.pop()
    first = outcomes[0].raised
    if first is not None and len({o.raised and o.raised.type for o in outcomes}) == 1:
        return _of_type(first)
    return Behaviour("of_{}", "")


def behaviour_of_difference(found: Difference, call: Call, parameters: Sequence[str]) -> Behaviour:
    """The words for what base does and head does not."""
    match found.kind:
        case DifferenceKind.TIMEOUT:
            return _for("finishes")
        case DifferenceKind.CRASH:
            return _for("does_not_crash")
        case DifferenceKind.EXCEPTION_RAISED:
            raised = found.head.raised
            error = snake_case(last_name(raised.type)) if raised is not None else "exception"
            return Behaviour("accepts_{}", f"does_not_raise_{error}")
        case DifferenceKind.EXCEPTION_MESSAGE:
            message = found.base.raised.message if found.base.raised is not None else ""
            return Behaviour("explains_rejection_of_{}", "explains_rejection", message)
        case DifferenceKind.ARGUMENT if found.base_part is None and found.argument:
            return _for(f"keeps_{_argument(found.argument, parameters)}")
        case DifferenceKind.ARGUMENT if found.argument:
            return _for(_changes(found.argument, parameters))
        case DifferenceKind.STDOUT:
            return _for("prints_text")
        case DifferenceKind.RESULT if found.path.startswith("{}."):
            part = snake_case(found.path[3:])
            return Behaviour(f"{part}_of_{{}}", f"has_{part}")
    return behaviour_of(call, found.base, parameters)


def returned_noun(value: Value | None) -> str:
    """What a result is: ``string``, ``list``, the class of an object."""
    name = last_name(value.type) if value is not None else "result"
    return _NOUNS.get(name) or snake_case(name) or "result"


def _of_exception(raised: Raised) -> Behaviour:
    behaviour = _of_type(raised)
    complaint = _complaint(raised.message)
    if not complaint or complaint in behaviour.alone:
        return behaviour
    said = behaviour.particular.format(complaint)
    return Behaviour(said, said)


def _of_type(raised: Raised) -> Behaviour:
    name = last_name(raised.type)
    raises = f"raises_{snake_case(name)}"
    particular = "rejects_{}" if name in _REFUSALS else f"{raises}_for_{{}}"
    return Behaviour(particular, raises, raised.message)


def _complaint(message: str) -> str:
    """What is wrong in the words of the message: ``invalid_version``; empty when unclear."""
    found = list(_COMPLAINT.finditer(message))
    if not found:
        return ""
    inner = next((match for match in found if match[0].startswith("(")), found[0])
    words = inner[1].lower().split()
    while words and words[-1] in _TRAILING:
        words.pop()
    text = "_".join(words)
    return f"what_is_{text}" if text.startswith("not_") else text if len(words) > 1 else ""


def _for(words: str) -> Behaviour:
    return Behaviour(f"{words}_for_{{}}", words)


def _changes(key: str, parameters: Sequence[str]) -> str:
    return f"changes_{_argument(key, parameters)}"


def _argument(key: str, parameters: Sequence[str]) -> str:
    if key == "self":
        return "itself"
    name = argument_name(key, parameters)
    return "argument" if name.isdigit() else snake_case(name)


def _empty_noun(value: Value) -> str:
    empties = {"''": "string", '""': "string", "[]": "list", "{}": "dict", "()": "tuple"}
    return empties.get(value.source or "") or ("set" if value.source == "set()" else "")
