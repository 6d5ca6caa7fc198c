"""The warnings that code gives, which some projects' tests turn into errors."""

from __future__ import annotations

import builtins
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_OF_THE_COLLECTOR = "ResourceWarning"
"""Given when the garbage collector comes by, not by the code that runs then."""


@contextmanager
def warnings_heard() -> Iterator[dict[str, None]]:
    """Collect the categories of warnings given during a ``with`` statement, instead of showing.

    They are names of builtins, or empty for categories of other modules. What is an error by the
    code's own filters stays one.
    """
    heard: dict[str, None] = {}
    with warnings.catch_warnings(record=True) as given:
        heeded = [k if k[0] == "error" else ("always", *k[1:]) for k in warnings.filters]
        warnings.filters[:] = heeded  # type: ignore[index]
        warnings.simplefilter("always", append=True)
        yield heard
        heard.update({_name_of(warning.category): None for warning in given or ()})
    heard.pop(_OF_THE_COLLECTOR, None)


def _name_of(category: type[Warning]) -> str:
    name = category.__name__
    return name if getattr(builtins, name, None) is category else ""
