"""Typed jobs on a guest: what goes in, what comes out, validated, restarted where a child died."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from regoose_ci.domain.observations import Call, Outcome, OutcomeKind
from regoose_ci.errors import GuestError
from regoose_ci.guest.protocol import (
    Described,
    DescribeJob,
    Evaluated,
    EvaluateJob,
    Made,
    Mutated,
    MutateJob,
    Recorded,
    RecordJob,
    RunTestJob,
    RunTestsJob,
    Target,
    TestRun,
)
from regoose_ci.sandbox.base import Answer, Guest

WORKER = "project"
"""The child that keeps the project loaded between describing and evaluating."""
IMPORT_TIMEOUT = 20.0
TEST_TIMEOUT = 20.0

_T = TypeVar("_T")
_DESCRIBED = TypeAdapter(Described)
_EVALUATED = TypeAdapter(Evaluated)
_MUTATED = TypeAdapter(Mutated)
_RECORDED: TypeAdapter[Recorded | Made] = TypeAdapter(Recorded | Made)
_RUN = TypeAdapter(TestRun)


@dataclasses.dataclass(frozen=True, slots=True)
class Ended:
    """How a single test's child ended, with pytest's record if there is one."""

    run: TestRun | None
    timed_out: bool
    trusted: bool
    detail: str


async def describe(guest: Guest, targets: Sequence[Target]) -> dict[str, Described]:
    """Ask how targets can be called. Those the guest did not get to have an ``error``."""
    found: dict[str, Described] = {}
    left = list(targets)
    while left:
        answer = await guest.call("describe", DescribeJob(tuple(left)), IMPORT_TIMEOUT, WORKER)
        for described in _validated(_DESCRIBED, answer):
            found[described.id] = described
        left = [t for t in left if t.id not in found]
        if left:
            culprit = left.pop(0)
            found[culprit.id] = Described(culprit.id, error=_why(answer, "importing it"))
    return found


async def evaluate(
    guest: Guest,
    calls: Sequence[Call],
    watch: tuple[Target, ...],
    call_timeout: float,
    seconds: float = 60.0,
) -> list[Evaluated]:
    """Make calls in the guest's loaded child; return results for the first of them, in order.

    A call that ends or blocks the child has the outcome ``crashed`` or ``timeout``; the calls
    after it are made in a new child. After ``seconds`` no further call is begun, so that the
    result may be shorter than ``calls``, but never empty.
    """
    found: list[Evaluated] = []
    end = time.monotonic() + seconds
    while len(found) < len(calls):
        rest = tuple(calls[len(found) :])
        left = max(0.0, end - time.monotonic())
        job = EvaluateJob(rest, watch, call_timeout, left)
        answer = await guest.call("evaluate", job, left + 2 * call_timeout + 10, WORKER)
        results = _validated(_EVALUATED, answer)
        if [r.index for r in results] != list(range(min(len(results), len(rest)))):
            raise GuestError("the sandbox answered for other calls than it was asked")
        found += [dataclasses.replace(r, index=len(found) + r.index) for r in results]
        if answer.end.error or answer.end.timed_out or answer.end.signal or answer.end.exit_code:
            found.append(Evaluated(len(found), _ended_by(answer, call_timeout)))
        elif len(results) < len(rest):
            break
        if time.monotonic() > end:
            break
    return found[: len(calls)]


def _ended_by(answer: Answer, call_timeout: float) -> Outcome:
    if answer.end.timed_out:
        return Outcome(OutcomeKind.TIMEOUT, detail=f"{call_timeout:g}")
    return Outcome(OutcomeKind.CRASHED, detail=_why(answer, "the call"))


async def record(guest: Guest, job: RecordJob) -> list[Recorded | Made]:
    """Run existing tests and return the calls that reached targets, and the objects they made.

    There are none when that fails.
    """
    answer = await guest.call("record", job, job.seconds + 10)
    return _validated(_RECORDED, answer)


async def mutate(guest: Guest, job: MutateJob) -> list[Mutated]:
    """Put faults into a function and make calls; faults that end the child are missing."""
    answer = await guest.call("mutate", job, job.longest + 10)
    return _validated(_MUTATED, answer)


async def run_test(guest: Guest, job: RunTestJob, timeout: float = TEST_TIMEOUT) -> Ended:
    """Run one generated test in a child of its own."""
    answer = await guest.call("run_test", job, timeout)
    runs = _validated(_RUN, answer)
    clean = not answer.end.error and answer.end.exit_code == 0
    if answer.end.timed_out:
        return Ended(None, timed_out=True, trusted=True, detail="")
    if len(runs) != 1 or not clean:
        return Ended(runs[0] if runs else None, False, False, _why(answer, "the test"))
    return Ended(runs[0], timed_out=False, trusted=True, detail="")


async def run_tests(guest: Guest, job: RunTestsJob, timeout: float) -> list[TestRun]:
    """Run several tests in one child; return pytest's records, none when it did not end well."""
    answer = await guest.call("run_tests", job, timeout)
    clean = not answer.end.error and not answer.end.timed_out and answer.end.exit_code == 0
    runs = _validated(_RUN, answer)
    return runs if clean and len(runs) == len(job.tests) else []


def _validated(adapter: TypeAdapter[_T], answer: Answer) -> list[_T]:
    try:
        return [adapter.validate_python(item) for item in answer.items]
    except (ValidationError, RecursionError) as error:
        raise GuestError("the sandbox answered with results that are not valid") from error


def _why(answer: Answer, what: str) -> str:
    end = answer.end
    if end.timed_out:
        return f"{what} did not finish"
    if end.signal is not None:
        return f"{what} ended the interpreter (signal {end.signal})"
    if end.exit_code:
        return f"{what} ended the interpreter (exit code {end.exit_code})"
    return end.error or f"{what} ended the interpreter (exit code {end.exit_code})"
