"""Objects that are known to be made somewhere, by the name of their class."""

from __future__ import annotations

from regoose_ci.guest.protocol import TypeForm
from regoose_ci.inputs.standard import Written

MAX_KNOWN = 40
"""Objects of one class that are remembered."""


class KnownObjects:
    """What existing tests and other calls made: often better than what a constructor suggests."""

    def __init__(self) -> None:
        self._known: dict[str, dict[Written, None]] = {}

    def add(self, class_name: str, made: Written) -> None:
        """Remember an object of a class; where that stands does not count."""
        known = self._known.setdefault(_last(class_name), {})
        if len(known) < MAX_KNOWN:
            known.setdefault(made)

    def of(self, form: TypeForm) -> tuple[Written, ...]:
        """Return the objects of a class or, of a union, of its classes, in the order met."""
        if form.kind == "union":
            return tuple(dict.fromkeys(made for part in form.args for made in self.of(part)))
        return tuple(self._known.get(_last(form.name), ())) if form.kind == "class" else ()


def _last(class_name: str) -> str:
    return class_name.rpartition(".")[2]
