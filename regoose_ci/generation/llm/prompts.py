"""What models are told, from templates. Changing a template means a new `VERSION`. Pure."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from regoose_ci.domain.changes import ChangedFunction, FunctionSource
from regoose_ci.generation.base import FunctionContext
from regoose_ci.generation.llm.evidence import Evidence, Gaps, Seen, Surroundings
from regoose_ci.generation.llm.questions import IntentQuestion
from regoose_ci.generation.llm.rounds import Dropped
from regoose_ci.providers.base import Message, Role

VERSION = "v1"
"""Of the templates; part of what a cached or recorded answer was asked with."""

MAX_SOURCE = 12_000
MAX_TEXT = 2_000
_BACKTICKS = re.compile(r"`+")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def proposal_messages(
    context: FunctionContext,
    evidence: Evidence,
    around: Surroundings,
) -> tuple[Message, ...]:
    """Ask for inputs and tests of one function."""
    function = context.function
    told = _render(
        "propose.j2",
        function=function,
        base=numbered(function.base),
        head=numbered(function.head),
        diff=diff_of(function),
        evidence=evidence,
        around=around,
    )
    return (Message(Role.SYSTEM, _render("system.j2")), Message(Role.USER, told))


def feedback_message(
    results: Sequence[tuple[str, Seen]], dropped: Sequence[Dropped], gaps: Gaps
) -> Message:
    """Tell what came of an answer and what is still missing.

    ``results`` pair what the model expected of a call with what came of it.
    """
    return Message(Role.USER, _render("feedback.j2", results=results, dropped=dropped, gaps=gaps))


def intent_messages(question: IntentQuestion) -> tuple[Message, ...]:
    """Ask whether a behaviour change was meant."""
    told = _render("intent.j2", question=question, diff=diff_of(question.function))
    return (Message(Role.SYSTEM, _render("intent_system.j2")), Message(Role.USER, told))


def numbered(source: FunctionSource | None) -> str:
    """A function with the file's line numbers, changed lines marked with ``>``."""
    if source is None:
        return ""
    lines = enumerate(source.source.splitlines(), source.first_line)
    return "\n".join(f"{'>' if n in source.changed_lines else ' '}{n:>5} {t}" for n, t in lines)


def diff_of(function: ChangedFunction) -> str:
    """The change of the function's own text as a unified diff; empty when it has none."""
    base = function.base.source.splitlines() if function.base else []
    head = function.head.source.splitlines() if function.head else []
    lines = difflib.unified_diff(base, head, "base", "head", lineterm="")
    return "\n".join(lines)


def fenced(text: str, limit: int = MAX_SOURCE) -> str:
    """``text`` in a fence that nothing inside can close, with what is hidden made visible."""
    body = "".join(map(_visible, text)).strip("\n")
    if len(body) > limit:
        body = f"{body[:limit]}\n[… {len(body) - limit} more characters]"
    longest = max(map(len, _BACKTICKS.findall(body)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}data\n{body}\n{ticks}"


def _visible(char: str) -> str:
    if char in "\n\t" or (char.isascii() and char.isprintable()):
        return char
    if unicodedata.category(char) in _HIDDEN:
        return f"\\u{ord(char):04x}" if char != "\r" else ""
    return char


def _render(name: str, **values: object) -> str:
    return _environment().get_template(f"{VERSION}/{name}").render(values).strip() + "\n"


@cache
def _environment() -> Environment:
    environment = Environment(  # noqa: S701 - no markup: `fenced` does what autoescape would
        loader=PackageLoader("regoose_ci.generation.llm"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["fenced"] = fenced
    return environment
