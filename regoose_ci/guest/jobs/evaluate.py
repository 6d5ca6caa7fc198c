"""Job ``evaluate``: make calls, one after the other, and tell what came of each."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import io
import itertools
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, CoroutineType

from ..deadline import CallTimeoutError, deadline
from ..exceptions import brief, describe_exception
from ..namespace import Namespace
from ..protocol import (
    REPOSITORY,
    Call,
    CallKind,
    Evaluated,
    EvaluateJob,
    Outcome,
    OutcomeKind,
    Value,
)
from ..protocol.recipes import IT, TMP_PATH
from ..tracing import Tracer
from ..values import encode, encode_briefly, endless, may_change
from ..warned import warnings_heard

MAX_ITEMS = 50
MAX_STDOUT = 4000
IMPORT_SECONDS = 8.0
"""How long the imports of a call may take, which are made once."""


class _Arguments:
    """Evaluated parts of a call, and what they looked like before it."""

    def __init__(self, receiver: object, args: list[object], kwargs: dict[str, object]) -> None:
        self.receiver = receiver
        self.args = args
        self.kwargs = kwargs
        self._before = self._snapshot()

    def _snapshot(self) -> dict[str, Value]:
        named: dict[str, object] = {str(i): a for i, a in enumerate(self.args)}
        named.update(self.kwargs)
        seen = {k: encode_briefly(v) for k, v in named.items() if may_change(v)}
        if self.receiver is not None and not isinstance(self.receiver, type):
            seen["self"] = encode_briefly(self.receiver)
        return seen

    def changed(self) -> Mapping[str, Value]:
        """Return the arguments that look different now."""
        return {k: v for k, v in self._snapshot().items() if self._before.get(k) != v}


@dataclass
class _Result:
    """What a call gave, and how it was got: known also when getting it raises."""

    returned: object = None
    awaited: bool = False
    iterated: bool = False
    entered: bool = False

    def take(self, returned: object) -> None:
        """Await, iterate or enter what a call returned, if it is of that kind."""
        kind = type(returned)  # never ``isinstance``: it asks the object, which may raise
        if issubclass(kind, CoroutineType):
            assert isinstance(returned, CoroutineType)
            self.awaited = True
            self.returned = asyncio.run(returned)
        elif hasattr(kind, "__anext__"):
            self.awaited = self.iterated = True
            self.returned = asyncio.run(_collect(returned))
        elif hasattr(kind, "__next__") and not issubclass(kind, io.IOBase):
            self.iterated = True
            self.returned = list(itertools.islice(returned, MAX_ITEMS + 1))  # type: ignore[call-overload]
        elif issubclass(kind, contextlib._GeneratorContextManager):
            assert isinstance(returned, contextlib._GeneratorContextManager)
            self.entered = True
            with returned as self.returned:
                pass
        else:
            self.returned = returned

    def encoded(self) -> Value:
        """Encode the value. Of an iterator with too many items, only the first can be told."""
        items = self.returned
        if not self.iterated or not isinstance(items, list) or len(items) <= MAX_ITEMS:
            return encode(items)
        value = endless(items) if not self.awaited else Value("async_generator")
        self.awaited = self.iterated = False
        return value


class Evaluator:
    """Makes calls in one process; keeps compiled source and executed imports."""

    def __init__(self, job: EvaluateJob, root: str = REPOSITORY) -> None:
        self._job = job
        self._inside = f"{root}/"
        self._tracer = Tracer(job.watch, root)
        self._namespace = Namespace()
        self._process = os.getpid()
        self._code: dict[str, CodeType] = {}

    def run(self) -> Iterator[Evaluated]:
        """Yield one result for each call, in order, until the job's time is over."""
        end = time.monotonic() + self._job.seconds
        for index, call in enumerate(self._job.calls):
            if index and time.monotonic() > end:
                return
            outcome = self.outcome(call)
            yield Evaluated(index, outcome, self._tracer.take())

    def outcome(self, call: Call) -> Outcome:
        """Make one call, within the job's time-out for it."""
        problem = self._import(call)
        if problem:
            return Outcome(OutcomeKind.UNBUILDABLE, detail=problem)
        stdout = _CappedText()
        try:
            hearing = warnings_heard()
            with deadline(self._job.call_timeout), redirect_stdout(stdout), hearing as warned:
                outcome = self._attempt(call)
        except CallTimeoutError:
            return Outcome(OutcomeKind.TIMEOUT, detail=f"{self._job.call_timeout:g}")
        return dataclasses.replace(outcome, stdout=stdout.getvalue(), warned=tuple(warned))

    def _import(self, call: Call) -> str:
        """Make what a call imports known; return why that fails, if it does."""
        missing = [s for s in call.imports if not self._namespace.has(s)]
        try:
            with deadline(IMPORT_SECONDS), redirect_stdout(_CappedText()):
                for statement in missing:
                    self._namespace.provide(statement)
        except CallTimeoutError:
            return "an import does not finish"
        except BaseException as error:  # noqa: BLE001 - importing runs reviewed code
            return brief(error)
        return ""

    def _attempt(self, call: Call) -> Outcome:
        try:
            function, arguments = self._build(call)
        except CallTimeoutError:
            raise
        except BaseException as error:  # noqa: BLE001 - building runs reviewed code
            return Outcome(OutcomeKind.UNBUILDABLE, detail=brief(error))
        result, raised = _Result(), None
        try:
            with self._tracer.tracing():
                result.take(_invoke(function, call, arguments))
        except CallTimeoutError:
            raise
        except BaseException as error:  # noqa: BLE001 - what a call raises is its outcome
            raised = describe_exception(error, self._inside)
        finally:
            self._leave_if_forked()
        value = result.encoded() if raised is None else None
        return Outcome(
            OutcomeKind.RAISED if value is None else OutcomeKind.RETURNED,
            value=value,
            raised=raised,
            awaited=result.awaited,
            iterated=result.iterated,
            entered=result.entered,
            changed_arguments=arguments.changed(),
        )

    def _leave_if_forked(self) -> None:
        """End a process that a call forked and let return: it must not answer for this one."""
        if os.getpid() != self._process:
            os._exit(0)

    def _build(self, call: Call) -> tuple[object, _Arguments]:
        self._namespace.names.pop(IT, None)
        sources = (call.receiver or "", *call.args, *dict(call.kwargs).values())
        if any(TMP_PATH in source for source in sources):
            self._namespace.names[TMP_PATH] = _empty_directory()
        receiver = None if call.receiver is None else self._eval(call.receiver)
        function = self._eval(call.name) if receiver is None and call.receiver is None else None
        args = [self._eval(source) for source in call.args]
        kwargs = {name: self._eval(source) for name, source in call.kwargs}
        return function, _Arguments(receiver, args, kwargs)

    def _eval(self, source: str) -> object:
        code = self._code.get(source)
        if code is None:
            code = self._code[source] = compile(source, "<input>", "eval")
        return eval(code, self._namespace.names)  # noqa: S307 - inside the sandbox


