"""Whether a behaviour change was meant, by rules that name themselves. Pure.

Precision before recall: where no rule speaks, the answer is ``unknown`` and a person decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from regoose_ci.analysis.evidence import Examples

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
_ALSO_CHANGING = re.compile(
    r"\b(fix\w*|feat|bugs?|behaviou?r\w*|support\w*|allow\w*|deprecat\w*|correct\w*|regress\w*)\b",
    re.IGNORECASE,
)
"""What a title that promises the same results must not also say."""
_REPLACING = re.compile(
    r"\b(?:move|switch|migrate|port|replace|convert)\b.*\b(?:from|to|with|by)\b"
    r"|\buse\b.*\binstead of\b",
    re.IGNORECASE,
)
"""Another way to the same results: “Move from urlparse to parse_url”."""
_REPAIRING = re.compile(
    r"\b(?:fix\w*|resolv\w*|repair\w*)\b.*\b(?:regress\w*|introduced|broken (?:in|by|since))"
    r"|\brestor(?:e|es|ing)\b|\brevert\w*",
    re.IGNORECASE,
)
_DOES = (
    r"(?:now|no longer|use|uses|returns|gives|raises|rounds|accepts|rejects|keeps|handles|treats|"
    r"drops|removes|adds|supports|allows|ignores|strips|sorts|formats|converts|counts|includes)"
)
"""What follows a function's name where a sentence says what it does. “Fix f” does not."""
_SENTENCE_END = re.compile(r"[.!?;](?=\s)|\n")
_ANNOUNCING = re.compile(
    r"\b(breaking|change[sd]? (the )?(behaviou?r|default|return\w*|result))\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Change:
    """A behaviour change as the rules see it.

    ``inputs`` are the arguments and the receiver as source, ``head_value`` is head's result as
    source if it has one. ``raises_on_head`` names an exception that base does not raise, and
    ``finishes_on_head`` is false when head no longer ends.
    """

    name: str
    head_value: str | None
    raises_on_head: str | None
    finishes_on_head: bool
    documented: bool
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """An answer, how sure it is (0 to 1), and the rule that gave it."""

    intended: Intended
    confidence: float
    rationale: str


def judge(change: Change, title: str, description: str, examples: Examples) -> Judgement:
    """Apply the rules to one change, those that rest on more than words first."""
    shown = _by_what_is_shown(change, examples)
    if shown is not None:
        return shown
    text = f"{title}\n{description}"
    return (
        _by_title(title)
        or _by_promise(change.name, text)
        or _by_exception(change)
        or _by_announcement(change.name, text)
        or Judgement("unknown", 0.0, "Please confirm: nothing says whether this was meant.")
    )


def _by_what_is_shown(change: Change, examples: Examples) -> Judgement | None:
    if not change.finishes_on_head:
        return Judgement("no", 0.9, "On head the call no longer finishes.")
    error = change.raises_on_head
    if error is not None and examples.expect(error, change.name):
        return Judgement("yes", 0.8, f"A test or document that the change adds expects `{error}`.")
    if error is None and examples.show(change.head_value, change.inputs):
        return Judgement("yes", 0.85, "A test or document that the change adds has the new result.")
    return None


def _by_title(title: str) -> Judgement | None:
    if repairing := _REPAIRING.search(title):
        return Judgement("yes", 0.6, f"The title says `{repairing.group()}`.")
    if _ALSO_CHANGING.search(title):
        return None
    if preserving := _PRESERVING.search(title):
        word = preserving.group()
        return Judgement("no", 0.75, f"The title says `{word}`, and a result changed.")
    if replacing := _REPLACING.search(title):
        word = replacing.group().split()[0]
        return Judgement("no", 0.6, f"The title says `{word}`: another way to the same results.")
    return None


def _by_promise(name: str, text: str) -> Judgement | None:
    """By a sentence that names the function and says that its results stay."""
    found = next(filter(None, map(_PRESERVING_ONE.search, _sentences_on(name, text))), None)
    if found is None:
        return None
    return Judgement(
        "no", 0.75, f"The change says `{found.group()}` of `{name}`, and a result changed."
    )


def _by_exception(change: Change) -> Judgement | None:
    if not change.raises_on_head or change.documented:
        return None
    return Judgement(
        "no", 0.6, f"Head raises `{change.raises_on_head}`, which the change does not mention."
    )


def _by_announcement(name: str, text: str) -> Judgement | None:
    stated = rf"\b{re.escape(name)}\b\W*\s{_DOES}\b|\bmak(?:e|es|ing)\W+{re.escape(name)}\b"
    if re.search(stated, text, re.IGNORECASE):
        return Judgement("yes", 0.6, f"The title or description says what `{name}` does now.")
    if _ANNOUNCING.search(text):
        return Judgement("yes", 0.55, "The title or description announces a change of behaviour.")
    return None


def _sentences_on(name: str, text: str) -> list[str]:
    named = re.compile(rf"\b{re.escape(name)}\b")
    return [sentence for sentence in _SENTENCE_END.split(text) if named.search(sentence)]
