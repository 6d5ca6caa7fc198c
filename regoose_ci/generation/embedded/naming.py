"""Names of tests and of the variables in them, from behaviour rather than from numbers."""

from __future__ import annotations

import ast
import keyword
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from regoose_ci.comparison.differences import Difference, DifferenceKind
from regoose_ci.comparison.outcomes import argument_name
from regoose_ci.comparison.source import last_name, names_in, parse_expression, snake_case
from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.observations import Call, CallKind, Outcome, Value
from regoose_ci.generation.embedded.features import (
    common_culprit,
    common_feature,
    feature_of,
    words_of,
)

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
}
_DUNDERS = {
    "eq": "equality",
    "ne": "inequality",
    "lt": "less_than",
    "le": "at_most",
    "gt": "greater_than",
    "ge": "at_least",
    "str": "as_string",
    "repr": "repr",
    "len": "length",
    "contains": "contains",
    "getitem": "item",
    "iter": "iteration",
    "add": "addition",
    "sub": "subtraction",
    "mul": "product",
    "truediv": "division",
    "bool": "truth",
    "setitem": "item_assignment",
    "delitem": "item_deletion",
}
_REFUSALS = frozenset({"ValueError", "TypeError", "KeyError", "LookupError", "IndexError"})
_FIXTURES = frozenset({"request", "expected", "result", "self", "cls", "capsys", "pytest"})
_MAX_OPTIONS = 2
_ORDINALS = ("first", "second", "third", "fourth", "fifth")


class Names:
    """Hands out test names that are unique among one function's tests of a kind."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def pick(self, wishes: Iterator[str]) -> str:
        """The first wish that is free; the last resort is a number."""
        name = ""
        for wish in wishes:
            name = wish
            if name not in self._taken:
                break
        else:
            name = next(n for n in (f"{name}_{i}" for i in count(2)) if n not in self._taken)
        self._taken.add(name)
        return name


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a test's name says after the function's.

    ``particular`` has a hole for the input's feature (``rejects_{}``), ``alone`` stands without.
    ``refusal`` is the message of an exception: only the argument it is about may be named.
    """

    particular: str
    alone: str
    refusal: str | None = None


def names_for(
    calls: Sequence[Call], behaviour: Behaviour, parameters: Sequence[str]
) -> Iterator[str]:
    """Names for a test of ``calls``, the wished-for one first, then ever more particular ones."""
    subject = f"test_{subject_of(calls[0])}"
    if behaviour.refusal is None:
        feature = common_feature(calls)
    else:
        feature = common_culprit(calls, parameters, behaviour.refusal)
    options = _options(calls, parameters)
    if feature is not None and feature.is_telling:
        said = f"{subject}_{behaviour.particular.format(feature.words)}"
    elif options and behaviour.particular == "of_{}":
        said, options = f"{subject}_{options}", ""
    else:
        said = f"{subject}_{behaviour.alone}"
    yield said
    if options:
        yield f"{said}_{options}"
    words = words_of(calls[0]) if len(calls) == 1 else _mixed_features(calls)
    if words is not None:
        yield f"{subject}_{behaviour.particular.format(words)}"
    yield said


def behaviour_of_outcome(outcome: Outcome, parameters: Sequence[str]) -> Behaviour:
    """The words for what a call does."""
    if outcome.raised is not None:
        name = last_name(outcome.raised.type)
        raises = f"raises_{snake_case(name)}"
        particular = "rejects_{}" if name in _REFUSALS else f"{raises}_for_{{}}"
        return Behaviour(particular, raises, outcome.raised.message)
    if outcome.changed_arguments:
        return _for(_changes(min(outcome.changed_arguments), parameters))
    value = outcome.value
    if outcome.stdout and (value is None or value.source == "None"):
        return _for("prints_expected_text")
    if value is not None and value.source in {"True", "False", "None"}:
        return _for(f"returns_{value.source.lower()}")
    if value is not None and (empty := _empty_noun(value)):
        return _for(f"returns_empty_{empty}")
    return Behaviour("of_{}", f"returns_expected_{returned_noun(value)}")


def behaviour_of_all(outcomes: Sequence[Outcome], parameters: Sequence[str]) -> Behaviour:
    """The words for what several calls do: particular ones only where all do the same."""
    behaviours = {behaviour_of_outcome(outcome, parameters) for outcome in outcomes}
    if len(behaviours) == 1:
        return behaviours.pop()
    return Behaviour("of_{}", f"returns_expected_{returned_noun(outcomes[0].value)}")


