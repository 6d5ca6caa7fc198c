"""Judge: says of every behaviour change that was shown whether it looks intended."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import anyio

from regoose_ci.agents.board import Board, Intent
from regoose_ci.agents.change_ids import behaviour_changes, witness_of
from regoose_ci.analysis.evidence import Examples, added_examples
from regoose_ci.analysis.intent import Change, Judgement, judge
from regoose_ci.comparison.source import last_name
from regoose_ci.domain.candidates import Verdict
from regoose_ci.domain.observations import Observation, OutcomeKind
from regoose_ci.domain.revisions import Revision
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
                for identity, verdict in behaviour_changes(verdicts).items():
                    tasks.start_soon(self._judge, board, identity, verdict, examples)

    async def _judge(
        self, board: Board, identity: str, verdict: Verdict, examples: Examples
    ) -> None:
        title, description = board.title, board.description
        ruled = judge(_change(board, verdict), title, description, examples)
        witness = witness_of(verdict)
        function = board.findings[witness.function_id].function
        question = IntentQuestion(function, seen(witness, function.parameters), title, description)
        judged = await self._second_opinion(question, ruled)
        board.intents[identity] = Intent(judged.intended, judged.confidence, judged.rationale)


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
