"""Calls that the project's own tests and examples make of changed functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from regoose_ci.analysis.material import FunctionMaterial
from regoose_ci.domain.observations import Call, Origin
from regoose_ci.domain.revisions import Revision
from regoose_ci.execution.findings import sources_of, target_of
from regoose_ci.execution.jobs import record
from regoose_ci.execution.pairs import GuestPair
from regoose_ci.guest.protocol import Made, Recorded, RecordJob
from regoose_ci.inputs.seeds import Seed
from regoose_ci.sandbox.base import Guest

MAX_FILES = 12
MAX_DOCUMENTS = 8
MAX_RECORDED = 100


@dataclass(frozen=True, slots=True)
class Harvest:
    """Recorded calls by function id, and objects that tests made."""

    calls: dict[str, list[Recorded]]
    objects: tuple[Made, ...] = ()


async def harvest(
    pair: GuestPair, materials: Sequence[FunctionMaterial], seconds: float
) -> Harvest:
    """Run related tests and examples on both revisions and return what was recorded.

    Calls that stood where a test expects an exception come last: they are out of contract, and
    only worth a try where there is nothing else.
    """

    async def on_one(revision: Revision, guest: Guest) -> list[Recorded | Made]:
        targets = tuple(
            target_of(m.function, sources_of(m.function)[revision])
            for m in materials
            if revision in sources_of(m.function)
        )
        files = dict.fromkeys(f for m in materials for f in m.tests.get(revision, ()))
        documents = dict.fromkeys(d for m in materials for d in m.documents.get(revision, ()))
        if not (files or documents) or not targets:
            return []
        names = dict.fromkeys(n for m in materials for n in _names(m))
        job = RecordJob(
            tuple(files)[:MAX_FILES],
            targets,
            tuple(names),
            seconds,
            MAX_RECORDED,
            tuple(documents)[:MAX_DOCUMENTS],
        )
        return await record(guest, job)

    results = await pair.on_each(on_one)
    found: dict[str, list[Recorded]] = {m.function.id: [] for m in materials}
    seen: set[tuple[str, Call]] = set()
    objects: dict[Made, None] = {}
    for recorded in (r for found_there in results.values() for r in found_there):
        if isinstance(recorded, Made):
            objects.setdefault(recorded)
            continue
        key = (recorded.target, recorded.call)
        if recorded.target in found and key not in seen:
            seen.add(key)
            found[recorded.target].append(recorded)
    for calls in found.values():
        calls.sort(key=lambda r: (not r.in_contract, not r.direct))
    return Harvest(found, tuple(objects))


def _names(material: FunctionMaterial) -> list[str]:
    """Return what tests of a function are likely to mention: it, its class, its callers."""
    function = material.function
    entries = [entry.partition(":")[2] for entry in function.entry_points]
    parts = [p for name in (function.current.qualname, *entries) for p in name.split(".")]
    return [part for part in parts if not part.startswith("__")]


def recorded_seeds(recorded: Sequence[Recorded]) -> list[Seed]:
    """Return recorded calls as seeds; those out of contract are left out if there are others."""
    legal = [r for r in recorded if r.in_contract] or list(recorded)
    return [Seed(r.call, Origin.CARVED) for r in legal]


def usual_arguments(recorded: Sequence[Recorded]) -> dict[str, dict[int, str]]:
    """Return, by called name and position, the argument that most recorded calls give there."""
    columns: dict[str, dict[int, Counter[str]]] = {}
    for call in (r.call for r in recorded if r.in_contract):
        by_position = columns.setdefault(call.name, {})
        for position, argument in enumerate(call.args):
            by_position.setdefault(position, Counter())[argument] += 1
    usual: dict[str, dict[int, str]] = {}
    for name, by_position in columns.items():
        calls = sum(by_position[0].values()) if by_position else 0
        for position, column in by_position.items():
            argument, count = column.most_common(1)[0]
            if count >= 2 and count * 2 > calls:
                usual.setdefault(name, {})[position] = argument
    return usual
