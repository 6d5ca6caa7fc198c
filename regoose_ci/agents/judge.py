"""Judge: says of every behaviour change that was shown whether it looks intended."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable

import anyio

from regoose_ci.agents.board import Board, Intent
from regoose_ci.analysis.evidence import Examples, added_examples
from regoose_ci.analysis.intent import Change, Judgement, judge
from regoose_ci.comparison.shapes import kind_of_change
from regoose_ci.comparison.source import last_name
from regoose_ci.domain.candidates import CandidateKind, Verdict
from regoose_ci.domain.observations import Observation, OutcomeKind
from regoose_ci.domain.revisions import Revision
from regoose_ci.execution.findings import noteworthy_difference
from regoose_ci.generation.llm.evidence import seen
from regoose_ci.generation.llm.questions import IntentQuestion

SecondOpinion = Callable[[IntentQuestion, Judgement], Awaitable[Judgement]]
"""Judges a change that the rules have judged."""


async def rules_alone(_: IntentQuestion, ruled: Judgement) -> Judgement:
    """Leave it at what the rules say."""
    return ruled


class Judge:
    """Writes ``board.intents``: by rules first, then by whoever gives a second opinion."""

    def __init__(self, second_opinion: SecondOpinion = rules_alone) -> None:
        self._second_opinion = second_opinion

    async def run(self, board: Board) -> None:
        """Judge the accepted catching tests, all at the same time."""
        assert board.material is not None
        examples = added_examples(board.source.diff())
        async with anyio.create_task_group() as tasks:
            for verdicts in board.verdicts.values():
                for verdict in verdicts:
                    if verdict.accepted and verdict.candidate.kind is CandidateKind.CATCHING:
                        tasks.start_soon(self._judge, board, verdict, examples)

    async def _judge(self, board: Board, verdict: Verdict, examples: Examples) -> None:
        title, description = board.title, board.description
        ruled = judge(_change(board, verdict), title, description, examples)
        witness = witness_of(verdict)
        function = board.findings[witness.function_id].function
        question = IntentQuestion(function, seen(witness, function.parameters), title, description)
        judged = await self._second_opinion(question, ruled)
        intent = Intent(judged.intended, judged.confidence, judged.rationale)
        board.intents[change_id(verdict)] = intent


def witness_of(verdict: Verdict) -> Observation:
    """Return the observation that a catching test shows."""
    return verdict.candidate.observations[0]


def change_id(verdict: Verdict) -> str:
    """Return a behaviour change's id: the same in every run that finds the same."""
    witness = witness_of(verdict)
    found = noteworthy_difference(witness)
    kind = kind_of_change(found, witness.call) if found is not None else ()
    facts = "\0".join([witness.function_id, repr(witness.call), *kind])
    return hashlib.sha256(facts.encode()).hexdigest()[:10]


def _change(board: Board, verdict: Verdict) -> Change:
    witness = witness_of(verdict)
    head, call = witness.outcomes[Revision.HEAD], witness.call
    function = board.findings[witness.function_id].function
    raised = _new_exception(witness)
    mentions = f"{board.title}\n{board.description}\n{function.current.source}"
    documented = raised is not None and re.search(rf"\b{raised}:|:raises {raised}\b", mentions)
    return Change(
        name=function.current.qualname.rpartition(".")[2],
        head_value=head.value.source if head.value else None,
        raises_on_head=raised,
        finishes_on_head=head.kind not in (OutcomeKind.TIMEOUT, OutcomeKind.CRASHED),
        documented=bool(documented),
        inputs=(*call.args, *(value for _, value in call.kwargs), *filter(None, [call.receiver])),
    )


def _new_exception(witness: Observation) -> str | None:
    """The exception that head raises and base does not, by its last name."""
    base, head = (witness.outcomes[r].raised for r in (Revision.BASE, Revision.HEAD))
    if head is None or (base is not None and base.type == head.type):
        return None
    return last_name(head.type)
