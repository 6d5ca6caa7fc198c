"""What ``regoose doctor`` and ``regoose providers`` print: pages that one can forward."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from pydantic import JsonValue
from rich.text import Text

from regoose_ci import __version__
from regoose_ci.console import NOTE_STYLE, Screen
from regoose_ci.domain.diagnosis import Check, Diagnosis
from regoose_ci.domain.report import Level

LEVELS: dict[Level, str] = {
    "rootless": "containers of an ordinary user, whose root is nobody outside of them",
    "userns": "containers started by root, whose users are mapped to ones that own nothing here",
    "docker": "containers of Docker's engine, under a user that no account here has",
    "none": "no container engine starts a container",
}
_STATUS_STYLES = {"ok": "green", "degraded": "yellow", "missing": "red"}
_STATUS_WIDTH = 10
_GAP = 2


def print_diagnosis(screen: Screen, diagnosis: Diagnosis) -> None:
    """Print the answer, each check behind it, and what there is to do, in order."""
    for words, style in _answer(diagnosis):
        _wrapped(screen, Text(words, style), 0)
    screen.console.print()
    for check in diagnosis.checks:
        _print_check(screen, check, _width(diagnosis.checks))
    _print_remedies(screen, diagnosis)
    screen.console.print()
    _wrapped(screen, Text(f"regoose {__version__} doctor", NOTE_STYLE), 0)


def _print_remedies(screen: Screen, diagnosis: Diagnosis) -> None:
    """Print what there is to do, what is missing before what could be better."""
    remedies = [check for check in diagnosis.checks if check.remedy]
    remedies.sort(key=lambda check: check.status != "missing")
    if not remedies:
        return
    screen.console.print()
    _wrapped(screen, Text(_to_do(diagnosis), "bold"), 0)
    for number, check in enumerate(remedies, 1):
        _wrapped(screen, Text(f"{number}. {screen.clean(check.name)}"), 2)
        _print_remedy(screen, check, 5)


def print_checks(screen: Screen, checks: Sequence[Check]) -> None:
    """Print each check with what mends it below."""
    for check in checks:
        _print_check(screen, check, _width(checks))
        if check.remedy:
            _print_remedy(screen, check, _STATUS_WIDTH)


def as_json(checks: Sequence[Check]) -> JsonValue:
    """The checks as JSON values."""
    return [{name: str(value) for name, value in dataclasses.asdict(c).items()} for c in checks]


def diagnosis_as_json(diagnosis: Diagnosis) -> JsonValue:
    """The diagnosis as a JSON value."""
    return {
        "version": __version__,
        "can_review": diagnosis.can_review,
        "sandbox": diagnosis.sandbox.model_dump(mode="json"),
        "checks": as_json(diagnosis.checks),
    }


def _answer(diagnosis: Diagnosis) -> Iterator[tuple[str, str]]:
    sandbox = diagnosis.sandbox
    level = LEVELS[sandbox.level]
    if not diagnosis.can_review:
        lacking = ", ".join(f"{name} is missing" for name in diagnosis.lacking)
        why = level if sandbox.level == "none" else lacking
        yield f"Reviews do not work on this machine yet: {why}.", "bold red"
        return
    engine = f", on {sandbox.engine}" if sandbox.engine else ""
    if not sandbox.degraded:
        yield "Reviews work on this machine.", "bold green"
    else:
        limits = ", ".join(sandbox.degraded)
        yield (
            f"Reviews work on this machine, with limits not held by the engine: {limits}.",
            ("bold yellow"),
        )
    yield f"The sandbox is at level {sandbox.level}{engine}: {level}.", ""


def _to_do(diagnosis: Diagnosis) -> str:
    return (
        "To make it better"
        if diagnosis.can_review
        else "What to do, in this order; then start regoose doctor again"
    )


def _width(checks: Sequence[Check]) -> int:
    return max((len(check.name) for check in checks), default=0)


def _print_check(screen: Screen, check: Check, width: int) -> None:
    head = Text().append(f"{check.status:{_STATUS_WIDTH}}", _STATUS_STYLES[check.status])
    head.append(f"{check.name:{width}}{' ' * _GAP}", "bold")
    room = screen.console.width - len(head)
    lines = Text(screen.clean(check.detail)).wrap(screen.console, room)
    for number, line in enumerate(lines or [Text()]):
        line.rstrip()
        before = head if number == 0 else Text(" " * len(head))
        screen.console.print(Text().append_text(before).append_text(line))


def _print_remedy(screen: Screen, check: Check, indent: int) -> None:
    """Wrap a sentence; leave a command whole, so that it can be copied."""
    text = Text(screen.clean(check.remedy))
    if check.remedy[:1].isupper():
        _wrapped(screen, text, indent)
    else:
        screen.console.print(Text(" " * indent).append_text(text), soft_wrap=True)


def _wrapped(screen: Screen, text: Text, indent: int) -> None:
    for line in text.wrap(screen.console, screen.console.width - indent):
        line.rstrip()
        screen.console.print(Text(" " * indent).append_text(line))
