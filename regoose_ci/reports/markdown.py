"""The pull request comment and the job summary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from regoose_ci.domain.report import BehaviourChangeReport, FunctionReport, RanLines, ReviewReport
from regoose_ci.reports import facts, wording
from regoose_ci.reports.explanation import find, origin
from regoose_ci.reports.markdown_templates import fill
from regoose_ci.reports.neutralise import Safe, clip, fence, html_code
from regoose_ci.reports.verdict import verdict

COMMENT_LIMIT = 65_536
"""Characters that GitHub takes in one comment."""
SUMMARY_LIMIT = 1024 * 1024
"""Bytes that GitHub takes in one job summary."""

_CALL_LIMIT, _OUTCOME_LIMIT = 1500, 800
_CHANGES_IN_SIGHT, _ROWS_IN_SIGHT, _FILES_IN_SIGHT = 8, 20, 5
"""How many are shown before the rest is folded."""
_RESERVE = 600
"""Room for the sentence that says what was left out, for a table's header and for folding."""

Part = Literal["behaviour change", "table row", "catching test", "suggested test file"]


@dataclass(frozen=True)
class _Piece:
    """A part that is shown whole or not at all."""

    part: Part
    text: str
    key: int


@dataclass(frozen=True)
class _Kind:
    """What tells a comment from a summary."""

    footer: str
    limit: int
    size: Callable[[str], int]


def render_comment(
    report: ReviewReport, tests: Mapping[str, str], limit: int = COMMENT_LIMIT
) -> str:
    """Return the comment as Markdown.

    Args:
        report: The session's report.
        tests: Source of the accepted tests by file name relative to the report directory.
        limit: Largest number of characters. What does not fit is left out from the end, suggested
            tests first, and the comment says so.
    """
    return _render(report, tests, _Kind("facts", limit, len))


def render_summary(
    report: ReviewReport, tests: Mapping[str, str], limit: int = SUMMARY_LIMIT
) -> str:
    """Return the job summary as Markdown of at most ``limit`` bytes in UTF-8."""
    return _render(report, tests, _Kind("summary_footer", limit, _bytes))


def render_explanation(
    report: ReviewReport, tests: Mapping[str, str], identity: str, limit: int = COMMENT_LIMIT
) -> str | None:
    """Return all that is known about one behaviour change or test, as Markdown.

    Args:
        report: The session's report.
        tests: As for `render_comment`.
        identity: The id of a behaviour change or test, a test's name, or the beginning of either.
        limit: Largest number of characters; the source is left out where it does not fit.

    Returns:
        None where the report has nothing of that id, or where it means several.
    """
    found = find(report, identity)
    if len(found) != 1:
        return None
    (subject,) = found
    function, about = subject.function, subject.about
    ran = subject.ran if isinstance(about, BehaviourChangeReport) else RanLines()
    explained = fill("explained", function=function, origin=origin(subject), ran=ran)
    if isinstance(about, BehaviourChangeReport):
        catching = fill("catching", change=about) if about.test.strip() else ""
        return _joined([_change(1, function, about), explained, catching], limit)
    source = tests.get(about.file, "")
    shown = fence(source, "python") if source.strip() else ""
    return _joined([fill("test", test=about, function=function), explained, shown], limit)