def behaviour_of_difference(found: Difference, parameters: Sequence[str]) -> Behaviour:
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
            return _for("prints_expected_text")
        case DifferenceKind.RESULT if found.path.startswith("{}."):
            part = snake_case(found.path[3:])
            return Behaviour(f"{part}_of_{{}}", f"has_expected_{part}")
    return behaviour_of_outcome(found.base, parameters)


def _for(words: str) -> Behaviour:
    return Behaviour(f"{words}_for_{{}}", words)


def returned_noun(value: Value | None) -> str:
    """What a result is: ``string``, ``list``, the class of an object."""
    name = last_name(value.type) if value is not None else "result"
    return _NOUNS.get(name) or snake_case(name) or "result"


def subject_of(call: Call) -> str:
    """The function's part of a test name: ``slugify``, ``url_join``, ``version_equality``."""
    *owners, name = call.name.split(".")
    owner = owners[-1] if owners and owners[-1][:1].isupper() else ""
    if call.receiver is not None:
        owner = _class_of(call.receiver) or owner
    bare = name.strip("_")
    words = _DUNDERS.get(bare, snake_case(bare)) if name.startswith("__") else snake_case(name)
    if name == "__init__":
        words = ""
    return "_".join(filter(None, [snake_case(owner), words])) or "call"


def parameters_of(function: ChangedFunction, call: Call) -> tuple[str, ...]:
    """The parameter names of ``call``'s positions; empty when it calls something else."""
    own_name = function.current.qualname.rsplit(".", 1)[-1]
    constructs = own_name == "__init__" and call.kind is CallKind.FUNCTION
    is_direct = call.name.rsplit(".", 1)[-1] == own_name or constructs
    return tuple(p.lstrip("*") for p in function.parameters) if is_direct else ()


def variable_for(key: int | str, call: Call, parameters: Sequence[str]) -> str:
    """A variable's name for an argument (by position or keyword) or the receiver (``self``)."""
    if key == "self":
        wish = snake_case(_class_of(call.receiver or "")) or "instance"
    elif isinstance(key, str):
        wish = key
    elif key < len(parameters):
        wish = parameters[key]
    else:
        wish = "value" if len(call.args) == 1 else _ORDINALS[min(key, len(_ORDINALS) - 1)]
    return usable_name(wish, call)


def usable_name(wish: str, call: Call) -> str:
    """``wish``, or another word when it would hide a name that the call reads."""
    sources = [call.name, call.receiver or "", *call.args, *(value for _, value in call.kwargs)]
    read = frozenset().union(*map(names_in, sources))
    is_free = wish.isidentifier() and wish not in read and wish not in _FIXTURES
    if is_free and not keyword.iskeyword(wish) and not wish.startswith("test"):
        return wish
    return f"{wish}_value" if wish.isidentifier() and not wish.startswith("test") else "value"


def _class_of(receiver: str) -> str:
    node = parse_expression(receiver)
    while isinstance(node, ast.Call):
        node = node.func
        if isinstance(node, ast.Attribute) and not node.attr[:1].isupper():
            node = node.value
    name = (
        ast.unparse(node).rsplit(".", 1)[-1] if isinstance(node, ast.Name | ast.Attribute) else ""
    )
    return name if name[:1].isupper() else ""


def _options(calls: Sequence[Call], parameters: Sequence[str]) -> str:
    """``with_separator``, ``without_binary``: the further arguments that all calls give alike."""
    options = {tuple(_option_words(call, parameters)) for call in calls}
    words = options.pop() if len(options) == 1 else ()
    return "with_options" if len(words) > _MAX_OPTIONS else "_and_".join(words)


def _option_words(call: Call, parameters: Sequence[str]) -> Iterator[str]:
    named = list(zip(parameters, call.args, strict=False))[1:]
    switches = [(name, source) for name, source in named if source in {"True", "False"}]
    for name, source in [*switches, *call.kwargs]:
        if source == "False":
            yield f"without_{snake_case(name)}"
        elif source != "None":
            yield f"with_{snake_case(name)}"


def _mixed_features(calls: Sequence[Call]) -> str | None:
    found = dict.fromkeys(f.words for call in calls if (f := feature_of(call)) is not None)
    return "_or_".join(list(found)[:2]) or None


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
