"""Guests and sandboxes of the execution room's protocols, without a container."""

# ruff: noqa: ARG002 - what a protocol hands over need not be of use to a fake

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from regoose_ci.domain.report import SandboxInfo
from regoose_ci.domain.revisions import Revision
from regoose_ci.execution.pairs import GuestPair, PairFactory
from regoose_ci.guest.protocol import (
    Call,
    Described,
    DescribeJob,
    Evaluated,
    EvaluateJob,
    GuestSetup,
    Outcome,
    OutcomeKind,
    Raised,
    Reach,
    Recorded,
    Reply,
    RunTestJob,
    RunTestsJob,
    TestRun,
    to_json,
)
from regoose_ci.guest.types_of import parameters_of
from regoose_ci.guest.values import encode
from regoose_ci.sandbox.base import Answer, Command, Guest, GuestSpec, Ran

Body = Callable[..., object]
FINE = Reply(1)
"""The end of a request that a child answered and stayed loaded after."""
OVER = Reply(1, exit_code=0)
"""The end of a request whose child of its own ended well."""


def sent(*values: object) -> tuple[object, ...]:
    """Result items as they come out of a guest: plain JSON values."""
    return tuple(json.loads(to_json(value)) for value in values)


class ScriptedGuest:
    """Gives prepared answers, one after the other; an exception is raised."""

    def __init__(self, *answers: Answer | Exception) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, object]] = []

    async def call(self, job: str, payload: object, deadline: float, worker: str = "") -> Answer:
        """See ``Guest.call``."""
        self.asked.append((job, payload))
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class FunctionGuest:
    """Makes calls of plain functions in this process, as one revision's guest would.

    Every call reaches line 2 of ``path``; ``tests`` decides what a generated test does there.
    """

    def __init__(
        self,
        functions: Mapping[str, Body],
        path: str = "shop/prices.py",
        recorded: Sequence[Recorded] = (),
        tests: Callable[[RunTestJob], TestRun] | None = None,
    ) -> None:
        self._functions = dict(functions)
        self._path = path
        self._recorded = recorded
        self._tests = tests

    async def call(self, job: str, payload: object, deadline: float, worker: str = "") -> Answer:
        """See ``Guest.call``."""
        if isinstance(payload, EvaluateJob):
            made = [Evaluated(n, *self._outcome(c)) for n, c in enumerate(payload.calls)]
            return Answer(sent(*made), FINE)
        if isinstance(payload, DescribeJob):
            return Answer(sent(*map(self._described, payload.targets)), FINE)
        if isinstance(payload, RunTestJob):
            assert self._tests is not None
            return Answer(sent(self._tests(payload)), OVER)
        if isinstance(payload, RunTestsJob):
            assert self._tests is not None
            file = (payload.file_name, payload.source)
            jobs = [RunTestJob(*file, test, payload.watch) for test in payload.tests]
            return Answer(sent(*map(self._tests, jobs)), OVER)
        return Answer(sent(*self._recorded), OVER)

    def _described(self, target: object) -> Described:
        identity, qualname = getattr(target, "id", ""), getattr(target, "qualname", "")
        function = self._functions.get(qualname)
        if function is None:
            return Described(identity, f"it has no {qualname}", is_missing=True)
        return Described(identity, name=qualname, parameters=parameters_of(function, False))

    def _outcome(self, call: Call) -> tuple[Outcome, Reach]:
        arguments = ", ".join([*call.args, *(f"{k}={v}" for k, v in call.kwargs)])
        reached = Reach({self._path: (2,)}, {self._path: ((-1, 2),)})
        try:
            value = eval(f"{call.name}({arguments})", self._functions)  # type: ignore[arg-type] # noqa: S307
        except Exception as error:  # noqa: BLE001 - what a call raises is its outcome
            name = type(error).__name__
            raised = Raised(name, str(error), name, deliberate=isinstance(error, ValueError))
            return Outcome(OutcomeKind.RAISED, raised=raised), reached
        return Outcome(OutcomeKind.RETURNED, encode(value)), reached


class FakeSandbox:
    """Hands out guests by the revision that a spec's ``python`` names; counts what is open."""

    def __init__(self, make: Callable[[Revision], Guest]) -> None:
        self._make = make
        self.started = 0
        self.open = 0

    @property
    def info(self) -> SandboxInfo:
        """See ``Sandbox.info``."""
        return SandboxInfo(engine="fake", level="rootless")

    @asynccontextmanager
    async def start(self, spec: GuestSpec) -> AsyncIterator[Guest]:
        """See ``Sandbox.start``."""
        guest = self._make(Revision(spec.python))
        self.started += 1
        self.open += 1
        try:
            yield guest
        finally:
            self.open -= 1

    async def run(self, command: Command, seconds: float, result: Path | None = None) -> Ran:
        """See ``Sandbox.run``."""
        raise NotImplementedError


def pair_of(base: Guest, head: Guest) -> GuestPair:
    """A started pair."""
    return GuestPair({Revision.BASE: base, Revision.HEAD: head})


def pairs_from(
    make: Callable[[Revision], Guest], revisions: Sequence[Revision] = tuple(Revision)
) -> tuple[PairFactory, FakeSandbox]:
    """A factory of pairs and the sandbox behind it."""
    sandbox = FakeSandbox(make)
    specs = {r: GuestSpec((), r.value, GuestSetup(())) for r in revisions}
    return PairFactory(sandbox, specs), sandbox
