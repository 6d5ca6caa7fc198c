"""What may stand in a log: known fields, without keys, home paths, code or values.

Fields are allowed, not forbidden: one that nobody thought of is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from structlog.typing import EventDict, Processor, WrappedLogger

ALLOWED_FIELDS = frozenset(
    {
        "event", "level", "timestamp", "session", "stage", "function", "seconds", "summary",
        "total", "text", "error", "partial", "functions", "tests", "behaviour_changes", "requests",
    }
)  # fmt: skip
REDACTED = "[redacted]"
LONGEST = 300

_URL_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]+@")
_KEYS = re.compile(
    r"""
    \b(?:sk|pk|rk)-[\w-]{8,}                                # model providers
    | \bgh[opsur]_\w{16,} | \bgithub_pat_\w{16,}            # GitHub
    | \bAKIA[0-9A-Z]{12,} | \bAIza[\w-]{20,}                # clouds
    | \beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*                     # JSON web tokens
    | (?<=bearer\s)[\w.~+/=-]{8,}
    | (?<=basic\s)[\w+/=]{8,}
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ASSIGNED = re.compile(
    r"(?P<name>\b\w*(?:key|token|secret|password|passwd|credential)\w*[\"']?\s*[=:]\s*)"
    r"(?P<value>\"[^\"]*\"|'[^']*'|[^\s,;]+)",
    re.IGNORECASE,
)
_HOMES = re.compile(r"(?:/home|/Users)/[^/\s:'\"]+|/root(?![\w.-])")


def redact_text(text: str, secrets: Iterable[str] = ()) -> str:
    """One line without keys, passwords in URLs, the given secrets, or home directories."""
    for secret in secrets:
        text = text.replace(secret, REDACTED)
    text = _URL_CREDENTIALS.sub(f"{REDACTED}@", text)
    text = _KEYS.sub(REDACTED, text)
    text = _ASSIGNED.sub(rf"\g<name>{REDACTED}", text)
    home = str(Path.home())
    if len(home) > 1:
        text = re.sub(rf"{re.escape(home)}(?![\w.-])", "~", text)
    text = " ".join(_HOMES.sub("~", text).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def redactor(secrets: Iterable[str] = ()) -> Processor:
    """A structlog processor that keeps allowed fields only and redacts their text."""
    known = tuple(secret for secret in secrets if secret)

    def redact(_logger: WrappedLogger, _method: str, fields: EventDict) -> EventDict:
        return {
            name: redact_text(value, known) if isinstance(value, str) else value
            for name, value in fields.items()
            if name in ALLOWED_FIELDS
            and (value is None or isinstance(value, str | int | float | bool))
        }

    return redact
