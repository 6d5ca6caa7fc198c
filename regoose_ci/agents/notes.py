"""Notes of a session, besides what models said: how agents keep them and get them back."""

from __future__ import annotations

from typing import Protocol

from pydantic import BaseModel, JsonValue

from regoose_ci.domain.candidates import CandidateTest, RejectionReason, RunRecord, Verdict
from regoose_ci.errors import UsageError


class Recorder(Protocol):
    """Takes notes of a session."""

    def note(self, name: str, value: JsonValue) -> None:
        """Keep a value under a name; names may come again."""
        ...


class Recording(Protocol):
    """Gives notes back in the order they were taken."""

    def next_note(self, name: str) -> JsonValue:
        """The next value under a name.

        Raises:
            UsageError: There is none.
        """
        ...


class NotedVerdict(BaseModel):
    """`Verdict` without the candidate, which is written anew."""

    runs: tuple[RunRecord, ...]
    rejection: RejectionReason | None
    detail: str

    @classmethod
    def of(cls, verdict: Verdict) -> NotedVerdict:
        """Make it of a verdict."""
        return cls(runs=verdict.runs, rejection=verdict.rejection, detail=verdict.detail)

    def about(self, test: CandidateTest) -> Verdict:
        """The verdict."""
        return Verdict(test, self.runs, self.rejection, self.detail)


def other_tests() -> UsageError:
    """The error of a recording whose verdicts are not about the tests at hand."""
    return UsageError(
        "The recording is about other tests",
        "Replay it with the version, settings and commits it was recorded with.",
    )
