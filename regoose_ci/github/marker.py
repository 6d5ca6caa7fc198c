"""What our comment remembers about itself, in an HTML comment on its first line.

A marker is read as hostile input: others may write one in a comment of theirs, people with write
access may edit ours, and other programs may write under the same name as we do.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from regoose_ci.github.payload import Number, Sha

MOST_IGNORED = 200
LONGEST_MARKER = 20_000
"""Characters; `MOST_IGNORED` ids of the largest length fit."""

Phase = Literal["working", "result", "stale", "stopped"]

_MARKER = re.compile(r"<!-- regoose:1 ([A-Za-z0-9+/]+={0,2}) -->")
_Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\z")]


@dataclass(frozen=True, order=True)
class RunId:
    """A workflow run. GitHub numbers runs upwards, and attempts within a run."""

    id: int
    attempt: int = 1


@dataclass(frozen=True)
class CommentState:
    """What a comment of ours says it shows.

    Attributes:
        run: The run that wrote it last.
        head_sha: The commit that it speaks of.
        phase: What it shows.
        ignored: Ids of behaviour changes that are left out, oldest first.
    """

    run: RunId
    head_sha: str
    phase: Phase
    ignored: tuple[str, ...] = ()

    def ignoring(self, change_id: str) -> CommentState:
        """Remember one more id; beyond `MOST_IGNORED` the oldest are forgotten."""
        ids = (*(known for known in self.ignored if known != change_id), change_id)
        return replace(self, ignored=ids[-MOST_IGNORED:])


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    run: Number
    attempt: Number
    head: Sha
    phase: Phase
    ignored: tuple[_Id, ...] = Field(default=(), max_length=MOST_IGNORED)


def write_marker(state: CommentState) -> str:
    """Return the line for the top of a comment; nobody sees it.

    Base64 has no ``--`` and no ``>``, so that nothing in it can end the HTML comment.

    Raises:
        ValueError: A field has a form that `read_marker` would not take.
    """
    stored = _Stored(
        run=state.run.id,
        attempt=state.run.attempt,
        head=state.head_sha,
        phase=state.phase,
        ignored=state.ignored,
    )
    return f"<!-- regoose:1 {base64.b64encode(stored.model_dump_json().encode()).decode()} -->"


def read_marker(body: str) -> CommentState | None:
    """Return what a comment's first line remembers; None where that is nothing valid."""
    line = body[: LONGEST_MARKER + 1].split("\n", 1)[0].rstrip("\r")
    match = _MARKER.fullmatch(line)
    if match is None or len(line) > LONGEST_MARKER:
        return None
    try:
        stored = _Stored.model_validate_json(base64.b64decode(match[1], validate=True))
    except (binascii.Error, ValidationError):
        return None
    return CommentState(
        RunId(stored.run, stored.attempt),
        stored.head,
        stored.phase,
        tuple(dict.fromkeys(stored.ignored)),
    )
