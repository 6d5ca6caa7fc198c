"""The sentences that every form of the report shares: the verdict, reasons, amounts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from regoose_ci.domain.report import (
    AcceptedTestReport,
    BehaviourChangeReport,
    FunctionReport,
    ReportError,
    ReviewReport,
    SkipReason,
)
from regoose_ci.reports.neutralise import clip

Tone = Literal["change", "quiet", "unsure", "failed"]

SKIP_REASONS: dict[SkipReason, str] = {
    "no_behaviour_change_possible": "the edit cannot change what it does",
    "import_failed": "its module could not be imported",
    "nondeterministic": "it answers differently from run to run",
    "inputs_not_buildable": "no suitable arguments could be built",
    "change_not_reached": "no input reached the changed lines",
    "budget": "the review ended before its turn",
    "does_not_return": "its calls do not finish, or end the interpreter",
    "needs_unavailable_resource": "it needs something that is not available here",
    "syntax_error": "its file does not parse",
    "host_python_too_old": "it needs a newer Python than the one that runs Regoose",
    "too_large": "it is larger than what is reviewed",
}
REJECTIONS: dict[str, str] = {
    "does_not_collect": "pytest could not collect it",
    "fails_on_head": "fails on head",
    "flaky": "not the same result each time",
    "no_gain": "adds no coverage and kills no further mutant",
    "duplicate": "repeats another test",
    "asserts_nothing": "asserts nothing",
    "timeout": "did not finish in time",
    "integrity": "interferes with the test run",
    "too_large": "is larger than a test should be",
    "infra_error": "could not be run",
}
_COMPARABLE = frozenset({"modified", "renamed", "impacted"})
OF_ONE_FUNCTION = 3
"""Behaviour changes of a function that are told before those of all others had their turn."""
_UNINTENDED_FIRST = ("no", "unknown", "yes")
_NOTHING_RUN = "Nothing was run:"
_NAMES_SHOWN = 3
_DETAIL_LIMIT = 200


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


def ranked_changes(
    functions: Iterable[FunctionReport],
) -> list[tuple[FunctionReport, BehaviourChangeReport]]:
    """All behaviour changes with their functions, those that look unintended first.

    What is beyond `OF_ONE_FUNCTION` comes last: it mostly shows one thing from several sides.
    """
    leading: list[tuple[FunctionReport, BehaviourChangeReport]] = []
    further: list[tuple[FunctionReport, BehaviourChangeReport]] = []
    for function in functions:
        found = [(function, change) for change in sorted(function.behaviour_changes, key=_rank)]
        leading += found[:OF_ONE_FUNCTION]
        further += found[OF_ONE_FUNCTION:]
    return [
        *sorted(leading, key=lambda pair: _rank(pair[1])),
        *sorted(further, key=lambda pair: _rank(pair[1])),
    ]


def _rank(change: BehaviourChangeReport) -> int:
    return _UNINTENDED_FIRST.index(change.intended)


def changes_in(functions: Iterable[FunctionReport]) -> tuple[BehaviourChangeReport, ...]:
    """All behaviour changes, in the report's order."""
    return tuple(change for function in functions for change in function.behaviour_changes)


def tests_in(
    functions: Iterable[FunctionReport], kind: Literal["hardening", "catching"]
) -> tuple[AcceptedTestReport, ...]:
    """All accepted tests of one kind, in the report's order."""
    return tuple(test for function in functions for test in function.tests if test.kind == kind)


def hardening_files(functions: Iterable[FunctionReport]) -> dict[str, list[FunctionReport]]:
    """The files of hardening tests and the functions that each of them tests."""
    files: dict[str, list[FunctionReport]] = {}
    for function in functions:
        for name in dict.fromkeys(test.file for test in tests_in([function], "hardening")):
            files.setdefault(name, []).append(function)
    return files


def reached_on_both(function: FunctionReport) -> int:
    """How many inputs at least reached the changed lines on each revision."""
    return min(function.explored.reached_change_on_base, function.explored.reached_change_on_head)


def is_known(function: FunctionReport) -> bool:
    """Whether the review can say if this function's behaviour changed.

    Finding nothing is only a result when inputs reached the changed lines on both revisions; a
    function that exists on one of them has nothing to compare.
    """
    if function.behaviour_changes:
        return True
    comparable = function.change in _COMPARABLE
    return function.status == "tested" and (not comparable or reached_on_both(function) > 0)


