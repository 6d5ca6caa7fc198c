"""Small builders of calls, outcomes and observations, as a guest would report them."""

from __future__ import annotations

import itertools

from regoose_ci.domain.changes import ChangedFunction, ChangeKind, FunctionKind, FunctionSource
from regoose_ci.domain.observations import (
    Call,
    CallKind,
    Observation,
    Origin,
    Outcome,
    OutcomeKind,
    Raised,
    Reach,
    Value,
)
from regoose_ci.domain.revisions import Revision


def call(name: str, *args: str, imports: tuple[str, ...] = (), **kwargs: str) -> Call:
    return Call(CallKind.FUNCTION, name, None, args, tuple(kwargs.items()), imports)


def method(
    receiver: str, name: str, *args: str, imports: tuple[str, ...] = (), **kwargs: str
) -> Call:
    return Call(CallKind.METHOD, name, receiver, args, tuple(kwargs.items()), imports)


def prop(receiver: str, name: str, imports: tuple[str, ...] = ()) -> Call:
    return Call(CallKind.PROPERTY, name, receiver, imports=imports)


def value(example: object) -> Value:
    return Value(type=type(example).__name__, source=repr(example))


def opaque(type_name: str, **parts: Value) -> Value:
    return Value(type=type_name, parts=parts)


def returned(example: object, *, stdout: str = "", **changed: object) -> Outcome:
    return Outcome(
        OutcomeKind.RETURNED,
        example if isinstance(example, Value) else value(example),
        changed_arguments={key.lstrip("_"): value(after) for key, after in changed.items()},
        stdout=stdout,
    )


def raised(name: str, message: str = "", *, deliberate: bool = True) -> Outcome:
    return Outcome(
        OutcomeKind.RAISED,
        raised=Raised(f"builtins.{name}", message, name, deliberate=deliberate),
    )


TIMEOUT = Outcome(OutcomeKind.TIMEOUT)
CRASHED = Outcome(OutcomeKind.CRASHED)


def observation(
    made: Call,
    base: Outcome | None,
    head: Outcome | None,
    *,
    origin: Origin = Origin.CARVED,
    lines: tuple[int, ...] = (),
    stable: bool = True,
    function_id: str = "src/pkg/text.py::slugify",
) -> Observation:
    path = function_id.partition("::")[0]
    outcomes = {Revision.BASE: base, Revision.HEAD: head}
    arcs = tuple(itertools.pairwise(lines))
    return Observation(
        function_id,
        made,
        origin,
        {revision: outcome for revision, outcome in outcomes.items() if outcome is not None},
        {Revision.HEAD: Reach({path: lines}, {path: arcs})},
        stable,
    )


def function(
    qualname: str = "slugify",
    *parameters: str,
    path: str = "src/pkg/text.py",
    module: str = "pkg.text",
) -> ChangedFunction:
    source = FunctionSource(path, module, qualname, 1, 40, "def f(): ...")
    return ChangedFunction(
        ChangeKind.MODIFIED, FunctionKind.FUNCTION, source, source, parameters=parameters
    )
