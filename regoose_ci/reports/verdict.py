"""The first thing that every form of the report says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from regoose_ci.domain.report import BehaviourChangeReport, FunctionReport, ReviewReport
from regoose_ci.reports.facts import (
    COMPARABLE,
    changes_in,
    is_harden,
    is_known,
    lacks_sandbox,
    reached_on_both,
    tests_in,
)
from regoose_ci.reports.wording import count, error_sentences, names, skip_reason

_NOTHING_RUN = "Nothing was run:"
Tone = Literal["change", "quiet", "unsure", "failed"]


@dataclass(frozen=True)
class Verdict:
    """The first thing a reader sees: a bold lead, the rest of the sentence, and reservations."""

    tone: Tone
    lead: str
    rest: str
    notes: tuple[str, ...] = ()


def verdict(report: ReviewReport) -> Verdict:
    """Say what the review found, and no more than it can know."""
    changes = changes_in(report.functions)
    if changes:
        tone, lead, rest = _changed(report, changes)
    elif report.error:
        tone, lead, rest = _ended_early(report)
    else:
        tone, lead, rest = _silent(report)
    return Verdict(tone, lead, rest, tuple(_notes(report, lead)))


def _changed(
    report: ReviewReport, changes: Sequence[BehaviourChangeReport]
) -> tuple[Tone, str, str]:
    aside = _looks("unintended", "no", changes) or _looks("intended", "yes", changes)
    subjects = count(len(_reviewed(report)), "changed function")
    rest = f"{aside} in {subjects}{_ready(report, ', ')}."
    return "change", count(len(changes), "behaviour change"), rest


def _looks(word: str, answer: str, changes: Sequence[BehaviourChangeReport]) -> str:
    """How many of the changes got this answer, as an aside; empty when none did."""
    number = sum(change.intended == answer for change in changes)
    look = "looks" if number == 1 else "look"
    if number == len(changes):
        return f" that {look} {word},"
    return f" ({number:,} {look} {word})" if number else ""


def _ended_early(report: ReviewReport) -> tuple[Tone, str, str]:
    said = error_sentences(report.error) if report.error else ""
    return "failed", "The review ended early:", f" {said}"


def _silent(report: ReviewReport) -> tuple[Tone, str, str]:
    reviewed = _reviewed(report)
    comparable = [function for function in reviewed if function.change in COMPARABLE]
    if not reviewed:
        return _nothing(report)
    if not comparable or is_harden(report):
        return _only_new(report, reviewed)
    reached = [function for function in comparable if is_known(function)]
    if not reached:
        return _unknown(report, comparable)
    inputs = sum(reached_on_both(function) for function in reached)
    if len(reached) == len(comparable):
        tone: Tone = "quiet"
        where, whose = "", "the"
    else:
        tone = "unsure"
        where = f" in {len(reached):,} of {count(len(comparable), 'changed function')}"
        whose = "their" if len(reached) > 1 else "its"
    rest = f" {count(inputs, 'input')} reached {whose} changed lines on both revisions."
    return tone, f"No behaviour change found{where}:", rest + _ready_sentence(report)


def _nothing(report: ReviewReport) -> tuple[Tone, str, str]:
    if report.totals.not_chosen:
        said = "nothing that `only` asks for can behave differently."
    elif report.left_alone and not report.functions:
        files = count(len(report.left_alone), "changed Python file")
        said = f"{files}, all of them tests, documentation, vendored or generated code."
    else:
        said = "no function can behave differently after this change."
    return "quiet", "Nothing to test:", f" {said}"


def _unknown(report: ReviewReport, comparable: Sequence[FunctionReport]) -> tuple[Tone, str, str]:
    """No function's comparison came to a result: say how far it got."""
    if lacks_sandbox(report):
        return "unsure", _NOTHING_RUN, " there is no sandbox, so changes are only listed."
    inputs = sum(reached_on_both(function) for function in comparable)
    if inputs:
        said = (
            f"{count(inputs, 'input')} reached the changed lines on both revisions, but nothing"
            " certain came of comparing them."
        )
    elif any(function.explored.inputs for function in comparable):
        said = (
            "no input reached the changed lines on both revisions, so finding nothing means"
            " nothing here."
        )
    elif not any(function.qualname for function in comparable):
        said = f"{count(len(comparable), 'changed file')} could not be read."
    else:
        many = len(comparable) > 1
        subject = (
            f"none of {len(comparable):,} changed functions" if many else "the changed function"
        )
        said = f"{subject} could {'' if many else 'not '}be run."
    return "unsure", "No verdict:", f" {said}{_ready_sentence(report)}"


def _only_new(report: ReviewReport, reviewed: Sequence[FunctionReport]) -> tuple[Tone, str, str]:
    ready = len(tests_in(reviewed, "hardening"))
    subject = count(len(reviewed), "function")
    if not ready:
        return "unsure", "No tests yet", f" for {subject}: nothing that could be kept was found."
    aside = (
        "" if is_harden(report) else " Nothing to compare: none of them exists on both revisions."
    )
    return "quiet", count(ready, "hardening test"), f" for {subject}, ready to commit.{aside}"


def _notes(report: ReviewReport, lead: str) -> Iterable[str]:
    if lead == _NOTHING_RUN:
        return  # which says all of it
    if report.error and not lead.startswith("The review"):
        yield f"The review ended early: {error_sentences(report.error)}"
    if report.partial and not report.error:
        reason = report.partial_reason or "not every function was looked at to the end"
        yield f"Partial result: {reason.rstrip('.')}."
    unknown = [
        function
        for function in _reviewed(report)
        if not is_harden(report) and function.change in COMPARABLE and not is_known(function)
    ]
    if unknown and not report.error:
        reasons = {skip_reason(function) for function in unknown}
        because = f": {reasons.pop()}" if len(reasons) == 1 else ""
        yield f"Nothing is known about {names(unknown, '`{}`'.format)}{because}."
    if report.totals.ignored:
        left_out = count(report.totals.ignored, "behaviour change")
        yield f"{left_out} left out, as `/regoose ignore` asked."
    if report.totals.not_chosen:
        noun = "function" if is_harden(report) else "changed function"
        yield f"{count(report.totals.not_chosen, noun)} left out by `only`."


def _ready(report: ReviewReport, before: str) -> str:
    ready = len(tests_in(report.functions, "hardening"))
    return f"{before}{count(ready, 'hardening test')} ready to commit" if ready else ""


def _ready_sentence(report: ReviewReport) -> str:
    sentence = _ready(report, " ")
    return f"{sentence}." if sentence else ""


def _reviewed(report: ReviewReport) -> list[FunctionReport]:
    return [f for f in report.functions if f.reason != "no_behaviour_change_possible"]