def _joined(sections: Sequence[str], limit: int) -> str:
    whole = "\n\n".join(filter(None, sections)) + "\n"
    return whole if len(whole) <= limit else _joined(sections[:-1], limit)


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _render(report: ReviewReport, tests: Mapping[str, str], kind: _Kind) -> str:
    top = fill("verdict", verdict=verdict(report))
    footer = "---\n\n" + fill(kind.footer, report=report)
    pieces = [
        *_changes(report.functions),
        *_rows(report.functions),
        *_catching_tests(report.functions),
        *_suggested(report.functions, tests),
    ]
    shown = _that_fit(pieces, kind.limit - kind.size(top + footer) - _RESERVE, kind.size)
    sections = [
        top,
        *_change_sections(report.functions, shown),
        _table(report.functions, [piece.text for piece in shown if piece.part == "table row"]),
        *_file_sections(shown),
        _left_out(pieces[len(shown) :]),
        footer,
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _that_fit(pieces: Sequence[_Piece], room: int, size: Callable[[str], int]) -> Sequence[_Piece]:
    """Keep the pieces from the start up to the first that does not fit."""
    for number, piece in enumerate(pieces):
        room -= size(piece.text) + 2
        if room < 0:
            return pieces[:number]
    return pieces


def _changes(functions: Iterable[FunctionReport]) -> Iterator[_Piece]:
    said = None
    for number, (function, change) in enumerate(facts.ranked_changes(functions), start=1):
        repeats = change.rationale == said
        told = change.model_copy(update={"rationale": None}) if repeats else change
        said = change.rationale
        yield _Piece("behaviour change", _change(number, function, told), number)


def _change(number: int, function: FunctionReport, change: BehaviourChangeReport) -> Safe:
    return fill(
        "change",
        number=number,
        function=function,
        change=change,
        place=f"{function.path}:{function.line}",
        shown=_call_and_outcomes(change),
    )


def _catching_tests(functions: Iterable[FunctionReport]) -> Iterator[_Piece]:
    for number, (_, change) in enumerate(facts.ranked_changes(functions), start=1):
        if change.test.strip():
            yield _Piece("catching test", fill("catching", change=change), number)


def _call_and_outcomes(change: BehaviourChangeReport) -> str:
    parts = {
        " ": clip(change.call, _CALL_LIMIT),
        "-": clip(change.base, _OUTCOME_LIMIT),
        "+": clip(change.head, _OUTCOME_LIMIT),
    }
    return "\n".join(
        f"{sign} {line}" for sign, text in parts.items() for line in text.splitlines() or [""]
    )


def _rows(functions: Sequence[FunctionReport]) -> Iterator[_Piece]:
    mutants = _any_mutants(functions)
    for number, function in enumerate(functions):
        text = fill(
            "row",
            function=function,
            outcome=_outcome_cell(function),
            coverage=_share(len(function.coverage.covered), len(function.coverage.changed_lines)),
            mutants=mutants,
            mutated=_share(function.mutation.killed, function.mutation.mutants),
        )
        yield _Piece("table row", text, number)


def _outcome_cell(function: FunctionReport) -> str:
    if function.status != "tested":
        return f"{function.status}: {wording.skip_reason(function)}"
    unknown = "" if facts.is_known(function) else f"; {wording.skip_reason(function)}"
    if not function.tests:
        inputs = facts.reached_on_both(function)
        same = f"same for {wording.count(inputs, 'input')}"
        return same if inputs else f"no test was kept{unknown}"
    pairs = ", ".join(
        f"{base} \u2192 {head}" + (f" ({number})" if number > 1 else "")
        for base, head, number in wording.outcomes(function)
    )
    return pairs + unknown


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole}" if whole else "\u2013"


def _any_mutants(functions: Iterable[FunctionReport]) -> bool:
    return any(function.mutation.mutants for function in functions)


def _table(functions: Sequence[FunctionReport], rows: Sequence[str]) -> str:
    if not rows:
        return ""
    heads = ["Function", "Tests", "Base \u2192 head", "Changed lines covered"]
    if _any_mutants(functions):
        heads.append("Mutants killed")
    rule = ["---", "--:", "---", *("--:" for _ in heads[3:])]
    table = "\n".join([f"| {' | '.join(heads)} |", f"| {' | '.join(rule)} |", *rows])
    return table if len(rows) <= _ROWS_IN_SIGHT else _folded(f"{len(rows)} functions", table)


def _suggested(functions: Sequence[FunctionReport], tests: Mapping[str, str]) -> Iterator[_Piece]:
    for key, (file, owners) in enumerate(facts.hardening_files(functions).items()):
        if not tests.get(file, "").strip():
            continue
        number = sum(test.file == file for test in facts.tests_in(owners, "hardening"))
        text = fill(
            "suggested",
            amount=wording.count(number, "suggested test"),
            names=Safe(wording.names(owners, html_code)),
            file=file,
            source=tests[file],
        )
        yield _Piece("suggested test file", text, key)


def _change_sections(functions: Sequence[FunctionReport], shown: Iterable[_Piece]) -> Iterator[str]:
    catching = {piece.key: piece.text for piece in shown if piece.part == "catching test"}
    changes = [
        "\n\n".join(filter(None, [piece.text, catching.get(piece.key, "")]))
        for piece in shown
        if piece.part == "behaviour change"
    ]
    most = min(facts.leading_changes(functions), _CHANGES_IN_SIGHT)
    yield from _in_sight(changes, most, "more behaviour change")


def _file_sections(shown: Iterable[_Piece]) -> Iterator[str]:
    files = [piece.text for piece in shown if piece.part == "suggested test file"]
    yield from _in_sight(files, _FILES_IN_SIGHT, "more suggested test file")


def _in_sight(texts: Sequence[str], most: int, noun: str) -> Iterator[str]:
    yield from texts[:most]
    folded = texts[most:]
    if folded:
        yield _folded(wording.count(len(folded), noun), "\n\n".join(folded))


def _folded(summary: str, body: str) -> str:
    return f"<details>\n<summary>{summary}</summary>\n\n{body}\n\n</details>"


def _left_out(pieces: Sequence[_Piece]) -> str:
    parts = [piece.part for piece in pieces]
    if not parts:
        return ""
    amounts = ", ".join(wording.count(parts.count(part), part) for part in dict.fromkeys(parts))
    return f"Left out for length: {amounts}. All of it is in `report.html` of this run's artifact."
