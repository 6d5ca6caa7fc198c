"""Which observed inputs notice which faults of the changed lines."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from regoose_ci.analysis.branches import branch_exits
from regoose_ci.analysis.mutants import Mutant, make_mutants
from regoose_ci.domain.observations import OutcomeKind, Reach
from regoose_ci.domain.revisions import Revision
from regoose_ci.execution.findings import FunctionFindings, target_of
from regoose_ci.execution.jobs import mutate
from regoose_ci.execution.pairs import GuestPair
from regoose_ci.guest.protocol import Fault, Mutated, MutateJob

MAX_CALLS = 240
MAX_KILLERS = 15
"""A mutant that so many calls notice is easily noticed: no more of them are looked for."""
SECONDS = 6.0


async def measure_mutants(
    pair: GuestPair, findings: FunctionFindings, seconds: float, known: frozenset[str] = frozenset()
) -> None:
    """Make mutants of the function on head, and note on each observation which it kills.

    No mutant is begun after ``seconds``. What an earlier measuring found stays: then only mutants
    that nothing killed yet are tried, and if none was left untried, only on new observations.
    ``known`` are killed by what was observed elsewhere; they are not tried.
    """
    function = findings.function
    if function.head is None:
        return
    killed = known.union(*(o.kills for o in findings.kept))
    tried_before = {m.id for m in findings.mutants} | findings.equivalent
    alive = [m for m in make_mutants(function.head) if m.id not in killed | findings.equivalent]
    is_repeated = all(m.id in tried_before for m in alive)
    tried = [
        (index, observation)
        for index, observation in enumerate(findings.kept)
        if observation.outcomes[Revision.HEAD].kind in (OutcomeKind.RETURNED, OutcomeKind.RAISED)
        and not (is_repeated and observation.call in findings.measured)
    ][:MAX_CALLS]
    if not alive or not tried:
        return
    job = MutateJob(
        target_of(function, function.head),
        tuple(Fault(m.id, m.source) for m in alive),
        tuple(observation.call for _, observation in tried),
        seconds=min(SECONDS, seconds),
        max_killers=MAX_KILLERS,
    )
    results = await mutate(pair.guests[Revision.HEAD], job)
    findings.measured |= {observation.call for _, observation in tried}
    findings.equivalent |= {r.id for r in results if r.equivalent}
    begun = tried_before | {r.id for r in results}
    findings.mutants = tuple(
        m for m in make_mutants(function.head) if m.id in begun - findings.equivalent
    )
    _note(findings, results, [index for index, _ in tried])


def _note(findings: FunctionFindings, results: Sequence[Mutated], tried: Sequence[int]) -> None:
    """Add to the observations, tried in this order, what they kill."""
    kills: dict[int, set[str]] = {}
    for result in results:
        for call in result.killed_by:
            if call < len(tried):
                kills.setdefault(tried[call], set()).add(result.id)
    findings.kept = [
        dataclasses.replace(o, kills=o.kills | kills[n]) if n in kills else o
        for n, o in enumerate(findings.kept)
    ]


def left_to_gain(findings: FunctionFindings) -> int:
    """Count what no input has shown yet: ways out of lines, mutants that nobody notices.

    Never nothing where there is another revision to find differences from.
    """
    function = findings.function
    if function.head is None:
        return 1
    path, offset = function.head.path, function.head.first_line - 1
    taken = {
        arc
        for observation in findings.kept
        for arc in observation.reached.get(Revision.HEAD, Reach()).arcs.get(path, ())
    }
    missing = sum(
        max(0, count - len({end for start, end in taken if start == line + offset}))
        for line, count in branch_exits(function.head.source).items()
    )
    killed = frozenset(mutant for observation in findings.kept for mutant in observation.kills)
    gain = missing + len(survivors(findings, killed))
    return gain if function.base is None else max(1, gain)


def survivors(findings: FunctionFindings, killed: frozenset[str]) -> tuple[Mutant, ...]:
    """Return the mutants that the tests with these kills leave alive."""
    return tuple(m for m in findings.mutants if m.id not in killed)
