"""What tests did to objects after making them, written as functions that do it again."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from .naming import Name
from .protocol import Call, CallKind, Value
from .values import encode_briefly

MAX_STEPS = 6
"""An object that was changed more often is not written any more."""
MAX_LOOKS = 3000
"""So often objects are looked at before and after a call: it takes time."""
_READING = re.compile(r"__(?!setitem|delitem|setattr|i[a-z]+__)\w+__$")
_IN_PLACE = {
    "__iadd__": "+=",
    "__isub__": "-=",
    "__ior__": "|=",
    "__iand__": "&=",
    "__ixor__": "^=",
}


@dataclass
class _History:
    kind: str
    steps: list[str] = field(default_factory=list)
    imports: dict[str, None] = field(default_factory=dict)


@dataclass
class _Running:
    """A call of an object's method that has not returned."""

    made: int
    owner: object
    before: Value
    step: Call | None


class Histories:
    """Follows objects by ``id``; ``forget`` is told of those that cannot be made again."""

    def __init__(self, forget: Callable[[int], object]) -> None:
        self._forget = forget
        self._histories: dict[int, _History] = {}
        self._running: dict[int, _Running] = {}
        self._looks = 0

    def enter(self, frame: int, owner: object, name: str, step: Call | None) -> None:
        """Take note of a call of ``owner``'s method ``name`` that a test makes."""
        if _READING.match(name) or self._looks >= MAX_LOOKS:
            return
        self._looks += 1
        self._running[frame] = _Running(id(owner), owner, encode_briefly(owner), step)

    def leave(self, frame: int) -> None:
        """Keep the call that ended if it changed its object."""
        ended = self._running.pop(frame, None)
        if ended is None or encode_briefly(ended.owner) == ended.before:
            return
        known = self._histories.setdefault(ended.made, _History(type(ended.owner).__name__))
        text = None if ended.step is None else _statement(ended.step)
        if text is None or ended.step is None or len(known.steps) >= MAX_STEPS:
            self._forget(ended.made)
            return
        known.steps.append(text)
        known.imports.update(dict.fromkeys(ended.step.imports))

    def rebuilt(self, made: int, name: Name) -> Name:
        """Return what makes an object as it is now, given what made it first."""
        history = self._histories.get(made)
        if history is None or not history.steps:
            return name
        variable = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", history.kind).lower().strip("_")
        steps = [f"{variable} = {name.expression}", *history.steps, f"return {variable}"]
        lines = [f"    {step.replace(_OWNER, variable)}" for step in steps]
        definition = "\n".join([f"def make_{variable}():", *lines])
        imports = dict.fromkeys([*name.imports, *history.imports, definition])
        return Name(f"make_{variable}()", tuple(imports))


_OWNER = "\0"


def _statement(call: Call) -> str | None:
    arguments = ", ".join([*call.args, *(f"{key}={value}" for key, value in call.kwargs)])
    if call.kind is not CallKind.METHOD:
        return None
    match call.name, call.args:
        case "__setitem__", (key, value):
            return f"{_OWNER}[{key}] = {value}"
        case "__delitem__", (key,):
            return f"del {_OWNER}[{key}]"
        case name, (other,) if name in _IN_PLACE:
            return f"{_OWNER} {_IN_PLACE[name]} {other}"
    return None if call.name.startswith("__") else f"{_OWNER}.{call.name}({arguments})"
