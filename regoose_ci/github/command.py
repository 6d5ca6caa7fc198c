"""The ``/regoose`` command: what the first line of a comment asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LONGEST_LINE = 500
_MOST_IDS = 50
_HERE = "here"
_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,63}", re.ASCII)
_SHA = re.compile(r"(?=[0-9a-f]*[0-9])[0-9a-f]{7,39}|[0-9a-f]{40}")
_FUNCTION = re.compile(r"[\w.:/*-]{1,200}")


@dataclass(frozen=True)
class Run:
    """Review again: everything, or one function, or only if the head is ``sha`` (lower case)."""

    function: str | None = None
    sha: str | None = None


@dataclass(frozen=True)
class Explain:
    """Tell more of one behaviour change or test of the last report."""

    id: str


@dataclass(frozen=True)
class Commit:
    """Commit the accepted tests with these ids; all of them where none is given.

    ``here`` asks for the pull request's own branch instead of a new one.
    """

    ids: tuple[str, ...] = ()
    here: bool = False


@dataclass(frozen=True)
class Ignore:
    """Show this behaviour change no more in this pull request."""

    id: str


@dataclass(frozen=True)
class Help:
    """Tell what there is."""


@dataclass(frozen=True)
class Unknown:
    """A command that does not exist or lacks its object; ``reason`` repeats none of its text."""

    reason: str


Command = Run | Explain | Commit | Ignore | Help | Unknown

HELP = """\
| Comment | What happens |
| --- | --- |
| `/regoose` or `/regoose run` | Review the head of this pull request again |
| `/regoose run FUNCTION` | Review one function only |
| `/regoose run SHA` | Review exactly this head; needed for pull requests from forks |
| `/regoose explain ID` | Tell more of one behaviour change or test |
| `/regoose commit [ID ...]` | Commit the accepted tests to a new branch |
| `/regoose commit here [ID ...]` | Commit them to this pull request's own branch |
| `/regoose ignore ID` | Leave this behaviour change out from now on |
| `/regoose help` | Show this table |

The command stands alone on the comment's first line. It is taken from people with write access.
"""
"""The answer to `Help` and `Unknown`, as Markdown."""


def parse_command(body: str) -> Command | None:
    """Read a comment's first line; None where it is not addressed to us.

    Words are separated by blanks; the command and its verb are read in any case.
    """
    line = body.split("\n", 1)[0].rstrip("\r")
    words = line[: _LONGEST_LINE + 1].split()
    if not line.startswith("/") or not words or words[0].casefold() != "/regoose":
        return None
    if len(line) > _LONGEST_LINE:
        return Unknown(f"the line is longer than {_LONGEST_LINE} characters")
    verb, *rest = words[1:] or ["run"]
    return _command(verb.casefold(), rest)


def _command(verb: str, rest: list[str]) -> Command:
    if verb == "run":
        return _run(rest)
    if verb == "commit":
        return _commit(rest)
    if verb == "help":
        return Unknown("`help` stands alone") if rest else Help()
    if verb not in ("explain", "ignore"):
        return Unknown("there is no such command")
    if len(rest) != 1 or not _ID.fullmatch(rest[0]):
        return Unknown(f"`{verb}` needs one id, as the comment shows it")
    return Explain(rest[0]) if verb == "explain" else Ignore(rest[0])


def _run(rest: list[str]) -> Command:
    shas = [word.lower() for word in rest if _SHA.fullmatch(word.lower())]
    functions = [word for word in rest if not _SHA.fullmatch(word.lower())]
    if len(shas) > 1 or len(functions) > 1:
        return Unknown("`run` takes one function and one commit at most")
    if functions and not _FUNCTION.fullmatch(functions[0]):
        return Unknown("what follows `run` is neither a function's name nor a commit")
    return Run(function=next(iter(functions), None), sha=next(iter(shas), None))


def _commit(rest: list[str]) -> Command:
    here = bool(rest) and rest[0].casefold() == _HERE
    ids = rest[1:] if here else rest
    if len(ids) > _MOST_IDS:
        return Unknown(f"`commit` takes {_MOST_IDS} ids at most")
    if not all(_ID.fullmatch(word) for word in ids):
        return Unknown("`commit` needs ids, as the comment shows them")
    return Commit(tuple(dict.fromkeys(ids)), here)