def _empty_directory() -> Path:
    """Make the directory that ``tmp_path`` names: at the same place for every call."""
    path = Path(tempfile.gettempdir()) / TMP_PATH
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir()
    return path


def evaluate(job: EvaluateJob, root: str = REPOSITORY) -> Iterator[Evaluated]:
    """Make the job's calls in this process; the reviewed tree stands at ``root``."""
    return Evaluator(job, root).run()


def _invoke(function: object, call: Call, arguments: _Arguments) -> object:
    if call.kind is CallKind.PROPERTY:
        return getattr(arguments.receiver, call.name)
    if call.kind is CallKind.METHOD:
        function = _bound(arguments.receiver, call.name)
    assert callable(function)
    return function(*arguments.args, **arguments.kwargs)


_OPERATORS: dict[str, Callable[..., object]] = {
    "__eq__": lambda a, b: a == b,
    "__ne__": lambda a, b: a != b,
    "__lt__": lambda a, b: a < b,
    "__le__": lambda a, b: a <= b,
    "__gt__": lambda a, b: a > b,
    "__ge__": lambda a, b: a >= b,
    "__contains__": lambda a, b: b in a,
    "__iter__": iter,
    "__hash__": lambda a: isinstance(hash(a), int),
}
"""Operators that a test writes as such, so that reflection and fall-backs behave as there."""


def _bound(receiver: object, name: str) -> object:
    operator = _OPERATORS.get(name)
    if operator is None:
        return getattr(receiver, name)
    return lambda *args: operator(receiver, *args)


async def _collect(iterator: object) -> list[object]:
    items: list[object] = []
    async for item in iterator:  # type: ignore[attr-defined]
        items.append(item)
        if len(items) > MAX_ITEMS:
            break
    return items


class _CappedText(io.StringIO):
    """Text output that keeps its beginning and forgets the rest."""

    def write(self, text: str) -> int:
        room = MAX_STDOUT - self.tell()
        if room > 0:
            super().write(text[:room])
        return len(text)
