"""One function's conversation with a model: what was told, and what came of the answers. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from regoose_ci.analysis.branches import branch_exits
from regoose_ci.domain.candidates import CandidateTest, RejectionReason, RunOutcome, Verdict
from regoose_ci.domain.observations import Call, Observation
from regoose_ci.domain.revisions import Revision
from regoose_ci.generation.base import FunctionContext
from regoose_ci.generation.hybrid import combine
from regoose_ci.generation.llm.evidence import (
    Gaps,
    Seen,
    Surroundings,
    evidence_of,
    features_of,
    gaps_of,
    seen,
)
from regoose_ci.generation.llm.prompts import proposal_messages
from regoose_ci.generation.llm.rounds import Dropped, Prepared, Trial
from regoose_ci.providers.base import Message, Tier

MANY_BRANCHES = 10
"""A function with so many branching lines goes to the large model at once."""
_SHOWS_A_CHANGE = (
    "it passes on base and fails on head: if that is the change, propose its call as a scenario"
)


@dataclass(slots=True)
class Talk:
    """A conversation: ``tests`` are the whole tests to judge, ``refused`` those that failed."""

    context: FunctionContext
    around: Surroundings
    observations: list[Observation]
    messages: list[Message]
    tier: Tier
    given: frozenset[Call]
    trials: dict[Call, Trial] = field(default_factory=dict)
    tests: list[CandidateTest] = field(default_factory=list)
    refused: list[CandidateTest] = field(default_factory=list)
    ran: set[int] = field(default_factory=set)
    """Lines of head that whole tests ran."""
    has_mended: bool = False
    """Whether a turn was given for nothing but faults."""

    @property
    def unwritten(self) -> list[Observation]:
        """What the embedded generator is to word: not what only a whole test asserts."""
        written = {o.call for test in self.tests for o in test.observations}
        written -= self.given | self.trials.keys()
        return [o for o in self.observations if o.call not in written]

    @property
    def gaps(self) -> Gaps:
        """What is still missing."""
        head = self.context.function.head
        gaps = gaps_of(head, self.observations, self.around.equivalents)
        missing = tuple(line for line in gaps.lines if line not in self.ran)
        return dataclasses.replace(gaps, lines=missing)

    def learn(self, prepared: Prepared, observed: Mapping[Call, Observation]) -> int:
        """Keep what was observed; return how much of it is new."""
        before = features_of(self.observations)
        known = set(map(id, self.observations))
        self.observations += [o for o in observed.values() if id(o) not in known]
        self.trials |= {t.call: t for t in prepared.trials if t.call in observed}
        return len(features_of(list(observed.values())) - before)

    def untried(self, tests: Sequence[CandidateTest]) -> list[CandidateTest]:
        """The tests that were not written before, word for word."""
        known = {test.code for test in (*self.tests, *self.refused)}
        return [test for test in tests if test.code not in known]

    def judge(self, tests: Sequence[CandidateTest], verdicts: Sequence[Verdict]) -> int:
        """Keep the tests that did not fail; return how many missing lines they ran."""
        if not verdicts:
            self.tests = combine(self.tests, tests)
            return 0
        missing = set(self.gaps.lines)
        failed = {id(verdict.candidate) for verdict in verdicts if has_failed(verdict)}
        self.tests = combine(self.tests, [test for test in tests if id(test) not in failed])
        self.refused += [test for test in tests if id(test) in failed]
        ran = {line for verdict in verdicts if verdict.accepted for line in self._lines(verdict)}
        self.ran |= ran
        return len(ran & missing)

    def results(
        self, prepared: Prepared, observed: Mapping[Call, Observation]
    ) -> list[tuple[str, Seen]]:
        """What was expected of each scenario that was tried, and what came of it."""
        parameters = self.context.function.parameters
        return [
            (trial.scenario.expects, seen(observed[trial.call], parameters))
            for trial in prepared.trials
            if trial.call in observed
        ]

    def _lines(self, verdict: Verdict) -> Iterator[int]:
        head = self.context.function.head
        for run in verdict.runs:
            if head is not None and run.revision is Revision.HEAD and run.covered_lines:
                yield from run.covered_lines.get(head.path, ())


def begin(
    context: FunctionContext,
    observations: Sequence[Observation],
    around: Surroundings,
) -> Talk:
    """The conversation with its first question."""
    evidence = evidence_of(context, observations, around)
    messages = proposal_messages(context, evidence, around)
    is_complex = len(branch_exits(context.function.current.source)) >= MANY_BRANCHES
    tier = Tier.LARGE if is_complex else Tier.SMALL
    given = frozenset(o.call for o in observations)
    return Talk(context, around, list(observations), list(messages), tier, given)


def has_failed(verdict: Verdict) -> bool:
    """Whether a test is out already; of one that shows no change it is still open why."""
    return verdict.rejection not in (None, RejectionReason.NO_GAIN)


def failure_of(verdict: Verdict) -> Dropped:
    """What a model is told of its test that failed."""
    outcomes = {run.revision: run.outcome for run in verdict.runs}
    reasons = [f"{revision.value}: {outcome.value}" for revision, outcome in outcomes.items()]
    fails_on_head = verdict.rejection is RejectionReason.FAILS_ON_HEAD
    if fails_on_head and outcomes.get(Revision.BASE) is RunOutcome.PASSED:
        reasons.append(_SHOWS_A_CHANGE)
    return Dropped(verdict.candidate.name, (*reasons, verdict.detail))
