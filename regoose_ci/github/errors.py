"""What can go wrong between us and GitHub, in the user's words.

Messages are made of our own sentences and what GitHub's answer calls ``message``. Nothing of a
request or of a client library's exception is kept: those hold headers, and headers hold tokens.
"""

from __future__ import annotations

from regoose_ci.errors import InfrastructureError, UsageError


class EventError(UsageError):
    """The event that started the workflow cannot be read."""

    kind = "event"


class GitHubError(InfrastructureError):
    """GitHub did not do what it was asked."""

    kind = "github"


class BadTokenError(GitHubError):
    """GitHub does not know the token (401)."""

    kind = "github_token"


class ForbiddenError(GitHubError):
    """The token may not do this, as in every run of a fork's pull request (403)."""

    kind = "github_forbidden"


class NotFoundError(GitHubError):
    """There is no such thing, or the token may not see it (404, 410)."""

    kind = "github_not_found"


class RejectedError(GitHubError):
    """GitHub does not take the request (other 4xx)."""

    kind = "github_rejected"


class RateLimitedError(GitHubError):
    """Too many requests; nothing was done. ``wait_s`` is what GitHub asked for, if it did."""

    kind = "github_rate_limit"

    def __init__(self, message: str, remedy: str = "", *, wait_s: float | None = None) -> None:
        super().__init__(message, remedy)
        self.wait_s = wait_s


class UnavailableError(GitHubError):
    """GitHub cannot be reached, broke off or has a fault; a write may have been done."""

    kind = "github_unavailable"


class BadAnswerError(GitHubError):
    """What came is not what GitHub's API promises, or more than is read."""

    kind = "github_bad_answer"
