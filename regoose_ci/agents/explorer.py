"""Explorer: tries inputs on base and head and keeps what is worth telling or testing."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import anyio

from regoose_ci.agents.board import Board, Laboratory, Skip
from regoose_ci.agents.silence import describe_entries, import_problem, skip_reason
from regoose_ci.analysis.groups import group_functions
from regoose_ci.analysis.material import FunctionMaterial
from regoose_ci.domain.changes import ChangeKind
from regoose_ci.domain.events import Stage
from regoose_ci.domain.revisions import Revision
from regoose_ci.errors import GuestError
from regoose_ci.execution.exploration import Exploration
from regoose_ci.execution.findings import FunctionFindings
from regoose_ci.execution.harvest import Harvest, harvest, usual_arguments
from regoose_ci.execution.learning import learn_made, learn_receivers, learn_returned
from regoose_ci.execution.mutation import left_to_gain, measure_mutants
from regoose_ci.execution.pairs import GuestPair
from regoose_ci.execution.stability import Repeated, confirm
from regoose_ci.execution.starting import Subject, search_for
from regoose_ci.guest.protocol import Recorded
from regoose_ci.inputs.known import KnownObjects
from regoose_ci.inputs.seeds import Seed

HARVEST_SHARE = 0.3
"""Share of the budget that running existing tests may take."""
MUTANT_SHARE = 0.3
LEAST_MUTANTS = 0.25
"""Share of the budget that all mutants may take, and the least seconds for those of a function."""
MAX_HARVEST = 10.0
MAX_SECONDS = 25.0
FIRST_SHARE = 0.6
"""Of a group's share of the time, what it gets before it is known which have most to gain."""
LEAST_SECONDS = 0.1
GRACE = 2.0
"""Seconds beyond the budget in which functions still get the least: untried, they get no tests."""
MAX_TURNS = 4
PATIENCE = 500
"""Where nothing is compared, so many inputs without news end a function's first turn."""
_ORDER = {kind: rank for rank, kind in enumerate(
    (ChangeKind.MODIFIED, ChangeKind.IMPACTED, ChangeKind.RENAMED, ChangeKind.ADDED,
     ChangeKind.REMOVED)
)}  # fmt: skip
"""What can differ is explored before what is only new, should the budget not suffice."""
MAX_SHARED = 80


@dataclass(slots=True)
class _Turn:
    """A group of functions that waits to be explored, or to be explored on."""

    group: list[FunctionMaterial]
    exploration: Exploration | None = None
    number: int = 1
    gain: int = 0
    """What is left to gain: ways not gone, mutants not noticed."""


class Explorer:
    """Writes ``board.findings``."""

    async def run(self, board: Board) -> None:
        """Explore all functions within the budget, some at the same time."""
        if board.laboratory is None or board.material is None:
            return
        materials = [m for m in board.material.functions if m.function.id not in board.skipped]
        with board.stage(Stage.EXPLORATION, len(materials)) as summary:
            await _Review(board, board.laboratory, materials).run()
            inputs = sum(f.inputs for f in board.findings.values())
            changes = sum(len(f.witnesses) for f in board.findings.values())
            summary.append(f"{inputs} inputs, {changes} differences")


