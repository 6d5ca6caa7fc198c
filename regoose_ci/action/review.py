"""The phase between: what the plan asks for, as a session's request. It never sees GitHub."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from regoose_ci.action.plan import REPOSITORY_DIRECTORY, ReviewPlan
from regoose_ci.domain.request import RequestKind, ReviewRequest
from regoose_ci.errors import InfrastructureError
from regoose_ci.repository.git import GitRepository


def planned_repository(directory: Path) -> Path:
    """The repository that the first phase has fetched into the plan's directory.

    Raises:
        InfrastructureError: There is none.
    """
    place = directory / REPOSITORY_DIRECTORY
    found = sorted(place.iterdir()) if place.is_dir() else []
    if len(found) != 1:
        raise InfrastructureError(
            "The commits to review are not there.", "Look at what the step before this one says."
        )
    return found[0]


def base_pyproject(repository: Path, plan: ReviewPlan) -> str:
    """The ``pyproject.toml`` of the base commit, which the pull request cannot have written."""
    content = GitRepository.open(repository).read_file(plan.base_sha, "pyproject.toml")
    return (content or b"").decode("utf-8", "replace")


def planned_request(request: ReviewRequest, plan: ReviewPlan) -> ReviewRequest:
    """The request that the settings ask for, about what the plan names."""
    return dataclasses.replace(
        request,
        kind=RequestKind.REVIEW,
        base=plan.base_sha,
        head=plan.head_sha,
        is_pinned=True,
        only=plan.only or request.only,
        ignored=plan.ignored,
        title=request.title or plan.title,
        description=request.description or plan.description,
    )
