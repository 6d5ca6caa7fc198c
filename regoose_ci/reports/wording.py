"""The words that every form of the report shares: reasons, names, amounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from regoose_ci.domain.report import (
    BehaviourChangeReport,
    FunctionReport,
    ReportError,
    ReviewReport,
    SkipReason,
)
from regoose_ci.reports.facts import anything_ran, lacks_sandbox
from regoose_ci.reports.neutralise import clip

SKIP_REASONS: dict[SkipReason, str] = {
    "no_behaviour_change_possible": "the edit cannot change what it does",
    "import_failed": "its module could not be imported",
    "nondeterministic": "it answers differently from run to run",
    "inputs_not_buildable": "no suitable arguments could be built",
    "change_not_reached": "no input reached the changed lines",
    "budget": "the review ended before its turn",
    "does_not_return": "its calls do not finish, or end the interpreter",
    "needs_unavailable_resource": "it needs something that is not available here",
    "no_sandbox": "there is no sandbox to run it in",
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
_NAMES_SHOWN = 3
_DETAIL_LIMIT = 200


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
        needless = not anything_ran(report) and not lacks_sandbox(report)
        return "nothing was run" if needless else "no sandbox"
    engine = f" {info.engine}" if info.engine and info.engine != info.level else ""
    return f"{info.level}{engine} sandbox"


def name_of(function: FunctionReport) -> str:
    """What to call a function; a file that cannot be read has no functions, only a path."""
    return function.qualname or function.path


def names(functions: Sequence[FunctionReport], show: Callable[[str], str]) -> str:
    """A few names, each as ``show`` writes it, and how many more there are.

    Those that several functions have come with their files.
    """
    called = Counter(map(name_of, functions))
    shown = [
        f"{show(name_of(function))} ({show(function.path)})"
        if called[name_of(function)] > 1
        else show(name_of(function))
        for function in functions[:_NAMES_SHOWN]
    ]
    more = len(functions) - len(shown)
    if more:
        return ", ".join(shown) + f" and {more:,} more"
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + f" and {shown[-1]}"


def error_sentences(error: ReportError) -> str:
    """What happened and what to do about it, as sentences."""
    return " ".join(filter(None, (sentence(error.message), sentence(error.remedy))))


def sentence(text: str) -> str:
    """``text`` with a capital at its beginning and a full stop at its end."""
    text = text.strip()
    closed = text if not text or text[-1] in ".!?" else f"{text}."
    return closed[:1].upper() + closed[1:]