class _Review:
    """One review's exploration: workers with guests of their own share a queue of groups."""

    def __init__(
        self, board: Board, laboratory: Laboratory, materials: list[FunctionMaterial]
    ) -> None:
        self._board = board
        self._pairs = laboratory.pairs
        self._materials = materials
        ordered = sorted(materials, key=lambda m: _ORDER[m.function.change])
        self._queue = [_Turn(group) for group in _groups(ordered)]
        self._again: list[_Turn] = []
        self._workers = max(1, min(board.request.jobs, len(self._queue)))
        compares = any(material.function.base is not None for material in materials)
        self._has_turns = len(self._queue) > self._workers or not compares
        self._seconds = board.request.budget
        self._deadline: float | None = None
        self._recorded: dict[str, list[Recorded]] = {}
        self._objects = KnownObjects()
        self._harvested = anyio.Event()
        self._through: dict[str, dict[Seed, None]] = {}
        """By path: public calls that reached some changed function of the module."""

    async def run(self) -> None:
        """Run existing tests once, then let the workers explore."""
        async with anyio.create_task_group() as tasks:
            for _ in range(self._workers):
                tasks.start_soon(self._work)
            async with self._pairs.testing_pair() as pair:
                await self._harvest(pair)
                self._harvested.set()

    async def _harvest(self, pair: GuestPair) -> None:
        seconds = min(MAX_HARVEST, self._seconds * HARVEST_SHARE)
        started = time.monotonic()
        try:
            found = await harvest(pair, self._materials, seconds)
            self._learn(found)
        except GuestError as error:
            self._board.notice(f"Existing tests gave no inputs: {error.message}.")
        self._seconds -= min(seconds, time.monotonic() - started)

    def _learn(self, found: Harvest) -> None:
        """Take over what was harvested; what methods were called on is known best."""
        self._recorded = found.calls
        for function in (material.function for material in self._materials):
            learn_receivers(self._objects, function, found.calls[function.id])
        learn_made(self._objects, found.objects)

    async def _work(self) -> None:
        """Explore groups; when a guest fails, the next group gets new ones.

        The first guests are started while existing tests still run.
        """
        while self._queue or self._again:
            async with self._pairs.two_pairs() as (pair, fresh):
                await self._harvested.wait()
                await self._work_in_guests(pair, fresh)

    async def _work_in_guests(self, pair: GuestPair, fresh: GuestPair) -> None:
        """Explore in one pair of guests and confirm in another, for as long as they work."""
        while (turn := self._next()) is not None:
            try:
                found = await self._explore(pair, turn)
                known: Repeated = {}
                for findings in found:
                    await self._confirm(fresh, findings, known)
            except GuestError as error:
                for material in turn.group:
                    if material.function.id not in self._board.findings:
                        self._board.skipped[material.function.id] = Skip(None, error.message)
                return
            turn.gain = sum(map(left_to_gain, found))
            if turn.gain and turn.number < MAX_TURNS and self._has_turns:
                turn.number += 1
                self._again.append(turn)

    def _next(self) -> _Turn | None:
        """Return whose turn it is: each group once, then those with most to gain."""
        if not self._queue:
            waiting = self._again if self._left() > 0 else []
            self._queue = sorted(waiting, key=lambda turn: (turn.number, -turn.gain))
            self._again = []
        return self._queue.pop(0) if self._queue else None

    async def _explore(self, pair: GuestPair, turn: _Turn) -> list[FunctionFindings]:
        seconds = self._share(turn)
        if seconds <= 0:
            self._give_up(turn)
            return []
        if turn.exploration is not None:
            turn.exploration.go_on_in(pair, PATIENCE * 3**turn.number)
            return await turn.exploration.explore(seconds)
        async with self._told(turn.group) as summaries:
            subjects = await self._subjects(pair, turn.group, summaries)
            if not subjects:
                return []
            turn.exploration = self._exploration(pair, subjects)
            found = await turn.exploration.explore(seconds)
            for findings in found:
                told = f"{findings.inputs} inputs, {len(findings.witnesses)} differences"
                summaries[findings.function.id].append(told)
            self._share_entries(found, subjects)
            return found

    def _give_up(self, turn: _Turn) -> None:
        if turn.number == 1:
            self._board.out_of_budget = True
            for material in turn.group:
                function = material.function
                self._board.skipped[function.id] = Skip("budget", "the budget was used up")
                self._board.findings[function.id] = FunctionFindings(function)  # for a model

    @asynccontextmanager
    async def _told(self, group: list[FunctionMaterial]) -> AsyncIterator[dict[str, list[str]]]:
        """Tell of work on all functions of a group; their summaries are by id."""
        async with AsyncExitStack() as stack:
            summaries: dict[str, list[str]] = {}
            for material in group:
                work = self._board.function(Stage.EXPLORATION, material.function.id)
                summaries[material.function.id] = await stack.enter_async_context(work)
            yield summaries

    async def _subjects(
        self, pair: GuestPair, group: list[FunctionMaterial], summaries: dict[str, list[str]]
    ) -> list[Subject]:
        """Describe the functions of a group; those that do not import are skipped."""
        subjects = []
        for material in group:
            function = material.function
            described = await describe_entries(pair, function)
            problem = import_problem(described, function)
            if problem is None:
                recorded = tuple(self._recorded.get(function.id, []))
                subjects.append(Subject(material, tuple(described), recorded))
            else:
                self._board.skipped[function.id] = problem
                summaries[function.id].append(problem.detail)
        return subjects

    def _exploration(self, pair: GuestPair, subjects: list[Subject]) -> Exploration:
        search = search_for(subjects, self._objects)
        for path in dict.fromkeys(subject.function.current.path for subject in subjects):
            search.add_seeds(self._through.get(path, ()))
        functions = [subject.function for subject in subjects]
        if all(function.base is None for function in functions):
            search.patience = PATIENCE
        usual = usual_arguments([r for subject in subjects for r in subject.recorded])
        return Exploration(pair, functions, search, usual)

    def _share_entries(self, found: list[FunctionFindings], subjects: list[Subject]) -> None:
        """Hand public calls that reached these functions to the others of their module."""
        for findings, subject in zip(found, subjects, strict=True):
            learn_returned(self._objects, findings.kept)
            own = subject.described[0].name
            entries = [o for o in findings.kept if o.call.name != own][:MAX_SHARED]
            known = self._through.setdefault(findings.function.current.path, {})
            known.update({Seed(o.call, o.origin): None for o in entries})

    async def _confirm(self, fresh: GuestPair, findings: FunctionFindings, known: Repeated) -> None:
        board, function = self._board, findings.function
        began = time.monotonic()
        if not findings.reached[Revision.HEAD]:
            findings.kept.clear()  # what does not come to the change does not protect it
        await confirm(fresh, findings, known)
        await measure_mutants(fresh, findings, self._mutant_seconds())
        self._extend(time.monotonic() - began)
        board.findings[function.id] = findings
        board.skipped.pop(function.id, None)
        skip = skip_reason(findings)
        if skip is not None:
            board.skipped[function.id] = skip

    def _mutant_seconds(self) -> float:
        """Bound the time for one function's mutants by the budget, like everything else."""
        return max(LEAST_MUTANTS, MUTANT_SHARE * self._seconds / len(self._materials))

    def _extend(self, spent: float) -> None:
        """Give back what confirming took: the budget is for exploring, and others wait for it."""
        if self._deadline is not None:
            self._deadline += spent / self._workers

    def _left(self) -> float:
        """Seconds left of the budget."""
        if self._deadline is None:  # guests are ready: starting them is no exploration
            self._deadline = time.monotonic() + self._seconds
        return self._deadline - time.monotonic()

    def _share(self, turn: _Turn) -> float:
        """Seconds for a turn: its functions' share of what is left; some is for later turns."""
        left, own = self._left(), len(turn.group)
        waiting = own * self._workers + sum(len(other.group) for other in self._queue)
        share = left * self._workers * own / waiting
        if turn.number > 1:
            return min(MAX_SECONDS, left, share)
        if self._has_turns:
            share *= FIRST_SHARE
        return min(MAX_SECONDS, max(share, min(LEAST_SECONDS, left + GRACE)))


def _groups(materials: list[FunctionMaterial]) -> list[list[FunctionMaterial]]:
    """Put together what the same calls reach, where there is another revision to compare with."""
    if all(material.function.base is None for material in materials):
        return [[material] for material in materials]
    return group_functions(materials)
