"""How changed functions can be called, and why nothing is known of some."""

from __future__ import annotations

from regoose_ci.agents.board import Skip
from regoose_ci.domain.changes import ChangedFunction, FunctionSource
from regoose_ci.domain.revisions import Revision
from regoose_ci.execution.endings import Ending
from regoose_ci.execution.findings import FunctionFindings, sources_of, target_of
from regoose_ci.execution.jobs import describe
from regoose_ci.execution.pairs import GuestPair
from regoose_ci.guest.protocol import Described, Target
from regoose_ci.sandbox.base import Guest


async def describe_entries(pair: GuestPair, function: ChangedFunction) -> list[Described]:
    """Describe the function and the public callers it is reached through.

    Those of base come after those of head, where they are different.
    """
    sources = sources_of(function)

    async def on_one(revision: Revision, guest: Guest) -> list[Described]:
        source = sources.get(revision)
        targets = [] if source is None else [target_of(function, source)]
        targets += [_entry(name, source) for name in function.entry_points if source is not None]
        if not targets:
            return []
        found = await describe(guest, targets)
        return [found[target.id] for target in targets]

    results = await pair.on_each(on_one)
    on_head = results.get(Revision.HEAD) or []
    on_base = results.get(Revision.BASE) or []
    if not on_head or on_head[0].error:
        return on_head or on_base
    return [*on_head, *(d for d in on_base if not d.error and d not in on_head)]


def _entry(name: str, source: FunctionSource) -> Target:
    module, _, qualname = name.partition(":")
    return Target(name, source.path, module, qualname, 1, 1)


def import_problem(described: list[Described], function: ChangedFunction) -> Skip | None:
    """Say why a function cannot be explored, given what came of describing it."""
    own = described[0] if described else None
    if own is None:
        return Skip("no_behaviour_change_possible", "it stands on no revision")
    if own.error and not (own.is_missing and any(not d.error for d in described)):
        return Skip("import_failed", f"{function.current.module} does not import: {own.error}")
    return None


def skip_reason(findings: FunctionFindings) -> Skip | None:
    """Say why nothing is known of a function: silence counts only where its change was reached."""
    if findings.witnesses:
        return None
    endings, inputs = findings.endings, findings.inputs
    if findings.unbuildable == inputs:
        return Skip("inputs_not_buildable", "no input could be built for it")
    told, lost, unavailable = (
        endings[ending] for ending in (Ending.TOLD, Ending.LOST, Ending.UNAVAILABLE)
    )
    if lost and not told:
        return Skip("does_not_return", f"{lost} of {inputs} calls did not come back")
    missed = [r.value for r in sources_of(findings.function) if not findings.reached[r]]
    if unavailable and (not told or (missed and unavailable > told)):
        detail = f"{unavailable} of {inputs} calls missed what they need"
        return Skip("needs_unavailable_resource", detail)
    if missed:
        where = " and ".join(missed)
        detail = f"none of {inputs} inputs came to the changed lines on {where}"
        return Skip("change_not_reached", detail)
    if findings.unstable and not findings.kept:
        return Skip("nondeterministic", f"{findings.unstable} repeated calls came out differently")
    return None
