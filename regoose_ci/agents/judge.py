"""Judge: says of every behaviour change that was shown whether it looks intended."""

from __future__ import annotations

import hashlib

from regoose_ci.agents.board import Board, Intent
from regoose_ci.analysis.intent import Change, judge
from regoose_ci.comparison.shapes import kind_of_change
from regoose_ci.domain.candidates import CandidateKind, Verdict
from regoose_ci.domain.observations import Observation, OutcomeKind
from regoose_ci.domain.revisions import Revision
from regoose_ci.execution.exploration import noteworthy_difference


class Judge:
    """Writes ``board.intents``."""

    async def run(self, board: Board) -> None:
        """Judge the accepted catching tests."""
        assert board.material is not None
        added = added_test_lines(board.source.diff())
        for verdicts in board.verdicts.values():
            for verdict in verdicts:
                if verdict.accepted and verdict.candidate.kind is CandidateKind.CATCHING:
                    change = _change(board, verdict)
                    judgement = judge(change, board.title, board.description, added)
                    board.intents[change_id(verdict)] = Intent(
                        judgement.intended, judgement.confidence, judgement.rationale
                    )


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
    head = witness.outcomes[Revision.HEAD]
    function = board.findings[witness.function_id].function
    raised = head.raised.type if head.raised else None
    mentions = f"{board.title}\n{board.description}\n{function.current.source}"
    documented = raised is not None and (
        f"{raised}:" in mentions or f":raises {raised}" in mentions
    )
    return Change(
        name=function.current.qualname.rpartition(".")[2],
        head_value=head.value.source if head.value else None,
        raises_on_head=raised,
        finishes_on_head=head.kind not in (OutcomeKind.TIMEOUT, OutcomeKind.CRASHED),
        documented=documented,
    )


def added_test_lines(diff: str) -> str:
    """Return the lines that a diff adds to test files."""
    lines: list[str] = []
    in_tests = False
    for line in diff.splitlines():
        if line.startswith("+++ "):
            in_tests = "test" in line
        elif in_tests and line.startswith("+"):
            lines.append(line[1:])
    return "\n".join(lines)
