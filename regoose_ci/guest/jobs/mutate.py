"""Job ``mutate``: switch faults into a loaded function and see which calls notice.

A fault is switched in by giving the function another code object, which takes microseconds and
needs no file, import or fork.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import itertools
import time
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType

from ..protocol import (
    REPOSITORY,
    EvaluateJob,
    Mutated,
    MutateJob,
    Outcome,
    OutcomeKind,
    Target,
)
from ..resolve import ResolveError, resolve
from .evaluate import Evaluator


def mutate(job: MutateJob, root: str = REPOSITORY) -> Iterator[Mutated]:
    """Yield one result for each fault that was tried, in order."""
    time_is_over = _timer(job)
    function = find_function(job.target, root)
    if function is None:
        return
    evaluator = Evaluator(EvaluateJob(job.calls, (), job.call_timeout, job.seconds), root)
    expected = [_seen(evaluator.outcome(call)) for call in job.calls]
    again = [_seen(evaluator.outcome(call)) for call in job.calls]
    steady = [n for n, seen in enumerate(expected) if seen == again[n]]
    for fault in job.faults:
        if time_is_over():
            return
        faulty = build_fault(fault.source, job.target, function)
        if faulty is None or is_same_function(faulty, function):
            yield Mutated(fault.id, equivalent=True)
            continue
        with _in_place(function, faulty):
            found = _killers(evaluator, job, expected, steady, time_is_over)
            killers = list(itertools.islice(found, job.max_killers))
        yield Mutated(fault.id, tuple(killers))


@contextlib.contextmanager
def _in_place(function: FunctionType, faulty: FunctionType) -> Iterator[None]:
    """Let ``function`` do what ``faulty`` does; every reference to it stays what it is."""
    whole = (function.__code__, function.__defaults__, function.__kwdefaults__)
    function.__code__ = faulty.__code__
    function.__defaults__, function.__kwdefaults__ = faulty.__defaults__, faulty.__kwdefaults__
    try:
        yield
    finally:
        function.__code__, function.__defaults__, function.__kwdefaults__ = whole


def find_function(target: Target, root: str) -> FunctionType | None:
    """Return the plain function under decorators and descriptors, if it is the target's."""
    try:
        found: object = resolve(target, root).function
    except ResolveError:
        return None
    if isinstance(found, type):
        found = vars(found).get(target.qualname.rpartition(".")[2])
    found = getattr(found, "__func__", found)
    found = inspect.unwrap(found) if callable(found) else found
    if not isinstance(found, FunctionType):
        return None
    code = found.__code__
    inside = target.first_line <= code.co_firstlineno <= target.last_line
    return found if inside and code.co_filename == f"{root}/{target.path}" else None


def build_fault(source: str, target: Target, whole: FunctionType) -> FunctionType | None:
    """Make a function of a mutant's text, as it stands in its class but without decorators.

    ``None`` when that fails, or when it does not fit the place of ``whole``.
    """
    *owners, name = target.qualname.split(".")
    try:
        tree = ast.parse(source)
        definition = tree.body[0]
        if not isinstance(definition, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return None
        definition.decorator_list = []
        definition.returns = None
        for owner in reversed(owners):
            tree.body = [ast.parse(f"class {owner}:\n    pass").body[0]]
            tree.body[0].body = [definition]  # type: ignore[attr-defined]
            definition = tree.body[0]
        code = compile(ast.fix_missing_locations(tree), whole.__code__.co_filename, "exec")
        namespace = dict(whole.__globals__)
        exec(code, namespace)  # noqa: S102 - inside the sandbox
        found: object = namespace[(*owners, name)[0]]
        for part in (*owners, name)[1:]:
            found = vars(found)[part]
    except Exception:  # noqa: BLE001 - defaults of reviewed code are evaluated
        return None
    if not isinstance(found, FunctionType):
        return None
    return found if found.__code__.co_freevars == whole.__code__.co_freevars else None


def is_same_function(one: FunctionType, other: FunctionType) -> bool:
    """Tell whether two functions do the same, lines and names of files aside."""
    try:
        same = (one.__defaults__, one.__kwdefaults__) == (other.__defaults__, other.__kwdefaults__)
    except Exception:  # noqa: BLE001 - defaults of reviewed code are compared
        same = True
    return bool(same) and is_same_code(one.__code__, other.__code__)


def is_same_code(one: CodeType, other: CodeType) -> bool:
    """Tell whether two code objects do the same, lines and names of files aside."""
    if one.co_code != other.co_code or one.co_names != other.co_names:
        return False
    if len(one.co_consts) != len(other.co_consts):
        return False
    return all(_is_same_constant(a, b) for a, b in zip(one.co_consts, other.co_consts))  # noqa: B905


def _is_same_constant(one: object, other: object) -> bool:
    if isinstance(one, CodeType) and isinstance(other, CodeType):
        return is_same_code(one, other)
    return type(one) is type(other) and one == other


def _timer(job: MutateJob) -> Callable[[], bool]:
    """Return what tells whether the job's time is over; on a busy machine, by processor time."""
    cpu_end, end = time.process_time() + job.seconds, time.monotonic() + job.longest
    return lambda: time.process_time() > cpu_end or time.monotonic() > end


def _killers(
    evaluator: Evaluator,
    job: MutateJob,
    expected: list[object],
    steady: list[int],
    time_is_over: Callable[[], bool],
) -> Iterator[int]:
    """Yield calls that come out differently; a fault that hangs two of them is left alone."""
    hung = 0
    for index in steady:
        if hung >= 2 or time_is_over():
            return
        outcome = evaluator.outcome(job.calls[index])
        hung += outcome.kind is OutcomeKind.TIMEOUT
        if _seen(outcome) != expected[index]:
            yield index


def _seen(outcome: Outcome) -> object:
    """What a test could assert of an outcome: not the wording of an accidental exception."""
    raised = outcome.raised.type if outcome.raised is not None else None
    return (outcome.kind, outcome.value, raised, outcome.changed_arguments, outcome.stdout)
