"""What an answer of GitHub that refuses a request means, and how long to wait after it."""

from __future__ import annotations

from collections.abc import Mapping

from github.GithubException import GithubException

from regoose_ci.github.errors import (
    BadTokenError,
    ForbiddenError,
    GitHubError,
    NotFoundError,
    RateLimitedError,
    RejectedError,
    UnavailableError,
)

_SECONDARY_WAIT_S = 60.0
_LONGEST_COMPLAINT = 200
_REMEDY_PERMISSIONS = "Check the workflow's `permissions`; a fork's run may only read."


def refused(refusal: GithubException, token: str, now: float) -> GitHubError:
    """Return the error for an answer of 400 or more.

    Args:
        refusal: What PyGithub raised; nothing of it but its status and message is kept.
        token: Taken out of the message.
        now: Seconds since 1970, to tell how far off a limit's end is.
    """
    headers = {key.lower(): value for key, value in (refusal.headers or {}).items()}
    complaint = _complaint(refusal.data, token)
    said = f" ({refusal.status}{': ' if complaint else ''}{complaint})."
    status = refusal.status
    if status == 429 or (status == 403 and _is_limit(headers, complaint)):
        return RateLimitedError(
            f"GitHub takes no more requests for now{said}",
            "Wait some minutes and run again.",
            wait_s=_wait(headers, complaint, now),
        )
    if status >= 500:
        return UnavailableError(f"GitHub has a fault{said}", "Run again later.")
    if status == 401:
        return BadTokenError(f"GitHub does not take the token{said}", "Pass `github.token`.")
    if status == 403:
        return ForbiddenError(f"GitHub does not allow this{said}", _REMEDY_PERMISSIONS)
    if status in (404, 410):
        return NotFoundError(f"GitHub does not know this{said}", _REMEDY_PERMISSIONS)
    return RejectedError(f"GitHub does not take the request{said}")


def _complaint(data: object, token: str) -> str:
    message = data.get("message") if isinstance(data, dict) else None
    text = " ".join(str(message or "").replace(token, "[redacted]").split())
    return text[:_LONGEST_COMPLAINT].rstrip(".")


def _is_limit(headers: Mapping[str, str], complaint: str) -> bool:
    return (
        "retry-after" in headers
        or headers.get("x-ratelimit-remaining") == "0"
        or "rate limit" in complaint.lower()
    )


def _wait(headers: Mapping[str, str], complaint: str, now: float) -> float | None:
    after = headers.get("retry-after", "")
    if after.isascii() and after.isdigit():
        return float(after[:9])
    reset = headers.get("x-ratelimit-reset", "")
    if headers.get("x-ratelimit-remaining") == "0" and reset.isascii() and reset.isdigit():
        return max(0.0, float(reset[:12]) - now) + 1.0
    return _SECONDARY_WAIT_S if "secondary" in complaint.lower() else None
