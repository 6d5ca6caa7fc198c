"""How ``regoose explain`` looks in a terminal: nothing is cut, for it is asked for in full."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.text import Text

from regoose_ci.console import CHANGE_STYLE, NOTE_STYLE, Screen
from regoose_ci.domain.report import RanLines
from regoose_ci.reports.explained import Explained, Intended, RepeatedRun
from regoose_ci.reports.explanation import HunkLine, lines_in_words
from regoose_ci.reports.wording import sentence

_HEADING = "bold"
_SIGNS = {"-": "red", "+": "green", " ": ""}
_OUTCOMES = {"passed": "green", "failed": "red"}
_RAN = "•"
_ANSWERS = {"yes": "Looks intended", "no": "Looks unintended", "unknown": "Was this meant?"}


def print_explanation(screen: Screen, found: Explained) -> None:
    """Print one behaviour change or test: what, how sure, how found, the code, how to repeat it."""
    _paragraph(screen, [(found.title, f"bold {CHANGE_STYLE}")])
    place = f"{found.qualname} in {found.path}:{found.line}, {found.change} · id {found.id}"
    _paragraph(screen, [(place, NOTE_STYLE)])
    if found.intended is not None:
        _paragraph(screen, [(_meant(found.intended), "")])
    _heading(screen, "Outcomes")
    for revision, outcome in (("base", found.base), ("head", found.head)):
        _paragraph(screen, [(f"{revision}  ", NOTE_STYLE), (outcome.replace("_", " "), "")], 2)
    _heading(screen, "How it was found")
    _paragraph(screen, [(_found(found), "")], 2)
    _print_hunk(screen, found)
    if found.test.source.strip():
        _heading(screen, "The test" + (f", {found.test.file}" if found.test.file else ""))
        for line in found.test.source.strip("\n").splitlines():
            _code(screen, [(f"  {line}", "")])
    if found.runs:
        _print_runs(screen, found)
    _heading(screen, "Again")
    other = "; --revision base for the other" if "base" in found.revisions else ""
    for command, what in (
        (found.repeat, f"runs the test on {' and '.join(found.revisions)}"),
        (found.open_shell, f"opens a shell in a sandbox with head{other}"),
    ):
        _code(screen, [(f"  {command}", "bold")])
        _paragraph(screen, [(what, NOTE_STYLE)], 4)


def _print_runs(screen: Screen, found: Explained) -> None:
    _heading(screen, "Run again")
    for run in found.runs:
        style = _OUTCOMES.get(run.outcome, "yellow")
        same = "as in the report" if run.is_as_reported else _otherwise(run)
        lines = f"; it ran {lines_in_words(run.lines)}" if run.lines else ""
        said = [(f"{run.revision}  ", NOTE_STYLE), (run.outcome.replace("_", " "), style)]
        _paragraph(screen, [*said, (f", {same}{lines}", "")], 2)
        for line in run.detail.strip().splitlines():
            _code(screen, [(f"    {line}", NOTE_STYLE)])


def _otherwise(run: RepeatedRun) -> str:
    expected = " or ".join(outcome.replace("_", " ") for outcome in run.expected)
    return f"but {expected} in the report"


def _meant(intended: Intended) -> str:
    sure = f" ({intended.confidence:.0%} sure)" if intended.confidence else ""
    why = f" {sentence(intended.rationale)}" if intended.rationale else ""
    end = "" if intended.answer == "unknown" else "."
    return f"{_ANSWERS[intended.answer]}{sure}{end}{why}"


def _found(found: Explained) -> str:
    how = found.found or "the report does not say where the input came from"
    return f"{sentence(how)} {_ran(found.ran)}".strip()


def _ran(ran: RanLines) -> str:
    base, head = lines_in_words(ran.base), lines_in_words(ran.head)
    if ran.base:
        return f"The call runs {base} on base, and {head} on head."
    return f"The test runs {head} on head." if ran.head else ""


def _print_hunk(screen: Screen, found: Explained) -> None:
    if not found.hunk:
        return
    _heading(screen, "The function" if all(h.sign == " " for h in found.hunk) else "What changed")
    if found.ran.base or found.ran.head:
        _paragraph(screen, [(f"{_RAN} a line that the call runs there", NOTE_STYLE)], 2)
    for line in _hunk_lines(found.hunk):
        _code(screen, line)


def _hunk_lines(hunk: Iterable[HunkLine]) -> Iterator[list[tuple[str, str]]]:
    for line in hunk:
        base = f"{_RAN if line.ran_on_base else ' '}{line.base or '':>5}"
        head = f"{_RAN if line.ran_on_head else ' '}{line.head or '':>5}"
        yield [
            (f"  {base} {head} ", NOTE_STYLE),
            (f"{line.sign} {line.text}".rstrip(), _SIGNS[line.sign]),
        ]


def _heading(screen: Screen, text: str) -> None:
    screen.console.print()
    _paragraph(screen, [(text, _HEADING)])


def _paragraph(screen: Screen, parts: Iterable[tuple[str, str]], indent: int = 0) -> None:
    """Print text that is wrapped between words, with every line indented."""
    text = Text()
    for words, style in parts:
        text.append(screen.clean(words), style)
    for line in text.wrap(screen.console, screen.console.width - indent):
        line.rstrip()
        screen.console.print(Text(" " * indent).append_text(line))


def _code(screen: Screen, parts: Iterable[tuple[str, str]]) -> None:
    """Print a line as it is, so that it can be copied; the terminal wraps it."""
    text = Text()
    for words, style in parts:
        text.append(screen.clean(words.expandtabs(4)), style)
    text.rstrip()
    screen.console.print(text, soft_wrap=True)
