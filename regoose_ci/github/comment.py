"""The one comment that a pull request gets, edited in place.

Several runs may write it at the same time, so each write first looks who wrote last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from regoose_ci.github.base import Comment, GitHub
from regoose_ci.github.errors import RejectedError
from regoose_ci.github.marker import CommentState, Phase, RunId, read_marker, write_marker

COMMENT_LIMIT = 65_536
"""Characters that GitHub takes in one comment."""
_RESERVE = 1_000
"""Room for the notice of a stale result and for ids that are ignored later."""


@dataclass(frozen=True)
class Written:
    """The comment shows what was asked; ``stale`` if the head had moved meanwhile."""

    url: str
    stale: bool = False


@dataclass(frozen=True)
class Superseded:
    """Nothing was written: a newer run's text stands there, or one about the present head."""

    url: str
    by: RunId


@dataclass(frozen=True)
class Absent:
    """Nothing was written because there is no comment to change."""


@dataclass(frozen=True)
class _Found:
    comment: Comment
    state: CommentState


class StickyComment:
    """Our comment in one pull request, seen from one workflow run."""

    def __init__(self, github: GitHub, number: int, run: RunId) -> None:
        """Look nothing up yet.

        Args:
            github: The repository.
            number: The pull request's number.
            run: The workflow run that reviewed. Where another one publishes for it, that one's
                number would put the results in the order in which they were published.
        """
        self._github = github
        self._number = number
        self._run = run

    def state(self) -> CommentState | None:
        """What the comment remembers; None where there is none yet."""
        found = self._find()
        return found.state if found else None

    def show_working(self, head_sha: str, body: str) -> Written | Superseded:
        """Say that a review of ``head_sha`` has begun."""
        return self._write(head_sha, "working", body)

    def show_result(self, head_sha: str, body: str) -> Written | Superseded:
        """Show the result for ``head_sha``, marked as stale if the head is another one by now."""
        now = self._github.pull(self._number).head_sha
        if now == head_sha:
            return self._write(head_sha, "result", body)
        found = self._find()
        if found and found.state.head_sha == now:
            return Superseded(found.comment.url, found.state.run)
        written = self._write(head_sha, "stale", f"{stale_notice(head_sha, now)}\n\n{body}")
        return replace(written, stale=True) if isinstance(written, Written) else written

    def show_stopped(self, head_sha: str, body: str) -> Written | Superseded | Absent:
        """Replace this run's own "working" by why there is no result.

        A result that stands there, of this or another run, is left alone.
        """
        found = self._find()
        if found is None:
            return Absent()
        if found.state.run > self._run:
            return Superseded(found.comment.url, found.state.run)
        if found.state.phase != "working":
            return Written(found.comment.url)
        return self._write(head_sha, "stopped", body)

    def ignore(self, change_id: str) -> Written | Absent:
        """Remember that a behaviour change is left out from the next review on.

        The text stays as it is, and so does the run it belongs to.
        """
        found = self._find()
        if found is None:
            return Absent()
        body = _without_marker(found.comment.body)
        return Written(self._edit(found.comment, found.state.ignoring(change_id), body).url)

    def _write(self, head_sha: str, phase: Phase, body: str) -> Written | Superseded:
        found = self._find()
        if found and found.state.run > self._run:
            return Superseded(found.comment.url, found.state.run)
        state = CommentState(self._run, head_sha, phase, found.state.ignored if found else ())
        if found:
            return Written(self._edit(found.comment, state, body).url)
        return self._create(state, body)

    def _create(self, state: CommentState, body: str) -> Written | Superseded:
        mine = self._github.create_comment(self._number, _compose(state, body))
        first = self._find()
        if first is None or first.comment.id == mine.id:
            return Written(mine.url)
        # Another run created its comment in the same moment: the older comment stays, and the
        # newer run's text.
        self._github.delete_comment(mine.id)
        if first.state.run > self._run:
            return Superseded(first.comment.url, first.state.run)
        return Written(self._edit(first.comment, state, body).url)

    def _edit(self, comment: Comment, state: CommentState, body: str) -> Comment:
        text = _compose(state, body)
        # Equal text is not sent again: an edit is shown to everybody as one.
        return comment if text == comment.body else self._github.edit_comment(comment.id, text)

    def _find(self) -> _Found | None:
        return find_comment(self._github.comments(self._number), self._github.login())


def find_comment(comments: Sequence[Comment], login: str) -> _Found | None:
    """Return the oldest comment that ``login`` wrote and that starts with a valid marker."""
    for comment in comments:
        state = read_marker(comment.body) if comment.author == login else None
        if state:
            return _Found(comment, state)
    return None


def body_limit(state: CommentState | None) -> int:
    """Return how many characters a body may have, given what the comment remembers."""
    return COMMENT_LIMIT - _RESERVE - (len(write_marker(state)) if state else 0)


def stale_notice(head_sha: str, now: str) -> str:
    """Return the line above a result whose commit is not the head any more."""
    return (
        f"> **Stale:** this is about `{head_sha[:10]}`; the head is `{now[:10]}` now. "
        "Comment `/regoose` to review it."
    )


def _compose(state: CommentState, body: str) -> str:
    text = f"{write_marker(state)}\n{body}"
    if len(text) > COMMENT_LIMIT:
        raise RejectedError(
            f"The comment has {len(text)} characters; GitHub takes {COMMENT_LIMIT}.",
            "Render as many as `body_limit` allows.",
        )
    return text


def _without_marker(body: str) -> str:
    return body.split("\n", 1)[1] if "\n" in body else ""
