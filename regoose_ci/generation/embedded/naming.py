"""Names of tests and of the variables in them, from behaviour rather than from numbers."""

from __future__ import annotations

import ast
import keyword
from collections.abc import Iterator, Sequence
from itertools import count

from regoose_ci.comparison.source import names_in, parse_expression, snake_case
from regoose_ci.domain.changes import ChangedFunction
from regoose_ci.domain.observations import Call, CallKind, Value
from regoose_ci.generation.embedded.behaviours import Behaviour, returned_noun
from regoose_ci.generation.embedded.features import (
    common_culprit,
    common_feature,
    feature_of,
    features_of,
    words_of,
    words_of_source,
)

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


def names_for(
    calls: Sequence[Call],
    behaviour: Behaviour,
    parameters: Sequence[str],
    result: Value | None = None,
) -> Iterator[str]:
    """Names for a test of ``calls``, the wished-for one first, then ever more particular ones.

    ``result`` is what the first call returns.
    """
    subject = f"test_{subject_of(calls[0])}"
    said = f"{subject}_{_said(calls, behaviour, parameters)}".rstrip("_")
    options = _options(calls, parameters)
    yield said
    if options and not said.endswith(options):
        yield f"{said}_{options}"
    for words in _inputs(calls):
        yield f"{subject}_{behaviour.particular.format(words)}"
    if result is not None:
        yield f"{subject}_returns_{returned_noun(result)}"
        if exact := words_of_source(result.source or ""):
            yield f"{subject}_returns_{exact}"
    yield said


def _said(calls: Sequence[Call], behaviour: Behaviour, parameters: Sequence[str]) -> str:
    """What comes after the function's name: the behaviour, and what is special about the input."""
    if behaviour.refusal is None:
        feature = common_feature(calls)
    else:
        feature = common_culprit(calls, parameters, behaviour.refusal)
    if feature is not None and feature.is_telling:
        return behaviour.particular.format(feature.words)
    if not behaviour.alone and (options := _options(calls, parameters)):
        return options
    if not behaviour.alone and len(calls) == 1 and feature is not None:
        return behaviour.particular.format(feature.words)
    return behaviour.alone


def _inputs(calls: Sequence[Call]) -> Iterator[str]:
    """Ever more particular words for the inputs."""
    firsts = filter(None, map(feature_of, calls))
    words = dict.fromkeys(f.words for f in (firsts if len(calls) > 1 else features_of(calls[0])))
    nouns = {word.rpartition("_")[2] for word in words}
    if len(words) > 1 and len(nouns) == 1:
        yield nouns.pop()
    joint = "_or_" if len(calls) > 1 else "_and_"
    if len(words) > 1:
        yield joint.join(list(words)[:2])
    if len(calls) == 1 and (exact := words_of(calls[0])):
        yield exact


def subject_of(call: Call) -> str:
    """The function's part of a test name: ``slugify``, ``url_join``, ``version_equality``."""
    *owners, name = call.name.split(".")
    owner = owners[-1] if owners and _is_class(owners[-1]) else ""
    if call.receiver is not None:
        owner = _class_of(call.receiver) or owner
    bare = name.strip("_")
    words = _DUNDERS.get(bare, snake_case(bare)) if name.startswith("__") else snake_case(name)
    if name == "__init__":
        words = ""
    return "_".join(filter(None, [snake_case(owner), words])) or "call"


def is_direct(function: ChangedFunction, call: Call) -> bool:
    """Whether a call is one of the function itself, not of something that comes to it."""
    own_name = function.current.qualname.rsplit(".", 1)[-1]
    constructs = own_name == "__init__" and call.kind is CallKind.FUNCTION
    return constructs or call.name.rsplit(".", 1)[-1] == own_name


def parameters_of(function: ChangedFunction, call: Call) -> tuple[str, ...]:
    """The parameter names of ``call``'s positions; empty when it calls something else."""
    return tuple(p.lstrip("*") for p in function.parameters) if is_direct(function, call) else ()


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
        if isinstance(node, ast.Attribute) and not _is_class(node.attr):
            node = node.value
    name = (
        ast.unparse(node).rsplit(".", 1)[-1] if isinstance(node, ast.Name | ast.Attribute) else ""
    )
    return name if _is_class(name) else ""


def _is_class(name: str) -> bool:
    return name.lstrip("_")[:1].isupper()


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
