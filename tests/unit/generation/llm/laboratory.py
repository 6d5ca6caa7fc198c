"""A laboratory in this process: two Python sources of one function, and calls made on both."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from types import FrameType

from regoose_ci.analysis.mutants import make_mutants
from regoose_ci.comparison.calls import render_call
from regoose_ci.domain.changes import ChangedFunction, ChangeKind, FunctionKind, FunctionSource
from regoose_ci.domain.observations import (
    Call,
    Observation,
    Origin,
    Outcome,
    OutcomeKind,
    Raised,
    Reach,
    Value,
)
from regoose_ci.domain.revisions import Revision

PATH = "src/pkg/text.py"
Tracer = Callable[[FrameType, str, object], object]


def changed_function(
    base: str, head: str, changed: Sequence[int], name: str = "slugify"
) -> ChangedFunction:
    """A modified function that stands at the top of ``pkg.text`` on both revisions."""
    arguments = ast.parse(head).body[0]
    assert isinstance(arguments, ast.FunctionDef)
    return ChangedFunction(
        ChangeKind.MODIFIED,
        FunctionKind.FUNCTION,
        _source(base, (), name),
        _source(head, changed, name),
        parameters=tuple(a.arg for a in arguments.args.args),
    )


def _source(text: str, changed: Sequence[int], name: str) -> FunctionSource:
    length = len(text.splitlines())
    return FunctionSource(PATH, "pkg.text", name, 1, length, text, frozenset(changed))


@dataclass
class Laboratory:
    """Observes calls of a function; ``asked`` are the calls it was asked to make."""

    asked: list[Call] = field(default_factory=list)

    async def __call__(
        self, function: ChangedFunction, calls: Sequence[Call], killed: frozenset[str]
    ) -> Sequence[Observation]:
        self.asked += calls
        seen = [observe(function, call) for call in calls]
        return [replace(observation, kills=observation.kills - killed) for observation in seen]


def observe(function: ChangedFunction, call: Call, origin: Origin = Origin.TYPES) -> Observation:
    """Make a call on base and head, and on head with every mutant."""
    assert function.base is not None
    assert function.head is not None
    base, _ = _run(function.base.source, call)
    head, lines = _run(function.head.source, call)
    kills = [m.id for m in make_mutants(function.head) if _run(m.source, call)[0] != head]
    arcs = tuple(zip(lines, [*lines[1:], -1], strict=True))
    reach = Reach({PATH: tuple(dict.fromkeys(lines))}, {PATH: arcs})
    outcomes = {Revision.BASE: base, Revision.HEAD: head}
    return Observation(
        function.id, call, origin, outcomes, {Revision.HEAD: reach}, kills=frozenset(kills)
    )


def _run(source: str, call: Call) -> tuple[Outcome, list[int]]:
    space: dict[str, object] = {}
    lines: list[int] = []
    exec(compile(source, PATH, "exec"), space)  # noqa: S102 - the test's own source

    def trace(frame: FrameType, event: str, argument: object) -> Tracer | None:
        if frame.f_code.co_filename != PATH:
            return None
        if event == "line":
            lines.append(frame.f_lineno)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        result = eval(render_call(call), space)  # noqa: S307 - screened, of the test's own
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the outcome
        name = type(error).__name__
        made = Raised(f"builtins.{name}", str(error), name, deliberate=True)
        return Outcome(OutcomeKind.RAISED, raised=made), lines
    finally:
        sys.settrace(before)
    return Outcome(OutcomeKind.RETURNED, Value(type(result).__name__, repr(result))), lines
