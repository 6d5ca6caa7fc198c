"""Calls, and what comes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

INPUTS_MODULE = "__regoose__"
"""The module that what calls define belongs to, while they are made."""


class CallKind(str, Enum):
    """How a call is written: ``f(x)``, ``r.m(x)``, or ``r.p`` for a property."""

    FUNCTION = "function"
    METHOD = "method"
    PROPERTY = "property"


@dataclass(frozen=True)
class Call:
    """One call, every part of it Python source that can be pasted into a test.

    ``name`` is an expression naming the callable (``slugify``, ``URL.build``), or for a method
    or property the attribute's name alone; ``imports`` are import statements its parts need, and
    definitions of classes and functions that only existing tests have.
    """

    kind: CallKind
    name: str
    receiver: str | None = None
    args: tuple[str, ...] = ()
    kwargs: tuple[tuple[str, str], ...] = ()
    imports: tuple[str, ...] = ()


class OutcomeKind(str, Enum):
    """``unbuildable``: an argument or the receiver could not be made, the call never happened."""

    RETURNED = "returned"
    RAISED = "raised"
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    UNBUILDABLE = "unbuildable"


@dataclass(frozen=True)
class Value:
    """A value as seen from outside its process.

    ``type`` is its type's qualified name. ``source`` is Python source that builds an equal
    value, when there is some within the size limit (``imports`` it needs beside it). Otherwise
    ``parts`` maps projections, templates with one ``{}`` (``{}.path``, ``{}[0]``, ``str({})``),
    to the values they give.
    """

    type: str
    source: str | None = None
    imports: tuple[str, ...] = ()
    parts: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Raised:
    """An exception; ``deliberate`` when a ``raise`` statement of the reviewed tree made it.

    ``imports`` and ``name`` say how a test names its type.
    """

    type: str
    message: str
    name: str
    imports: tuple[str, ...] = ()
    deliberate: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came of one call: its result or exception, changed arguments, and written output.

    ``awaited`` and ``iterated`` say that ``value`` is what awaiting the result gave, or a list
    of the first items it yielded; ``entered`` that it is what ``with`` gave, for a function with
    ``@contextmanager``. ``changed_arguments`` maps a position (``"0"``), a keyword or
    ``"self"`` to the argument's value after the call, for those that the call changed.
    ``warned`` are the categories of warnings that the call gave, as builtins are named, or empty
    for others; two outcomes are the same without them.
    """

    kind: OutcomeKind
    value: Value | None = None
    raised: Raised | None = None
    awaited: bool = False
    iterated: bool = False
    entered: bool = False
    changed_arguments: Mapping[str, Value] = field(default_factory=dict)
    stdout: str = ""
    detail: str = ""
    warned: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Reach:
    """Lines of watched functions a call reached, and its (from, to) line pairs, by path."""

    lines: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    arcs: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
