"""One answer of a model: what of it can be tried, and the tests that come of trying it. Pure."""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from regoose_ci.comparison.calls import is_statement, render_call
from regoose_ci.domain.candidates import CandidateTest
from regoose_ci.domain.observations import Call, Observation
from regoose_ci.generation.base import FunctionContext
from regoose_ci.generation.llm.answers import FreeTest, Proposal, Scenario
from regoose_ci.generation.llm.calls import UnusableError, call_of
from regoose_ci.generation.llm.evidence import Surroundings
from regoose_ci.generation.llm.freeform import MODEL, Draft, draft_of, settle
from regoose_ci.generation.screening import screen

MAX_SCENARIOS = 12
MAX_TESTS = 4
_SHOWN = 400
_TOO_DEEP = ("it is nested too deeply",)
_NAME = re.compile(r"test_[a-z][a-z0-9_]{2,70}")


@dataclass(frozen=True, slots=True)
class Dropped:
    """Something a model proposed that is neither run nor suggested, and why."""

    what: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """A scenario that can be tried."""

    scenario: Scenario
    call: Call


@dataclass(frozen=True, slots=True)
class Prepared:
    """What of an answer can be tried, and what not: ``repeated`` calls were tried before."""

    trials: tuple[Trial, ...]
    drafts: tuple[Draft, ...]
    dropped: tuple[Dropped, ...]
    repeated: tuple[Dropped, ...]

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every call that has to be observed, once."""
        claimed = (claim.call for draft in self.drafts for claim in draft.claims)
        return tuple(dict.fromkeys([*(t.call for t in self.trials), *claimed]))


def prepare(
    context: FunctionContext,
    proposal: Proposal,
    around: Surroundings,
    observations: Sequence[Observation],
) -> Prepared:
    """Screen an answer and turn it into calls; those observed need not be tried again."""
    trials: dict[Call, Trial] = {}
    dropped: list[Dropped] = []
    repeated: list[Dropped] = []
    own = own_import(context, observations)
    known = {without_imports(o.call) for o in observations}
    for scenario in proposal.scenarios[:MAX_SCENARIOS]:
        trial = _trial(context, scenario, around, own)
        if isinstance(trial, Dropped):
            dropped.append(trial)
        elif without_imports(trial.call) in known:
            repeated.append(Dropped(scenario.call[:_SHOWN], ("this call was tried already",)))
        else:
            known.add(without_imports(trial.call))
            trials[trial.call] = trial
    drafts = [_draft(context, test, around, own) for test in proposal.tests[:MAX_TESTS]]
    dropped += [d for d in drafts if isinstance(d, Dropped)]
    usable = tuple(d for d in drafts if isinstance(d, Draft))
    return Prepared(tuple(trials.values()), usable, tuple(dropped), tuple(repeated))


def candidates_from(
    context: FunctionContext, prepared: Prepared, observed: Mapping[Call, Observation]
) -> tuple[list[CandidateTest], list[Dropped]]:
    """The whole tests of an answer, with right values, and those that could not be had right."""
    settled = [_settled(context, draft, observed) for draft in prepared.drafts]
    tests = [test for test in settled if isinstance(test, CandidateTest)]
    return tests, [test for test in settled if isinstance(test, Dropped)]


def without_imports(call: Call) -> Call:
    """A call by what it does: the same call may come with other imports."""
    return dataclasses.replace(call, imports=())


def credited(
    tests: Sequence[CandidateTest], trials: Mapping[Call, Trial]
) -> Iterator[CandidateTest]:
    """Mark the tests that show a model's input, and let it name those that show one alone."""
    for test in tests:
        shown = [trials[o.call] for o in test.observations if o.call in trials]
        if not shown:
            yield test
            continue
        name = shown[0].scenario.name
        if len(test.observations) == 1 and _NAME.fullmatch(name):
            test = test.renamed(name)  # noqa: PLW2901 - the same test under its new name
        yield dataclasses.replace(test, origin=MODEL)


def own_modules(context: FunctionContext) -> frozenset[str]:
    """The project's top-level modules."""
    return frozenset([*context.first_party, context.function.current.module.partition(".")[0]])


def _trial(
    context: FunctionContext, scenario: Scenario, around: Surroundings, own: str
) -> Trial | Dropped:
    imports = _imports(own, scenario.imports)
    try:
        call = call_of(scenario.call, scenario.setup, imports)
        rendered = render_call(call)
        act = rendered if is_statement(call) else f"_ = {rendered}"
        # Screened in the shape of a test, with an assertion that speaks for the one it will get.
        code = f"def test_scenario(subject):\n    {act}\n    assert subject"
        _refuse_unsafe(context, code, imports, around)
    except UnusableError as error:
        return Dropped(scenario.call[:_SHOWN], tuple(error.args))
    except RecursionError:
        return Dropped(scenario.call[:_SHOWN], _TOO_DEEP)
    return Trial(scenario, call)


def _draft(
    context: FunctionContext, test: FreeTest, around: Surroundings, own: str
) -> Draft | Dropped:
    imports = _imports(own, test.imports)
    code = test.code.strip("\n") + "\n"
    try:
        _refuse_unsafe(context, code, imports, around)
        return draft_of(code, imports)
    except UnusableError as error:
        return Dropped(code[:_SHOWN], tuple(error.args))
    except RecursionError:
        return Dropped(code[:_SHOWN], _TOO_DEEP)


def _settled(
    context: FunctionContext, draft: Draft, observed: Mapping[Call, Observation]
) -> CandidateTest | Dropped:
    try:
        return settle(context, draft, observed)
    except UnusableError as error:
        return Dropped(draft.name, tuple(error.args))
    except RecursionError:
        return Dropped(draft.name, _TOO_DEEP)


def _refuse_unsafe(
    context: FunctionContext, code: str, imports: Sequence[str], around: Surroundings
) -> None:
    """Refuse code that screening finds something against.

    Raises:
        UnusableError: with a sentence for each finding.
    """
    subject = context.function.current.qualname.rpartition(".")[2]
    found = screen(code, imports, own=own_modules(context), known=around.modules, subject=subject)
    if found:
        raise UnusableError(*(finding.text for finding in found))


def own_import(context: FunctionContext, observations: Sequence[Observation]) -> str:
    """The statement by which tests import the function: the one that is in use already."""
    source = context.function.current
    name = source.qualname.partition(".")[0]
    used = (statement for o in observations for statement in o.call.imports)
    return next((s for s in used if _bound_by(s) == {name}), f"from {source.module} import {name}")


def _imports(own: str, proposed: Sequence[str]) -> tuple[str, ...]:
    """The function's import and the proposed ones, where these do not import it another way."""
    others = (s.strip() for s in proposed if s.strip())
    return tuple(dict.fromkeys([own, *(s for s in others if _bound_by(s) != _bound_by(own))]))


def _bound_by(statement: str) -> set[str]:
    """The names that one import statement binds; none when it is something else."""
    try:
        body = ast.parse(statement).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    imports = [n for n in body if isinstance(n, ast.Import | ast.ImportFrom)]
    return {alias.asname or alias.name for node in imports for alias in node.names}
