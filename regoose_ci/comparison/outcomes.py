"""Outcomes in words: ``returns 'a-b'``, ``raises ValueError: …``, ``does not finish in 2 s``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from regoose_ci.comparison.differences import Difference, DifferenceKind, difference
from regoose_ci.comparison.source import fill, last_name
from regoose_ci.comparison.values import salience
from regoose_ci.domain.observations import Outcome, OutcomeKind, Raised, Value
from regoose_ci.guest.protocol import EvaluateJob

MAX_WIDTH = 120
"""Longest value or message in a description, in characters."""
_CONTEXT = 30
"""How much is kept before the place where two long values part."""


def describe(outcome: Outcome, parameters: Sequence[str] = ()) -> str:
    """What came of a call, in a few words; ``parameters`` name the positional arguments."""
    if outcome.raised is not None:
        return f"raises {shorten(_one_line(outcome.raised))}"
    match outcome.kind:
        case OutcomeKind.RETURNED | OutcomeKind.RAISED:
            return _returned(outcome, parameters, _phrase(outcome.value))
        case OutcomeKind.TIMEOUT:
            return f"does not finish in {outcome.detail or f'{EvaluateJob.call_timeout:g}'} s"
        case OutcomeKind.CRASHED:
            return "crashes the interpreter"
        case OutcomeKind.UNBUILDABLE:
            return "cannot be called with these arguments"


def describe_pair(base: Outcome, head: Outcome, parameters: Sequence[str] = ()) -> tuple[str, str]:
    """Both outcomes in words, each shortened so that their difference stays in sight."""
    found = difference(base, head)
    if found is None:
        return describe(base, parameters), describe(head, parameters)
    if found.kind is DifferenceKind.RESULT and base.value is not None and head.value is not None:
        ours, theirs = _result_phrases(base.value, head.value, found)
        return f"returns {ours}", f"returns {theirs}"
    if found.kind is DifferenceKind.STDOUT:
        ours, theirs = _around_difference(repr(base.stdout), repr(head.stdout))
        return f"prints {ours}", f"prints {theirs}"
    if found.kind is DifferenceKind.ARGUMENT:
        return _argument_phrases(found, parameters)
    if found.kind is DifferenceKind.EXCEPTION_MESSAGE and base.raised and head.raised:
        ours, theirs = _around_difference(_one_line(base.raised), _one_line(head.raised))
        return f"raises {ours}", f"raises {theirs}"
    return describe(base, parameters), describe(head, parameters)


def shorten(text: str, width: int = MAX_WIDTH) -> str:
    """``text`` cut to ``width`` characters, the cut marked with an ellipsis."""
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def argument_name(key: str, parameters: Sequence[str]) -> str:
    """What to call a changed argument: its parameter's name where that is known."""
    if key.isdigit():
        index = int(key)
        return parameters[index].lstrip("*") if index < len(parameters) else str(index + 1)
    return key


def _returned(outcome: Outcome, parameters: Sequence[str], value: str) -> str:
    effects = [
        f"changes {_argument(key, parameters)} to {_phrase(changed)}"
        for key, changed in sorted(outcome.changed_arguments.items())
    ]
    if outcome.stdout:
        effects.append(f"prints {shorten(repr(outcome.stdout))}")
    if effects and value == "None":
        return " and ".join(effects)
    return " and ".join([f"returns {value}", *effects])


def _argument(key: str, parameters: Sequence[str]) -> str:
    return "the object" if key == "self" else f"argument {argument_name(key, parameters)}"


def _phrase(value: Value | None) -> str:
    if value is None:
        return "None"
    if value.source is not None:
        return shorten(value.source)
    told = [(path, part) for path, part in value.parts.items() if part.source is not None]
    if not told:
        return _a(value.type)
    path, part = min(told, key=lambda item: (not item[0].startswith("str("), salience(item[0])))
    return shorten(_whole_and_part(value, path, part.source or ""))


def _whole_and_part(whole: Value, path: str, part: str) -> str:
    """``a URL whose path is '/x'``."""
    known = {
        "str({})": f"that reads {part}",
        "repr({})": f"shown as {part}",
        "list({})": f"of {part}",
        "len({})": f"of length {part}",
    }
    if path in known:
        return f"{_a(whole.type)} {known[path]}"
    if attribute := re.fullmatch(r"\{\}\.([\w.\[\]'\"]+)", path):
        return f"{_a(whole.type)} whose {attribute[1]} is {part}"
    if item := re.fullmatch(r"\{\}\[([^\[\]]+)\]", path):
        return f"{_a(whole.type)} whose item {item[1]} is {part}"
    return f"{_a(whole.type)} where {fill(path, 'result')} is {part}"


def _a(type_name: str) -> str:
    name = last_name(type_name)
    return f"{'an' if name[:1].lower() in 'aeio' else 'a'} {name}"


def _one_line(raised: Raised) -> str:
    message = " ".join(raised.message.split())
    return f"{last_name(raised.type)}: {message}" if message else last_name(raised.type)


def _result_phrases(base: Value, head: Value, found: Difference) -> tuple[str, str]:
    part, other = found.base_part, found.head_part
    if base.source is not None and head.source is not None:
        if base.source == head.source and found.path == "{}":
            types = last_name(base.type), last_name(head.type)
            return f"{base.source} ({types[0]})", f"{head.source} ({types[1]})"
        is_short = max(len(base.source), len(head.source)) <= MAX_WIDTH
        if base.source != head.source and (is_short or found.path == "{}"):
            return _around_difference(base.source, head.source)
    if found.path == "{}" or part is None or other is None:
        return _phrase(base), _phrase(head)
    if part.source is None or other.source is None:
        return _phrase(base), _phrase(head)
    ours, theirs = _around_difference(part.source, other.source)
    return _whole_and_part(base, found.path, ours), _whole_and_part(head, found.path, theirs)


def _argument_phrases(found: Difference, parameters: Sequence[str]) -> tuple[str, str]:
    key = found.argument or ""
    name = _argument(key, parameters)
    base, head = found.base.changed_arguments.get(key), found.head.changed_arguments.get(key)
    if base is not None and head is not None:
        ours, theirs = _result_phrases(base, head, found)
        return f"changes {name} to {ours}", f"changes {name} to {theirs}"
    unchanged = f"leaves {name} as it was"
    return (
        unchanged if base is None else f"changes {name} to {_phrase(base)}",
        unchanged if head is None else f"changes {name} to {_phrase(head)}",
    )


def _around_difference(base: str, head: str) -> tuple[str, str]:
    """Both texts cut to a window around the first place where they part."""
    if max(len(base), len(head)) <= MAX_WIDTH:
        return base, head
    start = max(0, _common_length(base, head) - _CONTEXT)
    return _window(base, start), _window(head, start)


def _common_length(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))


def _window(text: str, start: int) -> str:
    if start <= 2:
        return _closed(shorten(text), text)
    return _closed(f"{text[0]}…{shorten(text[start:], MAX_WIDTH - 3)}", text)


def _closed(cut: str, text: str) -> str:
    """Give a cut literal its closing quote or bracket back."""
    return cut + text[-1] if cut.endswith("…") and text[-1] in "'\")]}" else cut
