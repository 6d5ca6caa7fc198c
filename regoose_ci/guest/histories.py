"""What tests did to objects after making them, written as recipes that do it again."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from .naming import Name
from .protocol import IT, Call, CallKind, recipe
from .states import state_of

MAX_STEPS = 6
"""An object that was changed more often is not written any more."""
MAX_LOOKS = 3000
"""So often objects are looked at before and after a call: it takes time."""
_READING = re.compile(r"__(?!setitem|delitem|setattr|i[a-z]+__)\w+__$")


@dataclass
class _History:
    steps: list[str] = field(default_factory=list)
    imports: dict[str, None] = field(default_factory=dict)


@dataclass
class _Running:
    """A call of an object's method that has not returned."""

    made: int
    owner: object
    before: object
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
        self._running[frame] = _Running(id(owner), owner, state_of(owner), step)

    def leave(self, frame: int) -> None:
        """Keep the call that ended if it changed its object."""
        ended = self._running.pop(frame, None)
        if ended is None or state_of(ended.owner) == ended.before:
            return
        known = self._histories.setdefault(ended.made, _History())
        text = None if ended.step is None else _step(ended.step)
        if text is None or ended.step is None or len(known.steps) >= MAX_STEPS:
            self._forget(ended.made)
            return
        known.steps.append(text)
        known.imports.update(dict.fromkeys(ended.step.imports))

    def rebuilt(self, made: int, name: Name) -> Name:
        """Return what makes an object as it is now, given what made it first."""
        history = self._histories.get(made)
        if history is None:
            return name
        imports = dict.fromkeys([*name.imports, *history.imports])
        return Name(recipe(name.expression, history.steps), tuple(imports))


def _step(call: Call) -> str | None:
    if call.kind is not CallKind.METHOD:
        return None
    arguments = ", ".join([*call.args, *(f"{key}={value}" for key, value in call.kwargs)])
    return f"{IT}.{call.name}({arguments})"
