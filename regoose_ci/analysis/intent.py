"""Whether a behaviour change was meant, by rules that name themselves. Pure.

Precision before recall: where no rule speaks, the answer is ``unknown`` and a person decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Intended = Literal["yes", "no", "unknown"]

_PRESERVING = re.compile(
    r"\b(refactor\w*|simplif\w*|clean\s?-?ups?|cleanup|tid(?:y|ied|ying)|perf|performance|optimi[sz]\w*|"
    r"speed\w*|faster|typing|type hints?|annotat\w*|lint\w*|format(ting)?|style|rename\w*|"
    r"reorgani[sz]\w*|pre-commit|black|isort|ruff|moderni[sz]e|pyupgrade|internal)\b",
    re.IGNORECASE,
)
_PRESERVING_ONE = re.compile(
    r"\b(refactor\w*|simplif\w*|clean(?:ed|ing)?[\s-]?ups?|tid(?:y|ied|ying)|faster|"
    r"(?:speed\w*|sped) up|optimi[sz]\w*|reorgani[sz]\w*|moderni[sz]\w*|"
    r"no (?:functional|behaviou?r(?:al)?) changes?)\b",
    re.IGNORECASE,
)
"""Narrower than `_PRESERVING`: next to a function's name, “format” may be what it does."""
_SENTENCE_END = re.compile(r"[.!?;](?=\s)|\n")
_ANNOUNCING = re.compile(
    r"\b(breaking|change[sd]? (the )?(behaviou?r|default|return\w*|result)|deprecat\w*)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Change:
    """A behaviour change as the rules see it.

    ``head_value`` is head's result as source if it has one; ``raises_on_head`` the type of a
    new exception and ``finishes_on_head`` is false when head no longer ends.
    """

    name: str
    head_value: str | None
    raises_on_head: str | None
    finishes_on_head: bool
    documented: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """An answer, how sure it is (0 to 1), and the rule that gave it."""

    intended: Intended
    confidence: float
    rationale: str


def judge(change: Change, title: str, description: str, added_tests: str) -> Judgement:
    """Apply the rules to one change.

    ``added_tests`` are the lines that the change adds to test files.
    """
    if change.head_value and len(change.head_value) > 3 and change.head_value in added_tests:
        return Judgement("yes", 0.85, "A test that the change adds asserts the new result.")
    if not change.finishes_on_head:
        return Judgement("no", 0.9, "On head the call no longer finishes.")
    preserving = _PRESERVING.search(title)
    if preserving:
        word = preserving.group()
        return Judgement("no", 0.75, f"The title says `{word}`, and a result changed.")
    text = f"{title}\n{description}"
    preserving = _said_of(change.name, text)
    if preserving:
        word = preserving.group()
        return Judgement(
            "no", 0.75, f"The change says `{word}` of `{change.name}`, and a result changed."
        )
    if change.raises_on_head and not change.documented:
        return Judgement(
            "no", 0.6, f"Head raises `{change.raises_on_head}`, which the change does not mention."
        )
    if _names(change.name, text):
        return Judgement("yes", 0.6, f"The title or description names `{change.name}`.")
    if _ANNOUNCING.search(text):
        return Judgement("yes", 0.55, "The title or description announces a change of behaviour.")
    return Judgement("unknown", 0.0, "Please confirm: nothing says whether this was meant.")


def _said_of(name: str, text: str) -> re.Match[str] | None:
    """The word by which a sentence that names a function says that its results stay."""
    sentences = (s for s in _SENTENCE_END.split(text) if _names(name, s))
    return next(filter(None, map(_PRESERVING_ONE.search, sentences)), None)


def _names(name: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", text) is not None