def count(number: int, singular: str, plural: str = "") -> str:
    """``1 test``, ``1,204 tests``."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def seconds(value: float) -> str:
    """A duration at the precision people care about."""
    if value >= 60:
        whole = round(value)
        return f"{whole // 60} min {whole % 60} s"
    if value >= 10:
        return f"{value:.0f} s"
    return f"{value:.1f} s" if value >= 1 else f"{value * 1000:.0f} ms"


def skip_reason(function: FunctionReport) -> str:
    """Why a function has no result, as half a sentence."""
    if function.reason == "change_not_reached" or (
        function.reason is None and function.status == "tested"
    ):
        return _where_unreached(function)
    if function.reason:
        return SKIP_REASONS[function.reason]
    detail = clip(" ".join(function.detail.split()).rstrip("."), _DETAIL_LIMIT)
    return (
        detail or f"it {'failed' if function.status == 'failed' else 'was left out'}, unexplained"
    )


def _where_unreached(function: FunctionReport) -> str:
    where = {
        "base": function.explored.reached_change_on_base,
        "head": function.explored.reached_change_on_head,
    }
    missed = [revision for revision, inputs in where.items() if not inputs]
    only = f" on {missed[0]}" if len(missed) == 1 else ""
    return f"{SKIP_REASONS['change_not_reached']}{only}"


def rejection(reason: str) -> str:
    """Why a candidate was not accepted, in words."""
    return REJECTIONS.get(reason, reason)


def intent(change: BehaviourChangeReport) -> str:
    """Whether a behaviour change looks meant."""
    sure = f" ({change.confidence:.0%} sure)" if change.confidence else ""
    return {
        "yes": f"looks intended{sure}",
        "no": f"looks unintended{sure}",
        "unknown": "was this meant?",
    }[change.intended]


def outcomes(function: FunctionReport) -> tuple[tuple[str, str, int], ...]:
    """Outcome on base, outcome on head and number of tests, each pair once."""
    pairs = [(test.base.replace("_", " "), test.head.replace("_", " ")) for test in function.tests]
    return tuple((base, head, pairs.count((base, head))) for base, head in dict.fromkeys(pairs))


def generator(report: ReviewReport) -> str:
    """Who wrote the tests."""
    model = report.generator.model
    return f"model {model}" if model else f"{report.generator.name} generator"


def sandbox(report: ReviewReport) -> str:
    """What the code ran in."""
    info = report.sandbox
    if info.level == "none":
        needless = not _anything_ran(report) and not _lacks_sandbox(report)
        return "nothing was run" if needless else "no sandbox"
    engine = f" {info.engine}" if info.engine and info.engine != info.level else ""
    return f"{info.level}{engine} sandbox"


def names(functions: Sequence[FunctionReport], show: Callable[[str], str]) -> str:
    """A few names, each as ``show`` writes it, and how many more there are."""
    shown = [show(function.qualname) for function in functions[:_NAMES_SHOWN]]
    more = len(functions) - len(shown)
    if more:
        return ", ".join(shown) + f" and {more:,} more"
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + f" and {shown[-1]}"


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
    comparable = [function for function in reviewed if function.change in _COMPARABLE]
    if not reviewed:
        return "quiet", "Nothing to test:", " no function can behave differently after this change."
    if not comparable or _is_harden(report):
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


def _unknown(report: ReviewReport, comparable: Sequence[FunctionReport]) -> tuple[Tone, str, str]:
    """No function's comparison came to a result: say how far it got."""
    if _lacks_sandbox(report):
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
        "" if _is_harden(report) else " Nothing to compare: none of them exists on both revisions."
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
        if not _is_harden(report) and function.change in _COMPARABLE and not is_known(function)
    ]
    if unknown and not report.error:
        reasons = {skip_reason(function) for function in unknown}
        because = f": {reasons.pop()}" if len(reasons) == 1 else ""
        yield f"Nothing is known about {names(unknown, '`{}`'.format)}{because}."
    if report.totals.ignored:
        left_out = count(report.totals.ignored, "behaviour change")
        yield f"{left_out} left out, as `/regoose ignore` asked."


def error_sentences(error: ReportError) -> str:
    """What happened and what to do about it, as sentences."""
    return " ".join(filter(None, (sentence(error.message), sentence(error.remedy))))


def sentence(text: str) -> str:
    """``text`` with a capital at its beginning and a full stop at its end."""
    text = text.strip()
    closed = text if not text or text[-1] in ".!?" else f"{text}."
    return closed[:1].upper() + closed[1:]


def _ready(report: ReviewReport, before: str) -> str:
    ready = len(tests_in(report.functions, "hardening"))
    return f"{before}{count(ready, 'hardening test')} ready to commit" if ready else ""


def _ready_sentence(report: ReviewReport) -> str:
    sentence = _ready(report, " ")
    return f"{sentence}." if sentence else ""


def _reviewed(report: ReviewReport) -> list[FunctionReport]:
    return [f for f in report.functions if f.reason != "no_behaviour_change_possible"]


def _is_harden(report: ReviewReport) -> bool:
    return report.base_sha is None and report.packages is None


def _lacks_sandbox(report: ReviewReport) -> bool:
    """Whether nothing was run for want of a sandbox, and not for want of anything to run."""
    if report.sandbox.level != "none" or _anything_ran(report):
        return False
    reasons = {function.reason for function in report.functions}
    return "needs_unavailable_resource" in reasons or (
        report.error is not None and report.error.kind == "no_sandbox"
    )


def _anything_ran(report: ReviewReport) -> bool:
    return any(function.explored.inputs or function.tests for function in report.functions)
