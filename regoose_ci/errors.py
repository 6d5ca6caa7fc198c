"""Errors that end a session, each with the exit code the command line gives it.

A message says what happened and to what; ``remedy`` says what to do about it.
"""

from __future__ import annotations

import errno
from typing import ClassVar


class RegooseError(Exception):
    """Base class of every error that is shown to the user as one sentence and a remedy."""

    kind: ClassVar[str] = "internal"
    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class UsageError(RegooseError):
    """Wrong use or configuration: the command line, a reference, a setting (exit code 2)."""

    kind = "usage"
    exit_code = 2


class RepositoryError(UsageError):
    """The repository cannot answer: not one, unknown reference, unrelated or shallow history."""

    kind = "repository"


class InfrastructureError(RegooseError):
    """Something around the review failed, never the reviewed code itself (exit code 3)."""

    kind = "infrastructure"


_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})


def full_disk_error(error: BaseException) -> InfrastructureError | None:
    """What to tell of a disk that takes nothing more; ``None`` if the error is another one."""
    if not isinstance(error, OSError) or error.errno not in _FULL:
        return None
    return InfrastructureError(
        f"temporary files, the cache or the report cannot be written: {error.strerror}",
        "Free some space, or name other places: TMPDIR, REGOOSE_CACHE_DIR, --out.",
    )


class SandboxUnavailableError(InfrastructureError):
    """No container engine can run a guest on this machine."""

    kind = "no_sandbox"


class GuestError(InfrastructureError):
    """A guest died, hung, or answered something that is not a valid frame."""

    kind = "guest"


class GuestGoneError(GuestError):
    """A guest's container ended while it was spoken to."""


class EnvironmentBuildError(InfrastructureError):
    """The reviewed project's environment could not be made."""

    kind = "environment"
